/**
 * The five sockets, by npm's `zeromq`. They live in this thread alone. An open socket aborts the whole process when it
 * exits, so every way out leads through `close`.
 *
 * A socket of `zeromq` takes one send at a time; each has a line of its own here, so that what is sent in order leaves in order.
 */
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import { Router, XPublisher } from 'zeromq';
import type { Channel, ConnectionInfo } from './connection-file.js';

export type AskingChannel = Extract<Channel, 'shell' | 'control' | 'stdin'>;
export type SpeakingChannel = AskingChannel | 'iopub';

export interface SocketEvents {
  readonly onMessage: (channel: AskingChannel, frames: Uint8Array[]) => void;
  /** Somebody listens from now on to what has this topic. */
  readonly onSubscription: (topic: Uint8Array) => void;
  /** A socket failed for good. */
  readonly onFailure: (error: unknown) => void;
}

interface Line {
  waiting: Uint8Array[][];
  isSending: boolean;
  idle: Promise<void>;
}

/** Messages on iopub that may wait before main has to. */
const WAITING_MAX = 1000;
/** How often and how soon a question is sent again to a stdin that is not there yet. */
const STDIN_TRIES = 100;
const STDIN_RETRY_MS = 50;
/** How long what is still to be sent may take when everything closes. */
const LINGER_MS = 500;

export class Sockets {
  readonly #sockets: Readonly<Record<Channel, Router | XPublisher>>;
  readonly #lines = new Map<SpeakingChannel, Line>();
  readonly #events: SocketEvents;
  /** What reads the sockets, each until its socket is closed. */
  readonly #readers: Promise<void>[] = [];
  #isClosed = false;

  private constructor(events: SocketEvents) {
    this.#events = events;
    const options = { linger: LINGER_MS, sendHighWaterMark: 0, receiveHighWaterMark: 0 };
    const router = (): Router => new Router(options);
    // Answers to who is gone are dropped. A question must not be: nobody would ever answer it.
    const stdin = new Router({ ...options, mandatory: true });
    const iopub = new XPublisher({ linger: LINGER_MS, sendHighWaterMark: 0 });
    iopub.verbosity = 'allSubs';
    this.#sockets = { shell: router(), control: router(), stdin, heartbeat: router(), iopub };
  }

  /** Listens on all endpoints. Throws, with nothing left open, when one of them can't be had. */
  static async bind(info: ConnectionInfo, events: SocketEvents): Promise<Sockets> {
    const sockets = new Sockets(events);
    const channels = Object.keys(sockets.#sockets) as Channel[];
    // A socket that is still being bound can't be closed: each of them is waited for, also when one has failed.
    const bound = await Promise.allSettled(
      channels.map((channel) => sockets.#sockets[channel].bind(info.endpoints[channel])),
    );
    const failed = bound.find(({ status }) => status === 'rejected');
    if (failed?.status === 'rejected') {
      await sockets.close();
      throw failed.reason;
    }
    for (const channel of ['shell', 'control', 'stdin'] as const) {
      sockets.#listen(channel, (frames) => events.onMessage(channel, frames));
    }
    sockets.#listen('iopub', ([first]) => {
      if (first?.[0] === 1) events.onSubscription(first.subarray(1));
    });
    sockets.#readers.push(sockets.#echo());
    return sockets;
  }

  send(channel: SpeakingChannel, frames: Uint8Array[]): void {
    if (this.#isClosed) return;
    let line = this.#lines.get(channel);
    if (line === undefined)
      this.#lines.set(channel, (line = { waiting: [], isSending: false, idle: Promise.resolve() }));
    line.waiting.push(frames);
    if (!line.isSending) line.idle = this.#drain(channel, line);
  }

  /** Whether more is waiting to be said on iopub than should; then `flushed` tells when to go on. */
  get isBehind(): boolean {
    return (this.#lines.get('iopub')?.waiting.length ?? 0) > WAITING_MAX;
  }

  /** Resolves when all answers and outputs so far have been handed to ZeroMQ; a question may wait for its front end. */
  async flushed(): Promise<void> {
    const lines = [...this.#lines].filter(([channel]) => channel !== 'stdin');
    await Promise.all(lines.map(([, { idle }]) => idle));
  }

  /**
   * Idempotent. What was handed to ZeroMQ is still delivered. Resolves when nothing of this thread is in ZeroMQ's code any
   * more: a thread that is ended while it is in there aborts the process, as one does that has a socket open.
   */
  async close(): Promise<void> {
    if (!this.#isClosed) {
      this.#isClosed = true;
      for (const socket of Object.values(this.#sockets)) socket.close();
    }
    await Promise.all([...this.#readers, ...[...this.#lines.values()].map(({ idle }) => idle)]);
    // The loop closes what the sockets had of it in its next turn.
    await nextTurn();
  }

  /** A front end that asks on one socket may still be connecting its stdin: what it is asked there waits for it. */
  async #deliver(channel: SpeakingChannel, frames: Uint8Array[]): Promise<void> {
    for (let left = channel === 'stdin' ? STDIN_TRIES : 1; ; left--) {
      try {
        await this.#sockets[channel].send(frames);
        return;
      } catch (error) {
        const isUnreachable = (error as NodeJS.ErrnoException).code === 'EHOSTUNREACH';
        if (left <= 1 || !isUnreachable || this.#isClosed) throw error;
        await delay(STDIN_RETRY_MS);
        if (this.#isClosed) return;
      }
    }
  }

  async #drain(channel: SpeakingChannel, line: Line): Promise<void> {
    line.isSending = true;
    try {
      while (line.waiting.length > 0) {
        const batch = line.waiting;
        line.waiting = [];
        for (const frames of batch) await this.#deliver(channel, frames);
      }
    } catch (error) {
      line.waiting = [];
      // EHOSTUNREACH: who asked is gone. Nobody misses the answer.
      const isUnreachable = (error as NodeJS.ErrnoException).code === 'EHOSTUNREACH';
      if (!this.#isClosed && !isUnreachable) this.#events.onFailure(error);
    } finally {
      line.isSending = false;
    }
  }

  #listen(channel: Exclude<Channel, 'heartbeat'>, onFrames: (frames: Uint8Array[]) => void): void {
    const receive = async (): Promise<void> => {
      for await (const frames of this.#sockets[channel]) onFrames(frames);
    };
    const reader = receive().catch((error: unknown) => {
      if (!this.#isClosed) this.#events.onFailure(error);
    });
    this.#readers.push(reader);
  }

  async #echo(): Promise<void> {
    try {
      const { heartbeat } = this.#sockets;
      for await (const frames of heartbeat) await heartbeat.send(frames);
    } catch (error) {
      if (!this.#isClosed) this.#events.onFailure(error);
    }
  }
}
