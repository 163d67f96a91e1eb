/** A client's messages on their way into the core: each is checked for its form and handed on with the session's id. */
import { dispatchClientBatch, MAX_REASON_LENGTH } from '@covey/protocol/internal';
import type {
  CancelScope,
  ClientId,
  ClientMessageHandler,
  ClientTaskId,
  FunctionBlob,
  FunctionId,
  OptionsId,
  TaskOptions,
  TaskRun,
} from '@covey/protocol/internal';
import type { ClientStimuli } from '../core/surface.js';
import {
  checkCancelScope,
  checkFunction,
  checkId,
  checkIds,
  checkRanges,
  checkRun,
  checkText,
  readTaskOptions,
} from './checks.js';

export class ClientSession implements ClientMessageHandler {
  readonly #client: ClientId;
  readonly #core: ClientStimuli;
  #nowMs = 0;

  constructor(client: ClientId, core: ClientStimuli) {
    this.#client = client;
    this.#core = core;
  }

  /** Takes one batch. @throws {ProtocolError} at the first message that is not as it must be; those before it count */
  receive(batch: readonly unknown[], nowMs: number): void {
    this.#nowMs = nowMs;
    dispatchClientBatch(batch, this);
  }

  function(id: FunctionId, blob: FunctionBlob): void {
    checkId(id, 'the id of a function');
    checkFunction(blob);
    this.#core.defineFunction(this.#client, id, ownFunction(blob), this.#nowMs);
  }

  options(id: OptionsId, options: TaskOptions): void {
    checkId(id, 'the id of options');
    this.#core.defineOptions(this.#client, id, readTaskOptions(options), this.#nowMs);
  }

  tasks(run: TaskRun): void {
    checkRun(run);
    this.#core.submitRun(this.#client, run, this.#nowMs);
  }

  hold(ids: readonly ClientTaskId[]): void {
    checkIds(ids, 'what to hold');
    this.#core.hold(this.#client, ids, this.#nowMs);
  }

  release(ranges: readonly number[]): void {
    checkRanges(ranges, 'what to release');
    this.#core.release(this.#client, ranges, this.#nowMs);
  }

  cancel(ids: readonly ClientTaskId[], scope: CancelScope, reason: string): void {
    checkIds(ids, 'what to cancel');
    checkCancelScope(scope);
    checkText(reason, 'the reason', MAX_REASON_LENGTH);
    this.#core.cancel(this.#client, ids, scope, reason, this.#nowMs);
  }

  retry(ids: readonly ClientTaskId[]): void {
    checkIds(ids, 'what to retry');
    this.#core.retry(this.#client, ids, this.#nowMs);
  }

  releaseFunction(ids: readonly FunctionId[]): void {
    checkIds(ids, 'functions');
    this.#core.releaseFunction(this.#client, ids, this.#nowMs);
  }
}

/** A function is kept for long: it must not keep the frame alive in which it came. */
function ownFunction(blob: FunctionBlob): FunctionBlob {
  return { ...blob, header: own(blob.header), buffers: blob.buffers.map(own) };
}

/** The bytes themselves when they are most of what they are a view of, else a copy. */
function own(bytes: Uint8Array): Uint8Array {
  return bytes.length * 2 < bytes.buffer.byteLength ? new Uint8Array(bytes) : bytes;
}
