/**
 * The workers and nannies that are there: how they come, how one is found to be gone, and with which evidence.
 *
 * A worker whose connection drops may come back within its grace. Three things end the wait at once: its own goodbye, its nanny's report of its death,
 * and a new worker under its name. The core hears of a worker's end exactly once.
 */
import { DuplicateWorkerError, ProtocolError } from '@covey/protocol';
import type {
  Channel,
  ChannelCloseReason,
  Clock,
  NannyHello,
  Timer,
  WorkerDeath,
  WorkerHello,
  WorkerId,
} from '@covey/protocol/internal';
import type { Logger } from '@covey/protocol';
import type { WorkerDeparture } from '../core/surface.js';
import { Fields } from './fields.js';

/** A worker that is there. */
export interface Member {
  readonly id: WorkerId;
  readonly hello: WorkerHello;
  readonly channel: Channel;
  /** When it last said how it is. */
  heardMs: number;
  /** Why it was asked to go: then its end is no accident. */
  leaving: string | undefined;
  /** What its nanny saw; kept until the connection has ended too. */
  death: WorkerDeath | undefined;
  timer: Timer | undefined;
  gone: boolean;
}

/** A nanny that is there. */
export interface Nanny {
  readonly hello: NannyHello;
  readonly channel: Channel;
}

export interface FleetOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** How long evidence is waited for: the nanny's report when a connection is gone, or the connection's end after a report. */
  readonly evidenceMs: number;
  /** Tells that a worker is gone for good. */
  ongone(member: Member, departure: WorkerDeparture): void;
}

export class Fleet {
  readonly #options: FleetOptions;
  readonly #members = new Map<WorkerId, Member>();
  readonly #byName = new Map<string, Member>();
  readonly #nannies = new Map<string, Nanny>();

  constructor(options: FleetOptions) {
    this.#options = options;
  }

