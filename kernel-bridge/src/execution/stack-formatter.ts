/**
 * How stacks are written, of all errors that are made in the main thread: down to what the user wrote, without Covey's own
 * frames, what called those, and Node's event loop. So they read alike wherever they are shown: as a cell's error, in
 * `console.log(error)`, as a result, in `error.stack`.
 */
import { NATIVE_IMPORT } from '../cells/dynamic-import.js';
import type { OriginalBuiltins } from './original-builtins.js';
import { isOwnFile } from './own-files.js';

/** So many frames are looked at: below Covey's own the user's have to be among them. */
const TAKEN = 60;
/** So many are shown, as Node does; all of them, once a cell has set `Error.stackTraceLimit`. */
const SHOWN = 10;

type Format = (error: object, sites: readonly NodeJS.CallSite[]) => string;

/** @param isCompiled whether a file is TypeScript that the kernel compiled: its columns are not the author's. */
export function formatStacks(builtins: OriginalBuiltins, isCompiled: (file: string) => boolean): void {
  const format: Format = (error, sites) => {
    const head = headOf(error);
    return builtins.with(() => [head, ...framesOf(error, sites, isCompiled)].join('\n    at '));
  };
  Error.stackTraceLimit = TAKEN;
  // Cells and packages may write stacks their way. When they say that Node shall, it is done as before.
  let ofCells: unknown;
  Object.defineProperty(Error, 'prepareStackTrace', {
    configurable: true,
    get: () => ofCells ?? format,
    set: (value: unknown) => (ofCells = value === format ? undefined : value),
  });
}

/** The lines of a stack from here on; they are only written when they are wanted. */
export function framesHere(): () => string {
  const here: { stack?: string } = {};
  Error.captureStackTrace(here, framesHere);
  return () => {
    // Whoever writes stacks his own way may have made anything of it.
    const stack: unknown = here.stack;
    return typeof stack === 'string' ? stack.split('\n').slice(1).join('\n') : '';
  };
}

function headOf(error: object): string {
  try {
    return Error.prototype.toString.call(error);
  } catch {
    return 'Error';
  }
}

function framesOf(
  error: object,
  sites: readonly NodeJS.CallSite[],
  isCompiled: (file: string) => boolean,
): readonly string[] {
  // What has no file is of V8, and belongs to who called it.
  const isOfService = (at: number): boolean => {
    const site = sites[at];
    return site !== undefined && (site.getFileName() ? isService(site) : isOfService(at + 1));
  };
  const kept = sites.filter((_, at) => !isOfService(at));
  // Packages that call Covey, and that nobody of the user's called, bring it its messages.
  const isServed = kept.length < sites.length;
  while (kept.length > 0 && !isUsers(kept.at(-1), isServed)) kept.pop();
  // An error that nobody made on purpose, and that no code of the user's led to, is a fault of ours: all of it counts.
  const shown = kept.length === 0 && error instanceof Error && !isDeliberate(error) ? sites : kept;
  const max = Error.stackTraceLimit === TAKEN ? SHOWN : shown.length;
  return shown.slice(0, max).map((site) => textOf(site, isCompiled));
}

/** What only carries calls on: Covey, what looks for modules, and what resumes asynchronous functions. */
function isService(site: NodeJS.CallSite): boolean {
  const file = site.getFileName() ?? '';
  return (
    isOwnFile(file) ||
    site.getFunctionName() === NATIVE_IMPORT ||
    /^node:(?:internal\/(?:modules\/|process\/task_queues)|diagnostics_channel$)/.test(file)
  );
}

/** Below the last of these nobody called the user's code but the event loop. */
function isUsers(site: NodeJS.CallSite | undefined, isServed: boolean): boolean {
  const file = site?.getFileName() ?? '';
  return file !== '' && !file.startsWith('node:') && !(isServed && file.includes('/node_modules/'));
}

function isDeliberate(error: object): boolean {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && /^(?:ERR_|E[A-Z]+$)/.test(code);
}

function textOf(site: NodeJS.CallSite, isCompiled: (file: string) => boolean): string {
  // eslint-disable-next-line @typescript-eslint/no-base-to-string -- its own says all that a line of a stack does
  const text = site.toString();
  const file = site.getFileName();
  return file !== null && file !== undefined && isCompiled(file) ? text.replace(/(:\d+):\d+(?=\)?$)/, '$1') : text;
}
