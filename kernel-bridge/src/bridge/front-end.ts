/**
 * One front end, behind one comm: what it says is read as if anybody had written it, and every request is answered, by a
 * failure if need be.
 */
import { hostname, userInfo } from 'node:os';
import { COVEY_VERSION } from '@covey/protocol';
import { BRIDGE_VERSION } from '@covey/protocol/bridge';
import type { BridgeSkew, FromKernel, SubmittedCell } from '@covey/protocol/bridge';
import { BridgeRequestError } from './bridge-request-error.js';
import type { ClusterList } from './cluster-list.js';
import { failureOf } from './failures.js';
import { isRecord } from './params.js';
import { skewOf } from './skew.js';

export interface FrontEndParts {
  readonly list: ClusterList;
  readonly answer: (method: string, params: unknown) => Promise<unknown>;
  readonly say: (data: FromKernel, buffers?: readonly Uint8Array[]) => void;
}

export class FrontEnd {
  readonly #parts: FrontEndParts;
  readonly #skew: BridgeSkew | null;
  #unwatch: (() => void) | undefined;
  #isClosed = false;

  /** @param open the data with which the comm was opened. */
  constructor(open: unknown, parts: FrontEndParts) {
    this.#parts = parts;
    const { protocol, covey, manager } = isRecord(open) ? open : {};
    const ours = { protocol: BRIDGE_VERSION, covey: COVEY_VERSION };
    this.#skew = skewOf(ours, {
      protocol: typeof protocol === 'number' ? protocol : 0,
      covey: typeof covey === 'string' ? covey : 'unknown',
    });
    const mode = manager === true ? 'manager' : 'notebook';
    const welcome = { type: 'welcome', ...ours, mode, host: hostname(), user: userInfo().username } as const;
    parts.say({ ...welcome, skew: this.#skew });
  }

  /** A `comm_msg` has come. */
  hear(data: unknown): void {
    const { type, id } = isRecord(data) ? data : {};
    const request = type === 'request' && typeof id === 'number' ? id : null;
    if (this.#skew?.works === false) {
      const error = { code: 'ERR_COVEY_BRIDGE_VERSION', message: this.#skew.message };
      this.#say({ type: 'failure', id: request, error });
      return;
    }
    try {
      this.#take(isRecord(data) ? data : {}, request);
    } catch (error) {
      this.#say({ type: 'failure', id: request, error: failureOf(error) });
    }
  }

  cellChanged(cell: SubmittedCell): void {
    this.#say({ type: 'cell', cell });
  }

  close(): void {
    this.#isClosed = true;
    this.#unwatch?.();
  }

  #take(data: Readonly<Record<string, unknown>>, request: number | null): void {
    switch (data['type']) {
      case 'request':
        if (request === null) throw new BridgeRequestError("a request has a number as its 'id'");
        void this.#answer(request, data['method'], data['params']);
        return;
      case 'watch':
        this.#watch(data['on'] === true);
        return;
      default:
        throw new BridgeRequestError(
          `there are no messages of the type ${JSON.stringify(data['type']) ?? 'undefined'}`,
        );
    }
  }

  async #answer(id: number, method: unknown, params: unknown): Promise<void> {
    try {
      this.#say({ type: 'reply', id, result: await this.#parts.answer(String(method), params) });
    } catch (error) {
      this.#say({ type: 'failure', id, error: failureOf(error) });
    }
  }

  #watch(on: boolean): void {
    this.#unwatch?.();
    this.#unwatch = undefined;
    if (!on) return;
    const { list } = this.#parts;
    this.#unwatch = list.subscribe((clusters) => this.#say({ type: 'clusters', clusters }));
    this.#say({ type: 'clusters', clusters: list.summaries() });
  }

  #say(data: FromKernel, buffers?: readonly Uint8Array[]): void {
    if (!this.#isClosed) this.#parts.say(data, buffers);
  }
}