  /**
   * Whether a worker may join: nobody living has its name or address.
   * @throws {DuplicateWorkerError} when somebody has
   */
  check(hello: WorkerHello): void {
    for (const member of this.#doubles(hello)) {
      if (!this.#isLiving(member, hello)) continue;
      const same = member.hello.name === hello.name ? `name '${hello.name}'` : `address ${hello.address}`;
      const { host, pid } = member.hello;
      throw new DuplicateWorkerError(
        `the ${same} belongs to a living worker (process ${pid} on ${host}); give this one another`,
      );
    }
  }

  /** Takes a worker in. Whoever had its name or address is gone from now on. */
  join(id: WorkerId, hello: WorkerHello, channel: Channel, nowMs: number): Member {
    const member: Member = {
      id,
      hello,
      channel,
      heardMs: nowMs,
      leaving: undefined,
      death: undefined,
      timer: undefined,
      gone: false,
    };
    this.#members.set(id, member);
    this.#byName.set(hello.name, member);
    channel.onclose = (reason) => this.#closed(member, reason);
    channel.ondisconnect = () => {
      if (member.death !== undefined) this.#end(member, member.death);
      else if (member.leaving === undefined) {
        this.#options.logger.warn('lost the connection to a worker', { worker: hello.name });
      }
    };
    return member;
  }

  /** Ends those that a newcomer replaces: before it joins. */
  replace(hello: WorkerHello): void {
    for (const member of this.#doubles(hello))
      this.#end(member, undefined, 'another worker came under its name or address');
  }

  /** Takes a nanny in. */
  joinNanny(hello: NannyHello, channel: Channel): void {
    const before = this.#nannies.get(hello.name);
    const nanny = { hello, channel };
    this.#nannies.set(hello.name, nanny);
    if (before !== undefined) this.#hangUp(before.channel, 'another nanny came under its name');
    channel.handle = (method, params) => {
      if (method !== 'worker-died') throw new ProtocolError(`a nanny may not call '${method}'`);
      this.#died(hello.name, params);
      return null;
    };
    channel.onclose = () => {
      if (this.#nannies.get(hello.name) === nanny) this.#nannies.delete(hello.name);
    };
  }

  get(id: WorkerId): Member | undefined {
    return this.#members.get(id);
  }

  named(name: string): Member | undefined {
    return this.#byName.get(name);
  }

  members(): readonly Member[] {
    return [...this.#members.values()];
  }

  nannies(): readonly Nanny[] {
    return [...this.#nannies.values()];
  }

  /** The nanny that watches a worker, if it has one that is there. */
  nannyOf(member: Member): Nanny | undefined {
    return member.hello.nanny === undefined ? undefined : this.#nannies.get(member.hello.nanny);
  }

  /** Ends those that said nothing for longer than this. */
  dropSilent(nowMs: number, ttlMs: number): void {
    for (const member of this.members()) {
      if (nowMs - member.heardMs > ttlMs) this.#end(member, undefined, `no heartbeat for ${ttlMs} ms`);
    }
  }

  #doubles(hello: WorkerHello): Member[] {
    return this.members().filter(
      (member) => member.hello.name === hello.name || member.hello.address === hello.address,
    );
  }

  /** One whose connection is broken has lost its place to who comes now; and a nanny has one worker of a name at a time. */
  #isLiving(member: Member, newcomer: WorkerHello): boolean {
    if (!member.channel.connected || member.leaving !== undefined) return false;
    return newcomer.nanny === undefined || member.hello.nanny !== newcomer.nanny || member.hello.pid === newcomer.pid;
  }

  /** The session is over: the worker said goodbye, or did not come back, or broke the protocol. */
  #closed(member: Member, reason: ChannelCloseReason): void {
    if (member.gone) return;
    if (reason.code === 'closed' && member.death === undefined) {
      this.#depart(member, { graceful: true, reason: member.leaving ?? 'it said goodbye' });
      return;
    }
    const why = `its connection ended (${reason.code}): ${reason.message}`;
    this.#options.logger.warn('a worker is gone', { worker: member.hello.name, reason: why });
    if (member.leaving !== undefined || member.death !== undefined || this.nannyOf(member) === undefined) {
      this.#end(member, member.death, why);
      return;
    }
    const { clock, evidenceMs } = this.#options;
    member.timer = clock.setTimer(() => this.#end(member, member.death, why), evidenceMs);
  }

  /** A nanny reports a death. What the worker sent before it died may still be under way: its connection's end is waited for, briefly. */
  #died(nanny: string, params: unknown): void {
    const death = readDeath(params);
    const member = this.#byName.get(death.worker);
    this.#options.logger.warn('a worker died', {
      worker: death.worker,
      exitCode: death.exitCode,
      signal: death.signal,
      overMemory: death.overMemory,
    });
    if (member === undefined || member.hello.nanny !== nanny || member.hello.pid !== death.pid) return;
    member.death = death;
    if (!member.channel.connected) {
      this.#end(member, death);
      return;
    }
    const { clock, evidenceMs } = this.#options;
    member.timer ??= clock.setTimer(() => this.#end(member, death), evidenceMs);
  }

  #end(member: Member, death: WorkerDeath | undefined, why = 'its process died'): void {
    const departure = {
      graceful: member.leaving !== undefined && death === undefined,
      reason: member.leaving ?? why,
      ...(death !== undefined && { death }),
    };
    this.#depart(member, departure);
  }

  #depart(member: Member, departure: WorkerDeparture): void {
    if (member.gone) return;
    member.gone = true;
    if (member.timer !== undefined) this.#options.clock.clearTimer(member.timer);
    this.#members.delete(member.id);
    if (this.#byName.get(member.hello.name) === member) this.#byName.delete(member.hello.name);
    this.#hangUp(member.channel, departure.reason);
    this.#options.ongone(member, departure);
  }

  #hangUp(channel: Channel, reason: string): void {
    channel
      .close(reason)
      .catch((error: unknown) => this.#options.logger.error('a channel could not be closed', { error }));
  }
}

function readDeath(params: unknown): WorkerDeath {
  const fields = new Fields(params, 'worker-died', ProtocolError);
  const memory = fields.any('memory');
  const stderr = fields.any('stderr');
  const signal = fields.any('signal');
  return {
    worker: fields.text('worker'),
    pid: fields.integer('pid', 0),
    exitCode: fields.has('exitCode') ? fields.integer('exitCode', -(2 ** 32), 2 ** 32) : null,
    signal: typeof signal === 'string' ? signal.slice(0, 100) : null,
    memory: Array.isArray(memory) ? (memory.slice(-1000) as (readonly [number, number])[]) : [],
    memoryLimit: fields.optionalInteger('memoryLimit', 0) ?? 0,
    overMemory: fields.flag('overMemory', false),
    stderr: typeof stderr === 'string' ? stderr.slice(-10_000) : '',
  };
}
