/**
 * The front end's side of the comm `covey`: requests and replies, the list of clusters, figures by subscription. Knows
 * neither JupyterLab nor how messages travel.
 */
import type {
  BridgeCalls,
  BridgeMethod,
  BridgeSkew,
  ClusterSummary,
  FigureBatch,
  FiguresEndCode,
  FigureTopic,
  FromKernel,
  SubmittedCell,
  ToldDisplay,
  ToKernel,
} from '@covey/protocol/bridge';
import { Listeners } from './listeners.js';

/** Carries messages to one kernel. */
export interface IBridgeTransport {
  send(message: ToKernel): void;
  close(): void;
}

export type Welcome = Extract<FromKernel, { type: 'welcome' }>;
/** Of a kernel whose version is another than this extension's. */
export type SkewedWelcome = Welcome & { readonly skew: BridgeSkew };

/** What a kernel answered instead of a result. */
export class BridgeFailure extends Error {
  override readonly name = 'BridgeFailure';
  constructor(
    /** Of the error's class there, such as `ERR_COVEY_CLUSTER_NOT_FOUND`; `ERR_COVEY_BRIDGE_CLOSED` when the kernel is gone. */
    readonly code: string,
    message: string,
    /** The field of a form that is not what it must be. */
    readonly option?: string,
  ) {
    super(message);
  }
}

/** The versions of both sides are too far apart. */
export class BridgeVersionFailure extends BridgeFailure {
  constructor(readonly welcome: SkewedWelcome) {
    super('ERR_COVEY_BRIDGE_VERSION', welcome.skew.message);
  }
}

export interface ISubscriber {
  /** The next batch may come once `taken` was called. */
  onBatch(batch: FigureBatch, taken: () => void): void;
  /** `ended`: there is nothing more to come, by an error of the code `failure`. `closed`: the kernel is gone. */
  onEnd(code: FiguresEndCode | 'closed', reason: string, failure?: string): void;
}

/** Where a subscription goes on; from the start without. */
export interface IFiguresFrom {
  readonly cursor?: number;
  readonly epoch?: string;
}

interface IPending {
  readonly resolve: (result: never) => void;
  readonly reject: (error: BridgeFailure) => void;
}

export class BridgeClient {
  readonly welcomed: Promise<Welcome>;
  readonly clustersChanged = new Listeners<readonly ClusterSummary[]>();
  readonly cellChanged = new Listeners<SubmittedCell>();
  readonly displayChanged = new Listeners<ToldDisplay>();
  /** The versions differ. */
  readonly skewed = new Listeners<SkewedWelcome>();
  readonly closed = new Listeners<BridgeFailure>();

  private readonly _transport: IBridgeTransport;
  private readonly _pending = new Map<number, IPending>();
  private readonly _subscribers = new Map<number, ISubscriber>();
  private _nextId = 1;
  private _closedBecause: BridgeFailure | undefined;
  private _welcome!: (welcome: Welcome) => void;
  private _refuse!: (error: BridgeFailure) => void;

  constructor(transport: IBridgeTransport) {
    this._transport = transport;
    this.welcomed = new Promise((resolve, reject) => {
      this._welcome = resolve;
      this._refuse = reject;
    });
    this.welcomed.catch(() => undefined);
  }

  get isClosed(): boolean {
    return this._closedBecause !== undefined;
  }

  /** @throws {BridgeFailure} what the kernel says, or that it is gone. */
  call<Method extends BridgeMethod>(
    method: Method,
    params: BridgeCalls[Method]['params'],
  ): Promise<BridgeCalls[Method]['result']> {
    if (this._closedBecause !== undefined) return Promise.reject(this._closedBecause);
    const id = this._nextId++;
    return new Promise((resolve, reject) => {
      this._pending.set(id, { resolve, reject });
      this._transport.send({ type: 'request', id, method, params } as ToKernel);
    });
  }

  watch(on: boolean): void {
    if (!this.isClosed) this._transport.send({ type: 'watch', on });
  }

  /** Figures newer than `from`, until the returned function is called or `onEnd` is. */
  subscribe(cluster: string, topic: FigureTopic, from: IFiguresFrom, subscriber: ISubscriber): () => void {
    if (this._closedBecause !== undefined) {
      subscriber.onEnd('closed', this._closedBecause.message);
      return () => undefined;
    }
    const subscription = this._nextId++;
    this._subscribers.set(subscription, subscriber);
    this._transport.send({ type: 'subscribe', subscription, cluster, topic, ...from });
    return () => {
      if (this._subscribers.delete(subscription) && !this.isClosed) {
        this._transport.send({ type: 'unsubscribe', subscription });
      }
    };
  }

  /** A message of the kernel, with its buffers. */
  receive(message: FromKernel, buffers: readonly Uint8Array[]): void {
    switch (message.type) {
      case 'welcome':
        return this._onWelcome(message);
      case 'reply': {
        const pending = this._take(message.id);
        return pending?.resolve(message.result as never);
      }
      case 'failure':
        return this._onFailure(message);
      case 'clusters':
        return this.clustersChanged.emit(message.clusters);
      case 'cell':
        return this.cellChanged.emit(message.cell);
      case 'display':
        return this.displayChanged.emit(message.display);
      case 'figures': {
        const { subscription, sequence, batch } = message;
        const taken = (): void => {
          if (this._subscribers.has(subscription) && !this.isClosed) {
            this._transport.send({ type: 'acknowledge', subscription, sequence });
          }
        };
        return this._subscribers.get(subscription)?.onBatch({ ...batch, buffers }, taken);
      }
      case 'figures-end': {
        const subscriber = this._subscribers.get(message.subscription);
        this._subscribers.delete(message.subscription);
        return subscriber?.onEnd(message.code, message.reason, message.failure);
      }
    }
  }

  /** Ends everything that waits: the kernel is gone, or nobody needs it any more. */
  close(reason: string, code = 'ERR_COVEY_BRIDGE_CLOSED'): void {
    this._end(new BridgeFailure(code, reason));
  }

  private _end(failure: BridgeFailure): void {
    if (this.isClosed) return;
    this._closedBecause = failure;
    this._refuse(failure);
    for (const { reject } of this._pending.values()) reject(failure);
    this._pending.clear();
    const subscribers = [...this._subscribers.values()];
    this._subscribers.clear();
    for (const subscriber of subscribers) subscriber.onEnd('closed', failure.message);
    this._transport.close();
    this.closed.emit(failure);
  }

  private _onWelcome(welcome: Welcome): void {
    if (isSkewed(welcome)) {
      this.skewed.emit(welcome);
      if (!welcome.skew.works) return this._end(new BridgeVersionFailure(welcome));
    }
    this._welcome(welcome);
  }

  private _onFailure({ id, error }: Extract<FromKernel, { type: 'failure' }>): void {
    const { code, message, option } = error;
    if (id !== null) this._take(id)?.reject(new BridgeFailure(code, message, option));
    else console.warn(`Covey's kernel refused a message (${code}): ${message}`);
  }

  private _take(id: number): IPending | undefined {
    const pending = this._pending.get(id);
    this._pending.delete(id);
    return pending;
  }
}

export function isSkewed(welcome: Welcome): welcome is SkewedWelcome {
  return welcome.skew !== null;
}
