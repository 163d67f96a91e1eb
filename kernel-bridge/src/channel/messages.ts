/**
 * What the main thread (user code) and the protocol thread say to each other. Main speaks through the output ring, and
 * names the request to which what it says belongs by the number that the protocol thread gave it.
 */
import type { MessagePort } from 'node:worker_threads';
import type { CellChanged, DisplayChanged, NotebookAnswer, NotebookRequest } from '../bridge/thread-messages.js';
import type { LiveAnswer } from '../language/messages.js';
import type { CheckMode } from '../language/type-checks.js';
import type { OwnDescriptors, Written } from './descriptors.js';
import type { RingMemory } from './output-ring.js';
import type { Starter } from './starter.js';

/** Of a request that the protocol thread has handed to the main thread; counts from 1. 0 is "none". */
export type RequestId = number;

export interface ExecuteRequest {
  readonly type: 'execute';
  readonly id: RequestId;
  /** The front end's own id of the request. */
  readonly messageId: string;
  readonly code: string;
  /** Of the cell: also the number in its file name, so silent executions have none of their own. */
  readonly count: number;
  readonly silent: boolean;
  readonly allowStdin: boolean;
  readonly userExpressions: Readonly<Record<string, string>>;
  readonly covey: CoveyMetadata;
}

/** What a front end says with a cell, in the request's metadata: `cellId` as JupyterLab does, `covey` by its extension. */
export interface CoveyMetadata {
  readonly cellId: string | undefined;
  /** The cell's notebook among those on this kernel. */
  readonly notebook: string | undefined;
  /** The cluster that the notebook names. */
  readonly cluster: string | undefined;
  /** The cell is to run on the cluster, as with `%%submit`. */
  readonly submit: boolean;
  /** Variable for the future of its result. */
  readonly name: string | undefined;
}

export type ToMain =
  | ExecuteRequest
  | { readonly type: 'complete' | 'inspect'; readonly id: RequestId; readonly code: string; readonly cursor: number }
  | {
      readonly type: 'comm';
      readonly id: RequestId;
      readonly event: 'comm_open' | 'comm_msg' | 'comm_close';
      readonly content: Readonly<Record<string, unknown>>;
      readonly metadata: Readonly<Record<string, unknown>>;
      readonly buffers: readonly Uint8Array[];
    }
  /** What was answered to the question of this number. */
  | { readonly type: 'input'; readonly number: number; readonly value: string }
  /** `number` counts interrupts. */
  | { readonly type: 'interrupt'; readonly number: number; readonly reason: string | undefined }
  /** After code was ended by force: is the request that should be running still there? */
  | { readonly type: 'where'; readonly expected: RequestId }
  | NotebookRequest
  /** A cell is run again, and refused: what it submitted before is given up. */
  | { readonly type: 'give-up'; readonly covey: CoveyMetadata }
  /** Whether a front end is there that draws live displays itself. */
  | { readonly type: 'displays-drawn'; readonly on: boolean }
  /** Front ends can connect. The first message, unless the kernel ends before. */
  | { readonly type: 'begin' }
  /** There is time to prepare for the first cell. */
  | { readonly type: 'warm-up' }
  | { readonly type: 'exit'; readonly status: 0 | 1 };

export interface ErrorReport {
  readonly ename: string;
  readonly evalue: string;
  readonly traceback: readonly string[];
}

export type ExecuteOutcome =
  | {
      readonly status: 'ok';
      readonly userExpressions: Readonly<Record<string, unknown>>;
      readonly payload: readonly Readonly<Record<string, unknown>>[];
    }
  | ({ readonly status: 'error' } & ErrorReport);

/** Messages on iopub that main may ask for; the protocol thread adds headers and signatures. */
export type PublishedType =
  | 'display_data'
  | 'update_display_data'
  | 'execute_result'
  | 'error'
  | 'clear_output'
  | 'comm_open'
  | 'comm_msg'
  | 'comm_close';

export type FromMain =
  | { readonly type: 'stream'; readonly id: RequestId; readonly name: 'stdout' | 'stderr'; readonly text: string }
  | {
      readonly type: 'publish';
      readonly id: RequestId;
      readonly kind: PublishedType;
      readonly content: Readonly<Record<string, unknown>>;
      readonly metadata?: Readonly<Record<string, unknown>>;
      readonly buffers?: readonly Uint8Array[];
    }
  | {
      readonly type: 'executed';
      readonly id: RequestId;
      readonly outcome: ExecuteOutcome;
      /** What stands in the files of descriptors 1 and 2 up to here comes before. */
      readonly written: readonly Written[];
    }
  /** To a question about code, or (with nothing) that a comm's message was handled. */
  | { readonly type: 'answered'; readonly id: RequestId; readonly live: LiveAnswer | undefined }
  | {
      readonly type: 'ask';
      readonly id: RequestId;
      /** Counts questions: an answer that comes after an interrupt belongs to nobody. */
      readonly number: number;
      /** Main stands still until it is answered, by the port of answers. */
      readonly blocks: boolean;
      readonly prompt: string;
      readonly isPassword: boolean;
    }
  | { readonly type: 'comm-targets'; readonly comms: Readonly<Record<string, string>> }
  /** A child process has ended: what it wrote to descriptors 1 and 2 belongs here. */
  | { readonly type: 'descriptors'; readonly written: readonly Written[] }
  | { readonly type: 'typecheck'; readonly mode: CheckMode }
  /** The notebook's variables were forgotten. */
  | { readonly type: 'reset' }
  | { readonly type: 'here'; readonly expected: RequestId; readonly running: RequestId }
  | NotebookAnswer
  | CellChanged
  | DisplayChanged
  /** Main is ready for its first request. */
  | { readonly type: 'ready' }
  /**
   * The process is about to exit: the last message. The cell that runs gets the report; without one it is said under `cell`,
   * unless that is 0.
   */
  | { readonly type: 'exiting'; readonly report: ErrorReport; readonly cell: RequestId };

/** What the protocol thread is started with. */
export interface ProtocolThreadData {
  readonly connectionFile: string;
  readonly ring: RingMemory;
  readonly flags: SharedArrayBuffer;
  readonly answers: MessagePort;
  readonly descriptors: OwnDescriptors;
  readonly starter: Starter;
  /** Of main's heap, in bytes. */
  readonly heapLimit: number;
}
