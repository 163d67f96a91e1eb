/**
 * A cluster's figures for one panel: the panel pulls, the kernel sends by credit. A batch is acknowledged when the next
 * one is asked for, so a panel that is hidden, and asks for nothing, is soon sent nothing.
 */
import type { FigureSource } from '@covey/dashboard';
import type { FigureBatch, FigureTopic } from '@covey/protocol/bridge';
import { BridgeFailure } from './bridge-client.js';
import type { BridgeClient, IFiguresFrom } from './bridge-client.js';

/** Gives the manager's client, waiting for it when it is away. */
export type ClientWanted = (signal: AbortSignal) => Promise<BridgeClient>;

interface IFlow {
  readonly client: BridgeClient;
  /** Of the last batch given out. */
  cursor: number;
  readonly ready: { batch: FigureBatch; taken: () => void }[];
  taken: (() => void) | undefined;
  end: string | undefined;
  wake: (() => void) | undefined;
  stop: () => void;
}

export class BridgeFigureSource implements FigureSource {
  /** Of the last batch of each topic: a cursor means something within it only. */
  private readonly _epochs = new Map<FigureTopic, string>();
  private readonly _flows = new Map<FigureTopic, IFlow>();

  constructor(
    private readonly _cluster: string,
    private readonly _clientWanted: ClientWanted,
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
        // The manager went away, and will be back; or the cluster did, and won't.
        if (!flow.client.isClosed && !/acknowledg/i.test(flow.end))
          throw new BridgeFailure('ERR_COVEY_FIGURES', flow.end);
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
    const client = await this._clientWanted(new AbortController().signal);
    return client.call('ask', { cluster: this._cluster, method, params });
  }

  dispose(): void {
    for (const topic of [...this._flows.keys()]) this._drop(topic);
  }

  private async _flow(topic: FigureTopic, cursor: number, signal: AbortSignal): Promise<IFlow> {
    const present = this._flows.get(topic);
    if (present?.cursor === cursor && !present.client.isClosed) return present;
    this._drop(topic);
    const client = await this._clientWanted(signal);
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
      onEnd: (reason) => {
        flow.end = reason;
        flow.wake?.();
      },
    });
    return flow;
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
