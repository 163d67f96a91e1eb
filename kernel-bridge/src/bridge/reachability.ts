/** Whether the schedulers of listed clusters answer: owners may live although their scheduler hangs, or is out of reach. */
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { RequestOptions } from 'node:http';
import { parseAddress } from '@covey/protocol';
import { systemClock } from '@covey/protocol/internal';
import type { Clock } from '@covey/protocol/internal';

const ANSWER_MS = 3000;
/** Hundreds that are asked at once answer, or not, one after the other: it is one change. */
const GATHER_MS = 100;

/** Looks at clusters now and then; remembers those that did not answer when they were last looked at. */
export class Reachability {
  readonly #onchange: () => void;
  readonly #asks: (address: string) => Promise<boolean>;
  readonly #silent = new Set<string>();
  readonly #asked = new Set<string>();
  readonly #clock: Clock;
  #isTelling = false;

  /** @param onchange whether clusters answer has changed. */
  constructor(onchange: () => void, asks: (address: string) => Promise<boolean> = answers, clock: Clock = systemClock) {
    this.#onchange = onchange;
    this.#asks = asks;
    this.#clock = clock;
  }

  isSilent(address: string): boolean {
    return this.#silent.has(address);
  }

  /** Asks all of them, each once at a time; others are forgotten. */
  look(addresses: readonly string[]): void {
    for (const address of [...this.#silent]) if (!addresses.includes(address)) this.#silent.delete(address);
    for (const address of addresses) if (!this.#asked.has(address)) void this.#ask(address);
  }

  async #ask(address: string): Promise<void> {
    this.#asked.add(address);
    const isSilent = !(await this.#asks(address));
    this.#asked.delete(address);
    if (isSilent === this.#silent.has(address)) return;
    if (isSilent) this.#silent.add(address);
    else this.#silent.delete(address);
    this.#tell();
  }

  #tell(): void {
    if (this.#isTelling) return;
    this.#isTelling = true;
    this.#clock.setTimer(() => {
      this.#isTelling = false;
      this.#onchange();
    }, GATHER_MS);
  }
}

/** Whether a scheduler says that it is well, on the page that needs no token and is no use of the cluster. */
export function answers(address: string): Promise<boolean> {
  const target = parseAddress(address);
  if (target.kind === 'inproc') return Promise.resolve(true);
  const where: RequestOptions =
    target.kind === 'unix' ? { socketPath: target.path } : { host: target.host, port: target.port };
  const signal = AbortSignal.timeout(ANSWER_MS);
  const options = { ...where, path: '/health', agent: false, signal } as const;
  return new Promise((resolve) => {
    // Nothing is told to whoever answers, and nothing of its answer is believed but that there is one.
    const request =
      target.kind === 'wss' ? httpsRequest({ ...options, rejectUnauthorized: false }) : httpRequest(options);
    request.on('response', (response) => {
      response.resume();
      resolve(true);
    });
    request.on('error', () => resolve(false));
    request.end();
  });
}
