/** Starts the bridge's thread when it has something to hear, and again if it ended. */
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { FromBridge, ToBridge } from './thread-messages.js';

export interface BridgeThreadEvents {
  readonly onMessage: (message: FromBridge) => void;
  readonly onEnd: (why: { readonly message: string }) => void;
}

export class BridgeThread {
  readonly #events: BridgeThreadEvents;
  #worker: Worker | undefined;

  constructor(events: BridgeThreadEvents) {
    this.#events = events;
  }

  send(message: ToBridge): void {
    this.#worker ??= this.#start();
    this.#worker.postMessage(message);
  }

  #start(): Worker {
    const worker = new Worker(join(import.meta.dirname, 'bridge.cjs'));
    let why = 'the bridge ended';
    worker.on('message', this.#events.onMessage);
    worker.on('error', (error) => (why = error.message));
    worker.on('exit', () => {
      this.#worker = undefined;
      this.#events.onEnd({ message: why });
    });
    worker.unref();
    return worker;
  }
}
