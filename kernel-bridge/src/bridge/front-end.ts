/**
 * One front end, behind one comm: what it says is read as if anybody had written it, and every request is answered, by a
 * failure if need be.
 */
import { hostname, userInfo } from 'node:os';
import { COVEY_VERSION } from '@covey/protocol';
import { BRIDGE_VERSION } from '@covey/protocol/bridge';
import type {
  BridgeSkew,
  FigureBatch,
  FigureTopic,
  FromKernel,
  SubmittedCell,
  ToldDisplay,
} from '@covey/protocol/bridge';
import { BridgeRequestError } from './bridge-request-error.js';
import type { ClusterList } from './cluster-list.js';
import type { FigureViewer } from './figures/figure-feed.js';
import type { FigureHub, FigureSubscription } from './figures/figure-hub.js';
import { failureOf } from './failures.js';
import { isRecord, Params } from './params.js';
import { skewOf } from './skew.js';

export interface FrontEndParts {
  readonly list: ClusterList;
  readonly figures: FigureHub;
  readonly answer: (method: string, params: unknown) => Promise<unknown>;
  readonly say: (data: FromKernel, buffers?: readonly Uint8Array[]) => void;
}

/** More than any layout of panels has. */
const SUBSCRIPTIONS_MAX = 256;

export class FrontEnd {
  readonly #parts: FrontEndParts;
  readonly #skew: BridgeSkew | null;
  readonly #drawsDisplays: boolean;
  readonly #subscriptions = new Map<number, FigureSubscription>();
  #unwatch: (() => void) | undefined;
  #isClosed = false;

  /** @param open the data with which the comm was opened. */
  constructor(open: unknown, parts: FrontEndParts) {
    this.#parts = parts;
    const { protocol, covey, manager, drawsDisplays } = isRecord(open) ? open : {};
    this.#drawsDisplays = drawsDisplays === true;
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

  displayChanged(display: ToldDisplay): void {
    if (this.#drawsDisplays) this.#say({ type: 'display', display });
  }

  close(): void {
    this.#isClosed = true;
    this.#unwatch?.();
    for (const subscription of this.#subscriptions.values()) subscription.close();
    this.#subscriptions.clear();
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
      case 'subscribe':
        this.#subscribe(new Params('subscribe', data));
        return;
      case 'acknowledge': {
        const params = new Params('acknowledge', data);
        this.#subscriptions.get(params.wholeNumber('subscription'))?.acknowledge(params.wholeNumber('sequence'));
        return;
      }
      case 'unsubscribe': {
        const subscription = new Params('unsubscribe', data).wholeNumber('subscription');
        this.#subscriptions.get(subscription)?.close();
        this.#subscriptions.delete(subscription);
        return;
      }
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

  /** What becomes of it is told by its number, also that there is nothing to show. */
  #subscribe(params: Params): void {
    const subscription = params.wholeNumber('subscription');
    const cluster = params.text('cluster');
    const topic = params.text('topic') as FigureTopic;
    const cursor = params.optionalWholeNumber('cursor') ?? 0;
    const seen = cursor === 0 ? undefined : { cursor, epoch: params.optionalText('epoch') };
    if (this.#subscriptions.has(subscription)) {
      throw new BridgeRequestError(`the subscription ${subscription} is open`);
    }
    const end: FigureViewer['end'] = (code, reason, failure) => {
      this.#subscriptions.delete(subscription);
      this.#say({ type: 'figures-end', subscription, code, reason, ...(failure !== undefined && { failure }) });
    };
    if (this.#subscriptions.size >= SUBSCRIPTIONS_MAX) {
      end('ended', `a front end has at most ${SUBSCRIPTIONS_MAX} subscriptions`);
      return;
    }
    try {
      const viewer = {
        show: (sequence: number, { buffers, ...batch }: FigureBatch) =>
          this.#say({ type: 'figures', subscription, sequence, batch }, buffers),
        end,
      };
      const opened = this.#parts.figures.subscribe(cluster, topic, viewer, seen);
      this.#subscriptions.set(subscription, opened);
    } catch (error) {
      const { code, message } = failureOf(error);
      end('ended', message, code);
    }
  }

  #say(data: FromKernel, buffers?: readonly Uint8Array[]): void {
    if (!this.#isClosed) this.#parts.say(data, buffers);
  }
}
