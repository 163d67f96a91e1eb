/**
 * A cluster's figures: this page pulls, the kernel sends by credit. A batch is acknowledged when the next one is asked for, so
 * who asks for nothing, since nobody looks, is soon sent nothing.
 */
import type { FigureSource } from '@covey/dashboard';
import type { FigureBatch, FiguresEndCode, FigureTopic } from '@covey/protocol/bridge';
import { BridgeFailure } from './bridge-client.js';
import type { BridgeClient, IFiguresFrom } from './bridge-client.js';

/** The way to the manager's client. */
export interface IClientDoor {
  /** Waits for it while it is away. */
  wanted(signal: AbortSignal): Promise<BridgeClient>;
  /** @throws when it is away, and won't come back by itself. */
  reached(): Promise<BridgeClient>;
}

/** What people are told of an error. */
export type InWords = (error: unknown) => string;

interface IFlow {
  readonly client: BridgeClient;
  /** Of the last batch given out. */
  cursor: number;
  readonly ready: { batch: FigureBatch; taken: () => void }[];
  taken: (() => void) | undefined;
  end: { readonly code: FiguresEndCode | 'closed'; readonly failure: BridgeFailure } | undefined;
  wake: (() => void) | undefined;
  stop: () => void;
}

export class BridgeFigureSource implements FigureSource {
  /** Of the last batch of each topic: a cursor means something within it only. */
  private readonly _epochs = new Map<FigureTopic, string>();
  private readonly _flows = new Map<FigureTopic, IFlow>();

  constructor(
    private readonly _cluster: string,
    private readonly _door: IClientDoor,
    private readonly _inWords: InWords,
  ) {}

  async pull(topic: FigureTopic, cursor: number, signal: AbortSignal): Promise<FigureBatch> {
    for (;;) {
      signal.throwIfAborted();
      const flow = await this._flow(topic, cursor, signal);
      flow.taken?.();
      flow.taken = undefined;
      const next = flow.ready.shift();
      if (next !== undefined) {
        flow.taken = next.taken;
        flow.cursor = next.batch.cursor;
        this._epochs.set(topic, next.batch.epoch);
        return next.batch;
      }
      if (flow.end !== undefined) {
        this._drop(topic);
        // The cluster is gone. Otherwise the manager is, and will be back; or this page slept, and goes on where it was.
        if (flow.end.code === 'ended') throw this._told(flow.end.failure);
        continue;
      }
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          signal.removeEventListener('abort', wake);
          resolve();
        };
        flow.wake = wake;
        signal.addEventListener('abort', wake);
      });
    }
  }

  async ask(method: Parameters<FigureSource['ask']>[0], params: unknown): Promise<unknown> {
    try {
      const client = await this._door.reached();
      return await client.call('ask', { cluster: this._cluster, method, params });
    } catch (error) {
      throw this._told(error);
    }
  }

  dispose(): void {
    for (const topic of [...this._flows.keys()]) this._drop(topic);
  }

  private async _flow(topic: FigureTopic, cursor: number, signal: AbortSignal): Promise<IFlow> {
    const present = this._flows.get(topic);
    if (present?.cursor === cursor && !present.client.isClosed) return present;
    this._drop(topic);
    const client = await this._door.wanted(signal);
    const flow: IFlow = {
      client,
      cursor,
      ready: [],
      taken: undefined,
      end: undefined,
      wake: undefined,
      stop: () => undefined,
    };
    this._flows.set(topic, flow);
    flow.stop = client.subscribe(this._cluster, topic, this._from(topic, cursor), {
      onBatch: (batch, taken) => {
        flow.ready.push({ batch, taken });
        flow.wake?.();
      },
      onEnd: (code, reason, failure = 'ERR_COVEY_FIGURES') => {
        flow.end = { code, failure: new BridgeFailure(failure, reason) };
        flow.wake?.();
      },
    });
    return flow;
  }

  /** Plots show the message. */
  private _told(error: unknown): Error {
    return new Error(this._inWords(error), { cause: error });
  }

  private _from(topic: FigureTopic, cursor: number): IFiguresFrom {
    const epoch = this._epochs.get(topic);
    return cursor === 0 ? {} : { cursor, ...(epoch === undefined ? {} : { epoch }) };
  }

  private _drop(topic: FigureTopic): void {
    this._flows.get(topic)?.stop();
    this._flows.delete(topic);
  }
}
