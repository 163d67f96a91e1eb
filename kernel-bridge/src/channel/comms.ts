/**
 * Comms: named conversations between code in the kernel and code in the front end, both ways, with binary buffers. They
 * are what widget libraries are made of. This is the list of those that are open, and of who answers new ones.
 */
import { randomUUID } from 'node:crypto';
import type { Output } from '../execution/output.js';
import type { RequestId, ToMain } from './messages.js';

export interface CommMessage {
  readonly data: unknown;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly buffers: readonly Uint8Array[];
}

export interface CommExtras {
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly buffers?: readonly (ArrayBuffer | ArrayBufferView)[];
}

/** One open conversation. What its listeners print appears under the cell that set it up. */
export interface Comm {
  readonly id: string;
  readonly target: string;
  readonly isClosed: boolean;
  /** @throws when it is closed, or the data isn't JSON. */
  send(data: unknown, extras?: CommExtras): void;
  /** @returns what takes the listener away. */
  onMessage(listener: (message: CommMessage) => unknown): () => void;
  onClose(listener: (message: CommMessage) => unknown): () => void;
  close(data?: unknown, extras?: CommExtras): void;
}

/** Answers a conversation that the front end begins. */
export type CommOpened = (comm: Comm, message: CommMessage) => unknown;

/** A message is sent into a conversation that is over. */
export class CommClosedError extends Error {
  override readonly name = 'CommClosedError';
  readonly code = 'ERR_COVEY_COMM_CLOSED';
  constructor(id: string) {
    super(`The comm ${id} is closed.`);
  }
}

interface Target {
  readonly opened: CommOpened;
  readonly cell: RequestId;
}

type Event = Extract<ToMain, { type: 'comm' }>;

export class Comms {
  readonly #output: Output;
  readonly #onError: (error: unknown) => void;
  readonly #targets = new Map<string, Target>();
  readonly #open = new Map<string, OpenComm>();

  /** @param onError a listener threw, or its promise was rejected. */
  constructor(output: Output, onError: (error: unknown) => void) {
    this.#output = output;
    this.#onError = onError;
  }

  /** Begins a conversation with what the front end has registered for the target. */
  open(target: string, data: unknown = {}, extras: CommExtras & { readonly id?: string } = {}): Comm {
    const comm = this.#make(extras.id ?? randomUUID(), target);
    comm.say('comm_open', { comm_id: comm.id, target_name: target, data }, extras);
    return comm;
  }

  /**
   * Answers what the front end opens for a target; a later answer replaces this one.
   * @returns what takes it back.
   */
  onOpen(target: string, opened: CommOpened): () => void {
    const entry = { opened, cell: this.#output.cell };
    this.#targets.set(target, entry);
    return () => {
      if (this.#targets.get(target) === entry) this.#targets.delete(target);
    };
  }

  handle({ event, content, metadata, buffers }: Event): void {
    const id = String(content['comm_id']);
    const message: CommMessage = { data: content['data'], metadata, buffers };
    if (event === 'comm_open') {
      this.#opened(id, String(content['target_name']), message);
      return;
    }
    const comm = this.#open.get(id);
    if (comm === undefined) return;
    if (event === 'comm_close') this.#forget(comm);
    this.#output.under(comm.cell, () => {
      for (const listener of event === 'comm_close' ? comm.closeListeners : comm.messageListeners) {
        this.#call(() => listener(message));
      }
    });
  }

  #opened(id: string, name: string, message: CommMessage): void {
    const target = this.#targets.get(name);
    if (target === undefined) {
      // As the protocol has it for targets that nobody knows.
      this.#output.publish('comm_close', { comm_id: id, data: {} });
      return;
    }
    this.#output.under(target.cell, () => {
      const comm = this.#make(id, name);
      this.#call(() => target.opened(comm, message));
    });
  }

  #make(id: string, target: string): OpenComm {
    const comm = new OpenComm(id, target, this.#output, () => this.#forget(comm));
    this.#open.set(id, comm);
    this.#tell();
    return comm;
  }

  #forget(comm: OpenComm): void {
    comm.isClosed = true;
    this.#open.delete(comm.id);
    this.#tell();
  }

  /** Front ends ask what is open while a cell runs, so the other thread knows it too. */
  #tell(): void {
    const comms = Object.fromEntries([...this.#open.values()].map(({ id, target }) => [id, target]));
    this.#output.say({ type: 'comm-targets', comms });
  }

  #call(listener: () => unknown): void {
    try {
      const result = listener();
      if (result instanceof Promise) result.catch((error: unknown) => this.#onError(error));
    } catch (error) {
      this.#onError(error);
    }
  }
}

class OpenComm implements Comm {
  readonly messageListeners = new Set<(message: CommMessage) => unknown>();
  readonly closeListeners = new Set<(message: CommMessage) => unknown>();
  readonly cell: RequestId;
  isClosed = false;
  readonly #output: Output;
  readonly #forget: () => void;

  constructor(
    readonly id: string,
    readonly target: string,
    output: Output,
    forget: () => void,
  ) {
    this.#output = output;
    this.#forget = forget;
    this.cell = output.cell;
  }

  send(data: unknown, extras: CommExtras = {}): void {
    if (this.isClosed) throw new CommClosedError(this.id);
    this.say('comm_msg', { comm_id: this.id, data }, extras);
  }

  onMessage(listener: (message: CommMessage) => unknown): () => void {
    this.messageListeners.add(listener);
    return () => this.messageListeners.delete(listener);
  }

  onClose(listener: (message: CommMessage) => unknown): () => void {
    this.closeListeners.add(listener);
    return () => this.closeListeners.delete(listener);
  }

  close(data: unknown = {}, extras: CommExtras = {}): void {
    if (this.isClosed) return;
    this.say('comm_close', { comm_id: this.id, data }, extras);
    this.#forget();
  }

  say(
    kind: 'comm_open' | 'comm_msg' | 'comm_close',
    content: Readonly<Record<string, unknown>>,
    { metadata, buffers }: CommExtras,
  ): void {
    this.#output.publish(kind, content, {
      ...(metadata === undefined ? {} : { metadata }),
      ...(buffers === undefined ? {} : { buffers: buffers.map(bytesOf) }),
    });
  }
}

function bytesOf(buffer: ArrayBuffer | ArrayBufferView): Uint8Array {
  return ArrayBuffer.isView(buffer)
    ? new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)
    : new Uint8Array(buffer);
}
