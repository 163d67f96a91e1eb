/**
 * Types of what the kernel puts into every notebook.
 */
export const globalsText = `
interface DisplayHandle { readonly id: string; update(value: unknown): void }
interface Show { (value: unknown, options?: { readonly id?: string }): DisplayHandle }
interface Display extends Show, Readonly<Record<'html' | 'svg' | 'markdown' | 'latex' | 'text' | 'json' | 'vega' | 'vegaLite' | 'png' | 'jpeg' | 'gif' | 'webp' | 'bundle', Show>> {
  /** Replaces what was displayed under an id. */
  update(id: string, value: unknown): void;
  /** Takes the cell's output away. */
  clear(wait?: boolean): void;
  /** A bar for so many steps, or for walking through something. */
  progress<T>(over: Iterable<T> | AsyncIterable<T>, label?: string): Progress<T>;
  progress(total: number, label?: string): Progress<never>;
}
interface Progress<T> extends Iterable<T>, AsyncIterable<T> { readonly total: number; value: number; label: string; advance(steps?: number): void }
interface CommMessage { readonly data: any; readonly metadata: Record<string, unknown>; readonly buffers: readonly Uint8Array[] }
interface CommExtras { readonly metadata?: Record<string, unknown>; readonly buffers?: readonly (ArrayBuffer | ArrayBufferView)[] }
interface Comm {
  readonly id: string;
  readonly target: string;
  readonly isClosed: boolean;
  send(data: unknown, extras?: CommExtras): void;
  onMessage(listener: (message: CommMessage) => unknown): () => void;
  onClose(listener: (message: CommMessage) => unknown): () => void;
  close(data?: unknown, extras?: CommExtras): void;
}
declare global {
  function $submitted<T>(cell: () => Promise<T>): import('covey').Future<T>;
  const executor: import('covey').Executor;
  /** Shows a value; its methods show one format each. */
  const display: Display;
  /** Messages between the notebook and code in the front end. */
  const comm: {
    open(target: string, data?: unknown, extras?: CommExtras & { readonly id?: string }): Comm;
    onOpen(target: string, opened: (comm: Comm, message: CommMessage) => unknown): () => void;
  };
  /** Asks the person at the front end. */
  function input(prompt?: string, options?: { readonly password?: boolean }): Promise<string>;
  /** Asks, and stands still until there is an answer. */
  function prompt(prompt?: string, preset?: string): string;
}
export {};
`;
