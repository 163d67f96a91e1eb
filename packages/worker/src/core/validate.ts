/** The invariants of the worker's core, checked after each stimulus in tests. */
import type { AttemptId, TaskId } from '@covey/protocol/internal';
import type { DataBook } from './data-book.js';
import type { TaskState, WorkerTask } from './task.js';
import type { ThreadBook } from './thread-book.js';

/** The core's insides. */
export interface CoreParts<Value> {
  readonly tasks: ReadonlyMap<AttemptId, WorkerTask>;
  readonly counts: Readonly<Record<TaskState, number>>;
  readonly threads: ThreadBook;
  readonly data: DataBook<Value>;
  /** Whether the store has the result. */
  has(taskId: TaskId): boolean;
}

/** @throws Error that names the first invariant that does not hold. */
export function validateCore<Value>(parts: CoreParts<Value>): void {
  const { tasks, threads, data } = parts;
  const check = (holds: boolean, what: string): void => {
    if (!holds) throw new Error(`worker core: ${what}`);
  };
  const counts: Record<TaskState, number> = {
    waiting: 0,
    ready: 0,
    executing: 0,
    suspended: 0,
    gone: parts.counts.gone,
  };
  const queued = new Set<WorkerTask>(threads.ready);
  for (const thread of threads) for (const task of thread.own) queued.add(task);
  const users = new Map<TaskId, number>();
  for (const [attempt, task] of tasks) {
    const name = `attempt ${attempt} (${task.state})`;
    counts[task.state] += 1;
    check(task.compute.attempt === attempt, `${name} is filed under its own number`);
    check(queued.has(task) === (task.state === 'ready'), `${name} is in a ready queue exactly while ready`);
    check(task.waitingFor > 0 === (task.state === 'waiting'), `${name} waits exactly while inputs are missing`);
    const thread = task.thread;
    check(task.state !== 'executing' || thread?.queue.includes(task) === true, `${name} is in its thread's queue`);
    check(
      task.state !== 'suspended' || thread?.suspended.has(task) === true,
      `${name} is among its thread's suspended`,
    );
    if (task.state === 'waiting' || task.state === 'ready') data.countUsers(task, users);
  }
  for (const state of ['waiting', 'ready', 'executing', 'suspended'] as const) {
    check(counts[state] === parts.counts[state], `as many tasks are ${state} as counted`);
  }
  for (const thread of threads) {
    for (const task of thread.queue)
      check(task.state === 'executing', `thread ${thread.id} queues executing tasks only`);
    for (const task of thread.suspended)
      check(task.state === 'suspended', `thread ${thread.id} suspends what is suspended`);
    for (const taskId of thread.pinned) check(data.get(taskId)?.thread === thread, `${taskId} is pinned where it says`);
    check(thread.state !== 'ending' || thread.queue.length + thread.own.size === 0, `thread ${thread.id} ends empty`);
  }
  for (const datum of data) {
    const name = `result ${datum.taskId} (${datum.state})`;
    check(datum.users === (users.get(datum.taskId) ?? 0), `${name} has as many users as tasks that name it`);
    check(datum.isKept || datum.users > 0, `${name} is here for somebody`);
    check(datum.state !== 'memory' || parts.has(datum.taskId), `${name} is in the store`);
    check(datum.state !== 'memory' || datum.users > 0, `${name} has a record because it is used`);
    check(!datum.isHere || datum.waiters === undefined, `${name} is waited for only while it is not here`);
    check((datum.state === 'pinned') === (datum.thread !== undefined), `${name} has a thread exactly while pinned`);
    for (const task of datum.waiters ?? []) check(task.state === 'waiting', `${name} is waited for by waiting tasks`);
  }
}
