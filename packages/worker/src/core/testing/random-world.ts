/**
 * A seeded random environment of the worker's core: a scheduler that sends, cancels and frees, threads that claim and end tasks in every way, peers that
 * answer, lack things and vanish. It knows what must hold from outside: each attempt is answered exactly once, nothing runs unannounced, nothing is left.
 */
import type { TaskId } from '@covey/protocol/internal';
import { CoreWorld } from './core-world.js';

type Step = () => void;

/** Enough randomness for tests: a linear congruential generator. */
class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = (seed * 2654435761 + 12345) >>> 0;
  }

  below(limit: number): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0;
    return Math.floor((this.#state / 2 ** 32) * limit);
  }

  pick<T>(items: readonly T[]): T | undefined {
    return items.length === 0 ? undefined : items[this.below(items.length)];
  }
}

interface ThreadModel {
  /** Handed over and not known to be taken back: attempts with their sequence numbers. */
  queue: { attempt: number; sequence: number }[];
  running: number | undefined;
  suspended: number[];
  isReady: boolean;
}

const ANSWERS: ReadonlySet<string> = new Set(['done', 'pinned', 'erred', 'stopped']);
const PEERS = [101, 102, 103];

export class RandomWorld {
  readonly world: CoreWorld;
  readonly #random: Random;
  readonly #threads = new Map<number, ThreadModel>();
  readonly #fetches = new Map<number, { peer: number; open: number[] }>();
  readonly #answers = new Map<number, string>();
  readonly #sent: number[] = [];
  readonly #announced = new Set<number>();
  readonly #elsewhere: number[] = [];
  readonly #questions: number[] = [];
  readonly #ending: number[] = [];
  readonly #here = new Set<number>();
  /** By attempt: those that were sent behind it. */
  readonly #behind = new Map<number, number[]>();
  /** Sent behind an attempt that ended without a result, and to be taken back. */
  readonly #bereft: number[] = [];
  #lastAttempt = 0;
  #lastElsewhere = 10_000;

  constructor(seed: number) {
    this.#random = new Random(seed);
    const nthreads = 1 + this.#random.below(3);
    this.world = new CoreWorld({ nthreads });
    for (let thread = 1; thread <= nthreads; thread++) this.#threads.set(thread, model(true));
    this.world.output.onevent = (op, ...fields) => this.#hear(op, fields);
  }

  /** Attempts that were sent and never answered. */
  unanswered(): number[] {
    return this.#sent.filter((attempt) => !this.#answers.has(attempt));
  }

  /** What the core or the store still has when all is over. */
  leftovers(): string[] {
    const { core, output } = this.world;
    const { waiting, ready, executing, suspended } = core.figures;
    const tasks = waiting + ready + executing + suspended;
    return [
      ...(tasks === 0 ? [] : [`${tasks} tasks`]),
      ...[...output.store.keys()].map((taskId) => `result ${taskId}`),
    ];
  }

