/**
 * Clients that live in compute threads. They end with their threads: nobody comes back under such a session, so that nothing it
 * held (locks, leases, results) waits for its grace.
 */
import type { Channel, HostThread, WorkerHello } from '@covey/protocol/internal';

const THREAD_ENDED = 'its compute thread has ended';
const WORKER_GONE = 'its worker is gone';

/** The threads of one process of a worker. */
interface Host {
  readonly channels: Map<number, Set<Channel>>;
  /** A client's introduction may still be on its way when its thread has ended. */
  readonly endedThreads: Set<number>;
}

export class ThreadClients {
  readonly #hosts = new Map<string, Host>();
  readonly #hangUp: (channel: Channel, reason: string) => void;

  constructor(hangUp: (channel: Channel, reason: string) => void) {
    this.#hangUp = hangUp;
  }

  /** A client came from a thread. */
  add(thread: HostThread, channel: Channel): void {
    const host = this.#hostOf(thread.worker, thread.pid);
    if (host.endedThreads.has(thread.number)) {
      this.#hangUp(channel, THREAD_ENDED);
      return;
    }
    const channels = host.channels.get(thread.number);
    if (channels === undefined) host.channels.set(thread.number, new Set([channel]));
    else channels.add(channel);
  }

  /** The client's session is over. */
  forget({ worker, pid, number }: HostThread, channel: Channel): void {
    this.#hosts.get(keyOf(worker, pid))?.channels.get(number)?.delete(channel);
  }

  threadEnded({ name, pid }: WorkerHello, thread: number): void {
    const host = this.#hostOf(name, pid);
    host.endedThreads.add(thread);
    const channels = host.channels.get(thread) ?? [];
    host.channels.delete(thread);
    for (const channel of channels) this.#hangUp(channel, THREAD_ENDED);
  }

  workerGone({ name, pid }: WorkerHello): void {
    const host = this.#hosts.get(keyOf(name, pid));
    this.#hosts.delete(keyOf(name, pid));
    for (const channels of host?.channels.values() ?? []) {
      for (const channel of channels) this.#hangUp(channel, WORKER_GONE);
    }
  }

  #hostOf(worker: string, pid: number): Host {
    const key = keyOf(worker, pid);
    let host = this.#hosts.get(key);
    if (host === undefined) this.#hosts.set(key, (host = { channels: new Map(), endedThreads: new Set() }));
    return host;
  }
}

function keyOf(worker: string, pid: number): string {
  return `${pid} ${worker}`;
}
