/**
 * A link that can be used before its scheduler was reached: what is said meanwhile waits, in order. Executors inside tasks
 * begin with one, and so does an executor whose scheduler was started anew.
 */
import { CallTimeoutError, ConnectionClosedError } from '@covey/protocol';
import { offAbort, onAbort, systemClock } from '@covey/protocol/internal';
import type { CallOptions, ClientWelcome, SchedulerCalls, Timer } from '@covey/protocol/internal';
import type { SchedulerLink } from './link.js';
import type { WorkerLinks } from './worker-links.js';

/** Something that was said too early, and is said when the scheduler is there. */
type Early = (link: SchedulerLink) => void;

export class PendingLink implements SchedulerLink {
  readonly address: string;
  readonly workers: WorkerLinks;
  readonly #opening: Promise<SchedulerLink>;
  #link: SchedulerLink | undefined;
  #early: Early[] = [];
  /** Ends the calls among them. */
  readonly #waiting = new Set<(error: Error) => void>();
  #batch: unknown[] = [];
  #weight = 0;
  #onbatch: SchedulerLink['onbatch'];
  #onend: SchedulerLink['onend'];
  #closed = false;

  constructor(address: string, opening: Promise<SchedulerLink>) {
    this.address = address;
    this.#opening = opening;
    this.workers = {
      fetch: async (...args) => (await opening).workers.fetch(...args),
      upload: async (...args) => (await opening).workers.upload(...args),
      call: async (...args) => (await opening).workers.call(...args),
      close: async () => this.#link?.workers.close(),
    };
    opening.then(
      (link) => this.#opened(link),
      (error: unknown) => this.#failed(error),
    );
  }

  get welcome(): ClientWelcome | undefined {
    return this.#link?.welcome;
  }

  get unacknowledgedBytes(): number {
    return this.#link?.unacknowledgedBytes ?? this.#weight;
  }

  get onbatch(): SchedulerLink['onbatch'] {
    return this.#onbatch;
  }

  set onbatch(listener: SchedulerLink['onbatch']) {
    this.#onbatch = listener;
    if (this.#link !== undefined) this.#link.onbatch = listener;
  }

  get onend(): SchedulerLink['onend'] {
    return this.#onend;
  }

  set onend(listener: SchedulerLink['onend']) {
    this.#onend = listener;
    if (this.#link !== undefined) this.#link.onend = listener;
  }

  batch(): unknown[] {
    return this.#link?.batch() ?? this.#batch;
  }

  weigh(bytes: number): void {
    if (this.#link === undefined) this.#weight += bytes;
    else this.#link.weigh(bytes);
  }

  flush(): void {
    this.#link?.flush();
  }

  async drained(belowBytes: number): Promise<void> {
    await (await this.#opening).drained(belowBytes);
  }

  call<Method extends keyof SchedulerCalls>(
    method: Method,
    params: SchedulerCalls[Method]['params'],
    options?: CallOptions,
  ): Promise<SchedulerCalls[Method]['result']> {
    if (this.#link !== undefined) return this.#link.call(method, params, options);
    if (this.#closed) return Promise.reject(new ConnectionClosedError('The connection was closed before it was made'));
    const { signal, timeoutMs } = options ?? {};
    if (signal?.aborted === true) return Promise.reject(signal.reason as Error);
    this.#cut();
    return new Promise((resolve, reject) => {
      const startedMs = systemClock.now();
      let timer: Timer | undefined;
      const ended = (): void => {
        offAbort(signal, aborted);
        if (timer !== undefined) systemClock.clearTimer(timer);
        this.#waiting.delete(giveUp);
      };
      const say: Early = (link) => {
        ended();
        const left = timeoutMs === undefined ? {} : { timeoutMs: timeoutMs - (systemClock.now() - startedMs) };
        link.call(method, params, { ...options, ...left }).then(resolve, reject);
      };
      // Nothing of it was said yet, so nothing is to be taken back.
      const giveUp = (error: Error): void => {
        ended();
        this.#early = this.#early.filter((each) => each !== say);
        reject(error);
      };
      const aborted = (): void => giveUp(signal?.reason as Error);
      onAbort(signal, aborted);
      if (timeoutMs !== undefined) {
        const late = `the scheduler at ${this.address} was not reached within ${timeoutMs} ms, and so could not answer ${method}`;
        timer = systemClock.setTimer(() => giveUp(new CallTimeoutError(late)), timeoutMs);
      }
      this.#waiting.add(giveUp);
      this.#early.push(say);
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#onend = undefined;
    this.#giveUpCalls(new ConnectionClosedError('The connection was closed before it was made'));
    // Not waited for: it may be dialling for long yet.
    this.#opening.then(
      (link) => link.close(),
      () => undefined,
    );
    await this.#link?.close();
  }

  /** What was written so far comes before what follows. */
  #cut(): void {
    const batch = this.#batch;
    if (batch.length === 0) return;
    this.#batch = [];
    this.#early.push((link) => {
      const out = link.batch();
      for (const field of batch) out.push(field);
      link.weigh(this.#weight);
    });
  }

  #opened(link: SchedulerLink): void {
    if (this.#closed) return;
    this.#cut();
    const early = this.#early;
    this.#early = [];
    link.onbatch = this.#onbatch;
    link.onend = this.#onend;
    this.#link = link;
    for (const say of early) say(link);
  }

  #giveUpCalls(error: Error): void {
    for (const giveUp of [...this.#waiting]) giveUp(error);
  }

  #failed(reason: unknown): void {
    const error = reason instanceof Error ? reason : new Error(String(reason));
    this.#giveUpCalls(error);
    if (!this.#closed) this.#onend?.(error);
  }
}