  step(): void {
    const moves: Step[] = [
      () => this.#compute(),
      () => this.#compute(),
      () => this.#runThread(),
      () => this.#runThread(),
      () => this.#runThread(),
      () => this.#answerFetch(),
      () => this.#answerFetch(),
      () => this.#answerQuestion(),
      () => this.#cancel(),
      () => this.#takeBack(),
      () => this.#free(),
      () => this.#acquire(),
      () => this.#threadNews(),
      () => this.#mishap(),
      () => this.#passTime(),
    ];
    this.#random.pick(moves)?.();
    this.world.core.validate();
    if (this.#random.below(3) > 0) this.#turn();
  }

  /** Nothing new comes; what is under way ends, and all results are freed. */
  finish(): void {
    this.world.core.handlePause(false);
    this.world.core.handleMemory(false);
    for (let round = 0; round < 2000 && this.unanswered().length > 0; round++) {
      this.#turn();
      this.#runThread();
      this.#answerFetch();
      this.#answerQuestion();
      this.#takeBack();
      this.#threadNews();
      if (round % 10 === 0) this.#passTime();
      if (round > 1500) for (const attempt of this.unanswered()) this.world.cancel(attempt);
    }
    for (let round = 0; round < 50; round++) {
      while (this.#fetches.size > 0) this.#answerFetch();
      this.world.free(...this.#here, ...this.#elsewhere, ...this.#sent);
      this.#threadNews();
      this.#turn();
    }
  }

  #turn(): void {
    const { output } = this.world;
    this.world.core.endTurn(this.world.now);
    this.world.core.validate();
    for (const [thread, tasks] of output.handed) {
      for (const task of tasks) {
        const { attempt } = task.compute;
        if (!this.#announced.has(attempt)) throw new Error(`attempt ${attempt} was handed over unannounced`);
        this.#threads.get(thread)?.queue.push({ attempt, sequence: task.sequence });
      }
    }
    output.handed.clear();
    output.take();
  }

  #hear(op: string, fields: readonly unknown[]): void {
    const [first, second] = fields as [number, number];
    if (ANSWERS.has(op)) {
      if (this.#answers.has(second))
        throw new Error(`attempt ${second} was answered ${this.#answers.get(second)} and ${op}`);
      if (!this.#sent.includes(second)) throw new Error(`attempt ${second} was answered and never sent`);
      this.#answers.set(second, op);
      if (op === 'done' || op === 'pinned') this.#here.add(first);
      else this.#bereft.push(...(this.#behind.get(second) ?? []));
    } else if (op === 'started') {
      for (const attempt of fields[0] as number[]) this.#announced.add(attempt);
    } else if (op === 'hand') {
      this.#expectInputs(first, second);
    } else if (op === 'startFetch') {
      this.#fetches.set(first, { peer: second, open: [...(fields[2] as number[])] });
    } else if (op === 'missing') {
      this.#questions.push(first);
    } else if (op === 'startThread') {
      this.#threads.set(first, model(false));
    } else if (op === 'endThread') {
      this.#ending.push(first);
    } else if (op === 'gained') {
      for (const taskId of fields[0] as number[]) this.#here.add(taskId);
    }
  }

  /** What a task needs is in the store or in its thread when it is handed over. */
  #expectInputs(thread: number, attempt: number): void {
    const { output, core } = this.world;
    const dependencies = output.handed.get(thread)?.at(-1)?.compute.dependencies ?? [];
    for (let i = 0; i < dependencies.length; i += 3) {
      const taskId = dependencies[i] as TaskId;
      if (typeof dependencies[i + 2] === 'object' && ArrayBuffer.isView(dependencies[i + 2])) continue;
      if (output.store.has(taskId) || core.threadOf(taskId) === thread) continue;
      throw new Error(`attempt ${attempt} was handed over without its input ${taskId}`);
    }
  }

  #compute(): void {
    const needs: Record<number, 0 | 1 | 'inline' | number[]> = {};
    const attempt = ++this.#lastAttempt;
    for (let i = this.#random.below(4); i > 0; i--) {
      const kind = this.#random.below(6);
      const here = this.#random.pick([...this.#here]);
      const before = this.#random.pick(this.#random.below(3) === 0 ? this.#sent : this.unanswered());
      if (kind === 0 && here !== undefined) needs[here] = 0;
      else if (kind === 1) needs[9000 + this.#random.below(5)] = 'inline';
      else if (kind < 4) needs[this.#someElsewhere()] = [this.#random.pick(PEERS) ?? 0];
      else if (before !== undefined) {
        needs[before] = 1;
        this.#behind.set(before, [...(this.#behind.get(before) ?? []), attempt]);
      }
    }
    this.#sent.push(attempt);
    this.world.compute(attempt, {
      needs,
      functionId: this.#random.below(3),
      priority: this.#random.below(50),
      timeoutMs: this.#random.below(6) === 0 ? 30 : 0,
      actor: this.#random.below(12) === 0,
    });
    if (this.#random.below(10) === 0) this.world.compute(attempt);
  }

  #someElsewhere(): number {
    const known = this.#random.pick(this.#elsewhere);
    if (known !== undefined && this.#random.below(3) > 0) return known;
    this.#elsewhere.push(++this.#lastElsewhere);
    return this.#lastElsewhere;
  }

  /** A thread starts its next task, or ends, suspends or resumes one. */
  #runThread(): void {
    const [id, thread] = this.#random.pick([...this.#threads].filter(([, { isReady }]) => isReady)) ?? [0, undefined];
    if (thread === undefined || this.#ending.includes(id)) return;
    if (thread.running === undefined) {
      const resumable = this.#random.below(2) === 0 ? thread.suspended.shift() : undefined;
      if (resumable !== undefined) {
        thread.running = resumable;
        this.world.resumed(id, resumable);
      } else this.#claim(id, thread);
      return;
    }
    const attempt = thread.running;
    thread.running = undefined;
    switch (this.#random.below(8)) {
      case 0:
        this.world.erred(id, attempt);
        break;
      case 1:
        this.world.pinned(id, attempt);
        break;
      case 2:
        thread.suspended.push(attempt);
        this.world.suspended(id, attempt);
        break;
      case 3:
        this.world.stopped(id, attempt);
        break;
      case 4:
        thread.running = attempt;
        break;
      default:
        this.world.done(id, attempt, this.#random.pick([0.01, 0.01, 1, 30]));
    }
  }

  #claim(id: number, thread: ThreadModel): void {
    const { claims } = this.world.output;
    for (let next = thread.queue.shift(); next !== undefined; next = thread.queue.shift()) {
      if (next.sequence !== (claims.get(id) ?? 0)) continue;
      claims.set(id, next.sequence + 1);
      thread.running = next.attempt;
      return;
    }
  }

  #answerFetch(): void {
    const [id, fetch] = this.#random.pick([...this.#fetches]) ?? [0, undefined];
    if (fetch === undefined) return;
    const taskId = fetch.open.shift();
    if (taskId === undefined || this.#random.below(8) === 0) {
      this.#fetches.delete(id);
      this.world.fetchEnded(id);
    } else if (this.#random.below(4) === 0) this.world.absent(id, taskId);
    else this.world.fetched(id, taskId);
  }

  #answerQuestion(): void {
    const taskId = this.#questions.shift();
    if (taskId === undefined) return;
    // What the worker lost has no holder elsewhere; nor, now and then, has anything.
    const isLost = taskId < 9000 || this.#random.below(5) === 0;
    if (!isLost) {
      this.world.holders(taskId, this.#random.pick(PEERS) ?? 0);
      return;
    }
    this.world.holders(taskId);
    for (const attempt of this.unanswered()) if (this.#random.below(2) === 0) this.world.cancel(attempt);
    if (this.unanswered().length > 0) this.#questions.push(taskId);
  }

  #takeBack(): void {
    const attempt = this.#bereft.shift();
    if (attempt !== undefined) this.world.cancel(attempt);
  }

  #cancel(): void {
    const attempt = this.#random.pick(this.#sent);
    if (attempt !== undefined) this.world.cancel(attempt);
  }

  #free(): void {
    const taskId = this.#random.pick([...this.#here]);
    if (taskId === undefined) return;
    this.#here.delete(taskId);
    this.world.free(taskId);
  }

  #acquire(): void {
    this.world.acquire(this.#someElsewhere(), this.#random.pick(PEERS) ?? 0);
  }

  /** Threads that were told to end do, and those that start are ready. */
  #threadNews(): void {
    const ended = this.#ending.shift();
    if (ended !== undefined) {
      this.#threads.delete(ended);
      this.world.threadEnded(ended);
    }
    for (const [id, thread] of this.#threads) {
      if (thread.isReady) continue;
      thread.isReady = true;
      this.world.threadReady(id);
    }
  }

  #mishap(): void {
    const kind = this.#random.below(6);
    if (kind === 0) this.world.peerGone(this.#random.pick(PEERS) ?? 0);
    else if (kind === 1) this.world.core.handlePause(this.#random.below(2) === 0);
    else if (kind === 2) this.world.core.handleMemory(this.#random.below(2) === 0);
    else if (kind === 3) {
      const [id, thread] = this.#random.pick([...this.#threads].filter(([, { isReady }]) => isReady)) ?? [0, undefined];
      if (thread === undefined || this.#ending.includes(id)) return;
      this.#threads.delete(id);
      this.world.threadEnded(id, thread.running ?? 0);
    }
  }

  #passTime(): void {
    this.world.after(this.#random.pick([1, 10, 60, 250]) ?? 0);
  }
}

function model(isReady: boolean): ThreadModel {
  return { queue: [], running: undefined, suspended: [], isReady };
}
