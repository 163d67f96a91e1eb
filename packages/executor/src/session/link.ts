/**
 * What a session needs of its connection to the scheduler. The real one is a channel; tests give a fake scheduler's end.
 */
import type { CallOptions, ClientWelcome, SchedulerCalls } from '@covey/protocol/internal';
import type { WorkerLinks } from './worker-links.js';

/** An ordered, authenticated conversation with one scheduler, which survives broken connections. */
export interface SchedulerLink {
  /** What the scheduler said of itself; undefined until it was reached. */
  readonly welcome: ClientWelcome | undefined;
  /** Where it is. */
  readonly address: string;
  /** The batch of this turn: append one message at once and don't keep it. It leaves at the end of the turn. */
  batch(): unknown[];
  /** Tells that the message just appended holds so many bytes. */
  weigh(bytes: number): void;
  /** Lets the batch leave now. */
  flush(): void;
  /** Bytes sent or waiting that the scheduler has not acknowledged. */
  readonly unacknowledgedBytes: number;
  /** Resolves when at most `belowBytes` are unacknowledged. */
  drained(belowBytes: number): Promise<void>;
  /** A request; its place among the messages is kept. */
  call<Method extends keyof SchedulerCalls>(
    method: Method,
    params: SchedulerCalls[Method]['params'],
    options?: CallOptions,
  ): Promise<SchedulerCalls[Method]['result']>;
  /** Each batch from the scheduler, in order. */
  onbatch: ((batch: readonly unknown[]) => void) | undefined;
  /** The conversation is over for good, and why. Not called after {@link close}. */
  onend: ((reason: Error) => void) | undefined;
  /** How to reach workers: large results come from them directly. */
  readonly workers: WorkerLinks;
  close(): Promise<void>;
}
