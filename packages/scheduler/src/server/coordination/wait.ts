/**
 * How coordination objects speak of callers: somebody who waits for an answer.
 * Objects settle waits; they know no timers, signals or connections. Whoever made the wait withdraws it when its time is up.
 */
import type { ClientId } from '@covey/protocol/internal';

/** A caller that waits for its turn. */
export interface Wait<Answer> {
  readonly client: ClientId;
  /** Answers the caller; at most once, and never after a withdrawal. May happen before the object's method returns. */
  settle(answer: Answer): void;
  /** It will never be its turn. */
  fail(error: Error): void;
}

/** Oldest of a set: sets keep the order of insertion, so they serve as queues whose members can leave anywhere. */
export function oldest<Member>(members: ReadonlySet<Member>): Member | undefined {
  for (const member of members) return member;
  return undefined;
}
