/**
 * The protocol thread's side of the bridge: which comms are its front ends', and the way from them to its thread and back.
 * They are answered at once, however busy a cell keeps the kernel.
 */
import { BRIDGE_TARGET } from '@covey/protocol/bridge';
import type { Draft } from '../protocol/message-factory.js';
import type { Header, Message } from '../protocol/message.js';
import type {
  CellChanged,
  DisplayChanged,
  FromBridge,
  NotebookAnswer,
  NotebookRequest,
  ToBridge,
} from './thread-messages.js';

export interface BridgeDeskOutlet {
  /** Starts the thread at the first message. */
  readonly toBridge: (message: ToBridge) => void;
  readonly publish: (draft: Draft) => void;
  readonly toNotebook: (request: NotebookRequest) => void;
  /** A front end wants this kernel for a manager. */
  readonly onManager: () => void;
  /** Front ends that draw displays themselves came, or the last one went. */
  readonly onDrawing: (on: boolean) => void;
}

/** Why the comms of a thread that has ended are closed. */
export interface BridgeEnd {
  readonly message: string;
}

export class BridgeDesk {
  readonly #outlet: BridgeDeskOutlet;
  /** What each comm was opened by: the parent of all that is said by it. */
  readonly #comms = new Map<string, Header>();
  readonly #drawing = new Set<string>();

  constructor(outlet: BridgeDeskOutlet) {
    this.#outlet = outlet;
  }

  /** As `comm_info_request` asks for them. */
  get comms(): Readonly<Record<string, string>> {
    return Object.fromEntries([...this.#comms.keys()].map((comm) => [comm, BRIDGE_TARGET]));
  }

  /** Takes a message if it is the bridge's. */
  takes({ header, content }: Message): boolean {
    const { comm_id: comm, target_name: target, data } = content;
    if (typeof comm !== 'string') return false;
    const isOpen = this.#comms.has(comm);
    switch (header.msg_type) {
      case 'comm_open':
        if (target !== BRIDGE_TARGET || isOpen) return false;
        this.#comms.set(comm, header);
        if (says(data, 'manager')) this.#outlet.onManager();
        if (says(data, 'drawsDisplays')) this.#draws(comm, true);
        this.#outlet.toBridge({ type: 'open', comm, data });
        return true;
      case 'comm_msg':
        if (isOpen) this.#outlet.toBridge({ type: 'message', comm, data });
        return isOpen;
      case 'comm_close':
        if (isOpen) this.#outlet.toBridge({ type: 'close', comm });
        this.#draws(comm, false);
        return this.#comms.delete(comm);
      default:
        return false;
    }
  }

  onBridge(message: FromBridge): void {
    switch (message.type) {
      case 'say': {
        const { comm, data, buffers } = message;
        this.#publish('comm_msg', comm, { ...data }, buffers);
        return;
      }
      case 'drop':
        this.#close(message.comm, {});
        return;
      case 'notebook-request':
        this.#outlet.toNotebook(message);
    }
  }

  onNotebook(message: NotebookAnswer | CellChanged | DisplayChanged): void {
    // Cells that nobody asks about start no thread.
    if (this.#comms.size > 0) this.#outlet.toBridge(message);
  }

  /** The thread has ended: front ends hear it, and may open their comms again, which starts another. */
  onEnd({ message }: BridgeEnd): void {
    for (const comm of [...this.#comms.keys()]) this.#close(comm, { reason: message });
  }

  #close(comm: string, data: Readonly<Record<string, unknown>>): void {
    this.#publish('comm_close', comm, data);
    this.#draws(comm, false);
    this.#comms.delete(comm);
  }

  #draws(comm: string, on: boolean): void {
    const before = this.#drawing.size;
    if (on) this.#drawing.add(comm);
    else this.#drawing.delete(comm);
    const isDrawn = this.#drawing.size > 0;
    if (isDrawn !== before > 0) this.#outlet.onDrawing(isDrawn);
  }

  #publish(type: string, comm: string, data: Readonly<Record<string, unknown>>, buffers?: readonly Uint8Array[]): void {
    const parent = this.#comms.get(comm);
    if (parent === undefined) return;
    const identities = [Buffer.from(`kernel.covey.${type}`)];
    this.#outlet.publish({ type, content: { comm_id: comm, data }, parent, buffers, identities });
  }
}

function says(open: unknown, what: 'manager' | 'drawsDisplays'): boolean {
  return typeof open === 'object' && open !== null && (open as Readonly<Record<string, unknown>>)[what] === true;
}
