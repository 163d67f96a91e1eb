/**
 * Looks into compute threads through the inspector's `NodeWorker` domain: it interrupts running JavaScript, so that a thread in an endless loop answers as well.
 * One is made for a question and closed after it: an attached debugger keeps functions from being optimised.
 */
import { Session } from 'node:inspector';
import { setTimeout as delay } from 'node:timers/promises';
import { deferred } from '@covey/protocol/internal';
import type { Deferred } from '@covey/protocol/internal';

interface CallFrame {
  readonly functionName: string;
  readonly location: { readonly scriptId: string; readonly lineNumber: number; readonly columnNumber?: number };
}

/** What V8's profiler tells: samples, each naming a node of a call tree, and the microseconds before each. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
    readonly children?: readonly number[];
  }[];
  readonly samples?: readonly number[];
  readonly timeDeltas?: readonly number[];
}

interface Attached {
  readonly sessionId: string;
  readonly answers: Map<number, Deferred<unknown>>;
  /** Urls of scripts: frames don't carry them. */
  readonly scripts: Map<string, string>;
  paused: Deferred<readonly CallFrame[]> | undefined;
}

/** A thread in native code does not answer; nobody waits longer for it. */
const ANSWER_TIMEOUT_MS = 1000;
/** For a stack all scripts of the thread are told of first, which takes a while on a machine under load. */
const STACK_TIMEOUT_MS = 3000;

export class ThreadInspector {
  readonly #session = new Session();
  readonly #attached = new Map<number, Attached>();
  #lastId = 0;

  constructor() {
    this.#session.connect();
    this.#session.on('NodeWorker.attachedToWorker', ({ params }) => {
      const nodeThreadId = Number(params.workerInfo.workerId);
      this.#attached.set(nodeThreadId, {
        sessionId: params.sessionId,
        answers: new Map(),
        scripts: new Map(),
        paused: undefined,
      });
    });
    this.#session.on('NodeWorker.receivedMessageFromWorker', ({ params }) => {
      this.#receive(params.sessionId, JSON.parse(params.message) as Record<string, unknown>);
    });
    this.#session.post('NodeWorker.enable', { waitForDebuggerOnStart: false });
  }

  /**
   * The stack of a thread as text, innermost call first. Empty when none of a program's code is on it: what runs there awaits something.
   * Undefined when the thread doesn't answer: it is in native code, or nothing happens in it.
   */
  async callStack(nodeThreadId: number): Promise<string | undefined> {
    const thread = this.#attached.get(nodeThreadId);
    if (thread === undefined) return undefined;
    const stack = async (): Promise<string> => {
      await this.#ask(thread, 'Debugger.enable');
      // The pause may be there before the answer is.
      const paused = deferred<readonly CallFrame[]>();
      thread.paused = paused;
      await this.#ask(thread, 'Debugger.pause');
      const frames = await paused.promise;
      await this.#ask(thread, 'Debugger.disable');
      return stackText(frames, thread.scripts);
    };
    const { promise: late, resolve } = deferred<undefined>();
    const timer = setTimeout(() => resolve(undefined), STACK_TIMEOUT_MS);
    try {
      return await Promise.race([stack(), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Bytes of a thread's JavaScript heap; undefined when it does not answer in time. */
  async heapBytes(nodeThreadId: number): Promise<number | undefined> {
    const thread = this.#attached.get(nodeThreadId);
    if (thread === undefined) return undefined;
    const { promise: late, resolve } = deferred<undefined>();
    const timer = setTimeout(() => resolve(undefined), ANSWER_TIMEOUT_MS);
    try {
      const usage = (await Promise.race([this.#ask(thread, 'Runtime.getHeapUsage'), late])) as
        { usedSize: number } | undefined;
      return usage?.usedSize;
    } finally {
      clearTimeout(timer);
    }
  }

  /** What a thread did from now until `until` resolves, sampled every `intervalMs`; undefined when it does not answer in time. */
  async profile(nodeThreadId: number, intervalMs: number, until: Promise<void>): Promise<CpuProfile | undefined> {
    const thread = this.#attached.get(nodeThreadId);
    if (thread === undefined) return undefined;
    const watch = async (): Promise<CpuProfile> => {
      await this.#ask(thread, 'Profiler.enable');
      await this.#ask(thread, 'Profiler.setSamplingInterval', { interval: intervalMs * 1000 });
      await this.#ask(thread, 'Profiler.start');
      await until;
      const { profile } = (await this.#ask(thread, 'Profiler.stop')) as { profile: CpuProfile };
      await this.#ask(thread, 'Profiler.disable');
      return profile;
    };
    const answered = new AbortController();
    // A thread in native code answers when it is back.
    const overdue = async (): Promise<undefined> => {
      await until;
      await delay(ANSWER_TIMEOUT_MS, undefined, { signal: answered.signal });
      return undefined;
    };
    const late = overdue().catch(() => undefined);
    try {
      return await Promise.race([watch(), late]);
    } finally {
      answered.abort();
    }
  }

  close(): void {
    this.#session.disconnect();
  }

  #ask(thread: Attached, method: string, params?: object): Promise<unknown> {
    const id = ++this.#lastId;
    const answer = deferred<unknown>();
    thread.answers.set(id, answer);
    this.#session.post('NodeWorker.sendMessageToWorker', {
      sessionId: thread.sessionId,
      message: JSON.stringify({ id, method, params }),
    });
    return answer.promise;
  }

  #receive(sessionId: string, message: Record<string, unknown>): void {
    const thread = [...this.#attached.values()].find((attached) => attached.sessionId === sessionId);
    if (thread === undefined) return;
    if (message['method'] === 'Debugger.paused') {
      thread.paused?.resolve((message['params'] as { callFrames: CallFrame[] }).callFrames);
      return;
    }
    if (message['method'] === 'Debugger.scriptParsed') {
      const { scriptId, url } = message['params'] as { scriptId: string; url: string };
      thread.scripts.set(scriptId, url);
      return;
    }
    const answer = thread.answers.get(message['id'] as number);
    thread.answers.delete(message['id'] as number);
    answer?.resolve(message['result']);
  }
}

/** Without the frames of the thread's own, by which it called the task, and what is around those. Those of Node alone are only its event loop. */
function stackText(frames: readonly CallFrame[], scripts: ReadonlyMap<string, string>): string {
  const urls = frames.map(({ location }) => scripts.get(location.scriptId) ?? '');
  if (urls.every((url) => url.startsWith('node:'))) return '';
  const own = urls.findLastIndex((url) => url.endsWith('/thread.cjs'));
  const within = own === -1 ? urls : urls.slice(0, own);
  const last = within.findLastIndex((url) => !url.startsWith('node:') && !url.endsWith('/thread.cjs'));
  return (last === -1 ? frames : frames.slice(0, last + 1))
    .map((frame, i) => frameText(frame, urls[i] ?? ''))
    .join('\n');
}

function frameText({ functionName, location }: CallFrame, url: string): string {
  const where = `${url === '' ? '<anonymous>' : url}:${location.lineNumber + 1}:${(location.columnNumber ?? 0) + 1}`;
  return `    at ${functionName === '' ? where : `${functionName} (${where})`}`;
}
