/**
 * The scheduler's process around its core: it listens, welcomes clients, workers and nannies, hands their messages to the core and the core's to them.
 * It decides nothing about tasks, and never decodes a user's function or value.
 */
import { COVEY_VERSION, formatAddress, silentLogger } from '@covey/protocol';
import type { Address, Logger } from '@covey/protocol';
import { ChannelServer, deferred, isLoopbackHost, listen, makeNonce, systemClock } from '@covey/protocol/internal';
import type { ChannelHello, ClientId, Clock, Listener, SchedulerInfo, WorkerId } from '@covey/protocol/internal';
import { SchedulerCore } from '../core/core.js';
import type { WorkerDeparture } from '../core/surface.js';
import type { ServerParts } from './calls/call-table.js';
import { ClientCalls } from './calls/client-calls.js';
import { askEach, valuesOf } from './calls/fan-out.js';
import { BusyPoll } from './busy-poll.js';
import { ChannelOutput } from './channel-output.js';
import { Conditions } from './conditions.js';
import { Coordination } from './coordination/coordination.js';
import { Figures } from './figures/figures.js';
import { Fleet } from './fleet.js';
import type { Member } from './fleet.js';
import type { FigurePages } from './http/figure-pages.js';
import { httpRoutes } from './http/routes.js';
import { epochNow } from './now.js';
import type { Now } from './now.js';
import { preload } from './preload.js';
import { Reception, WORKERS_TOPIC } from './reception.js';
import { resolveTimings } from './server-options.js';
import type { ResolvedTimings, SchedulerServerOptions } from './server-options.js';
import { Datasets } from './state/datasets.js';
import { Metadata } from './state/metadata.js';
import { Topics } from './state/topics.js';
import { Uploads } from './state/uploads.js';
import { Status } from './status.js';
import { TaskHolds } from './task-holds.js';
import { TaskOutput } from './task-output.js';
import { ThreadClients } from './thread-clients.js';
import { WaitingHint } from './waiting-hint.js';
import { WakeUp } from './wake-up.js';

/** Who asks over HTTP has no session: no client has this id. */
const NO_CLIENT = 0 as ClientId;
/** A timer that rings so late tells of a process that was stopped or busy. */
const HELD_UP_MS = 1_000;
/** How much longer than it watches a worker may take to tell what it saw. */
const PROFILE_GRACE_MS = 2_000;
/** How long goodbyes may take. */
const GOODBYE_MS = 1_000;

/**
 * A scheduler that listens.
 *
 * @example
 * ```ts
 * await using scheduler = await SchedulerServer.start({ secret: Secret.random(), listen: '127.0.0.1:8786' });
 * console.log(scheduler.address);
 * ```
 */
export class SchedulerServer implements AsyncDisposable {
  /** Changes with every start: what was numbered before means nothing any more. */
  readonly epoch = makeNonce();
  readonly clusterName: string;
  /** Resolves with the reason when the scheduler has ended, by {@link close} or by itself. */
  readonly closed: Promise<string>;

  readonly #options: SchedulerServerOptions;
  readonly #timings: ResolvedTimings;
  readonly #clock: Clock;
  readonly #now: Now;
  readonly #logger: Logger;
  readonly #startedMs: number;
  readonly #output: ChannelOutput;
  readonly #core: SchedulerCore;
  readonly #fleet: Fleet;
  readonly #parts: ServerParts;
  readonly #calls: ClientCalls;
  readonly #reception: Reception;
  readonly #status: Status;
  readonly #channels: ChannelServer;
  readonly #wakeUp: WakeUp;
  readonly #busyPoll: BusyPoll;
  readonly #housekeeping: WakeUp;
  readonly #retired = new Set<WorkerId>();
  readonly #closing = deferred<string>();
  #listeners: Listener[] = [];
  #isClosing = false;
  #nextHouseMs = Infinity;
  /** When a client was heard, or tasks were unfinished, last. */
  #activeMs: number;

  /**
   * Starts a scheduler; when it resolves, it listens.
   * @throws {ListenError} when an address is taken; {@link AddressError} when it is none; what a preload module throws
   */
  static async start(options: SchedulerServerOptions): Promise<SchedulerServer> {
    const server = new SchedulerServer(options);
    try {
      await server.#listen();
      await preload(options.preload ?? [], server);
      return server;
    } catch (error) {
      await server.close('it could not start');
      throw error;
    }
  }

  private constructor(options: SchedulerServerOptions) {
    const { clock = systemClock, logger = silentLogger, clusterName = 'covey', busyPoll = 0 } = options;
    this.#options = options;
    this.#timings = resolveTimings(options.timings);
    this.#clock = clock;
    this.#now = epochNow(clock);
    this.#logger = logger;
    this.#startedMs = this.#now();
    this.#activeMs = this.#startedMs;
    this.clusterName = clusterName;
    this.closed = this.#closing.promise;

    this.#wakeUp = new WakeUp(clock, this.#now, (nowMs) => {
      this.#core.wake(nowMs);
      this.#settle();
    });
    this.#busyPoll = new BusyPoll({ most: busyPoll, now: () => clock.now() });
    this.#housekeeping = new WakeUp(clock, this.#now, (nowMs) => this.#keepHouse(nowMs));
    this.#output = new ChannelOutput({
      wakeAt: (atMs) => this.#wakeUp.set(atMs),
      retired: (worker) => this.#retired.add(worker),
      erred: (error) => this.#parts.figures.told(error),
    });
    const { config, validate = false } = options;
    this.#core = new SchedulerCore({ output: this.#output, validate, ...(config !== undefined && { config }) });
    this.#fleet = new Fleet({
      clock,
      logger,
      evidenceMs: this.#timings.evidenceMs,
      ongone: (member, departure) => this.#workerGone(member, departure),
    });
    this.#parts = this.#makeParts();
    this.#calls = new ClientCalls(this.#parts, this.#retired);
    this.#reception = new Reception(this.#parts, this.#output, this.#calls, {
      epoch: this.epoch,
      clusterName,
      heartbeatMs: this.#timings.heartbeatMs,
      isClosing: () => this.#isClosing,
      clientHeard: (nowMs) => {
        this.#activeMs = nowMs;
      },
    });
    this.#status = new Status(this.#parts);
    this.#channels = this.#makeChannels();
  }

  /** Where clients dial: the first address, with the port that was taken. */
  get address(): string {
    return this.addresses[0] ?? '';
  }

  /** All addresses, as peers dial them. */
  get addresses(): readonly string[] {
    return this.#listeners.map(({ contactAddress }) => formatAddress(contactAddress));
  }

  /** The scheduler as it shows itself. */
  info(): SchedulerInfo {
    return {
      clusterName: this.clusterName,
      address: this.address,
      epoch: this.epoch,
      version: COVEY_VERSION,
      startedMs: this.#startedMs,
      workers: this.#core.workers(this.#now()),
      clients: this.#core.clients(),
      counts: this.#core.counts(),
    };
  }

  /** Says goodbye to everybody and stops listening. Workers end when their scheduler says goodbye. Safe to call again. */
  async close(reason = 'the scheduler was closed'): Promise<void> {
    if (this.#isClosing) {
      await this.closed;
      return;
    }
    this.#isClosing = true;
    this.#wakeUp.stop();
    this.#housekeeping.stop();
    this.#status.close();
    this.#parts.coordination.close();
    this.#parts.figures.close();
    this.#parts.waitingHint.close();
    // Whoever does not read its goodbye is not waited for: the listeners end what is left.
    const late = deferred();
    const timer = this.#clock.setTimer(late.resolve, GOODBYE_MS);
    await Promise.race([this.#channels.close(reason), late.promise]);
    this.#clock.clearTimer(timer);
    await Promise.all(this.#listeners.map((listener) => listener.close()));
    if (this.#listeners.length > 0) this.#logger.info('the scheduler has ended', { reason });
    this.#closing.resolve(reason);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #makeParts(): ServerParts {
    const settle = (nowMs?: number) => this.#settle(nowMs);
    const keeper = new TaskHolds(this.#core, this.#now, settle);
    const deliver = (client: ClientId, topic: string, payload: unknown) => this.#output.event(client, topic, payload);
    const topics = new Topics(deliver);
    const info = () => this.info();
    return {
      core: this.#core,
      fleet: this.#fleet,
      figures: new Figures({
        parts: { core: this.#core, topics, now: this.#now, info },
        clock: this.#clock,
        epoch: this.epoch,
        askProfiles: async (durationMs) =>
          valuesOf(
            await askEach(this.#fleet.members(), 'profile', () => ({ durationMs }), {
              timeoutMs: durationMs + PROFILE_GRACE_MS,
            }),
          ),
      }),
      conditions: new Conditions(this.#clock),
      coordination: new Coordination(this.#clock, keeper),
      keeper,
      topics,
      taskOutput: new TaskOutput(this.#core, deliver),
      threadClients: new ThreadClients((channel, reason) => {
        channel.close(reason).catch((error: unknown) => this.#logger.error('a channel could not be closed', { error }));
      }),
      waitingHint: new WaitingHint({ core: this.#core, clock: this.#clock, logger: this.#logger, deliver }),
      datasets: new Datasets(),
      metadata: new Metadata(),
      uploads: new Uploads(),
      logger: this.#logger,
      now: this.#now,
      info,
      settle,
      // After this turn, so that the answer to who asked for it leaves first.
      shutDown: (reason) => void setImmediate(() => void this.close(reason)),
    };
  }

  #makeChannels(): ChannelServer {
    const { clientGraceMs, workerGraceMs } = this.#timings;
    // The welcome of a worker or client names its id, which the core gives when the session has begun, in `onchannel`:
    // earlier would leave an id without a session when the peer has left meanwhile. The map is sent after `onchannel`.
    const welcomes = new WeakMap<ChannelHello, Record<string, unknown>>();
    return new ChannelServer({
      clock: this.#clock,
      logger: this.#logger,
      ...(this.#options.turnEnd !== undefined && { turnEnd: this.#options.turnEnd }),
      graceMs: (role) => (role === 'client' ? clientGraceMs : workerGraceMs),
      onhello: (hello) => {
        this.#reception.check(hello);
        const welcome = {};
        welcomes.set(hello, welcome);
        return welcome;
      },
      onchannel: (channel, hello) => {
        Object.assign(welcomes.get(hello) ?? {}, this.#reception.welcome(channel, hello));
      },
    });
  }

  async #listen(): Promise<void> {
    const {
      listen: where = '127.0.0.1:0',
      secret,
      tls,
      contactAddress,
      allowedHosts,
      http = true,
      network,
    } = this.#options;
    const addresses = Array.isArray(where) ? (where as readonly string[]) : [where as string];
    for (const [i, address] of addresses.entries()) {
      const listener = await listen({
        address,
        secret,
        role: 'scheduler',
        clock: this.#clock,
        logger: this.#logger,
        onChannelPeer: (comm) => this.#channels.accept(comm),
        ...(http && { http: httpRoutes(this.#status, this.#figurePages()) }),
        ...(tls !== undefined && { tls }),
        ...(i === 0 && contactAddress !== undefined && { contactAddress }),
        ...(allowedHosts !== undefined && { allowedHosts }),
        ...(network !== undefined && { network }),
      });
      this.#listeners.push(listener);
      this.#warnIfOpen(listener.address);
    }
    this.#logger.info('the scheduler listens', { cluster: this.clusterName, addresses: this.addresses.join(' ') });
    this.#keepHouse(this.#now());
  }

  #figurePages(): FigurePages {
    return {
      pull: (asked, waitMs, whenGone) => this.#parts.figures.pull(asked, waitMs, whenGone),
      ask: (method, params, signal) => this.#calls.answer(method, params, { client: NO_CLIENT, signal }),
    };
  }

  #warnIfOpen(address: Address): void {
    if (address.kind !== 'ws' || isLoopbackHost(address.host)) return;
    this.#logger.warn(
      `${formatAddress(address)} is open to the network without TLS: what travels can be read by others; use a wss address`,
    );
  }

  #workerGone({ id, hello }: Member, departure: WorkerDeparture): void {
    this.#output.removeWorker(id);
    this.#retired.delete(id);
    this.#parts.threadClients.workerGone(hello);
    if (this.#isClosing) return;
    this.#logger.info('a worker left', { worker: hello.name, reason: departure.reason });
    const nowMs = this.#now();
    const { death, reason } = departure;
    this.#parts.topics.publish(
      WORKERS_TOPIC,
      { worker: hello.name, address: hello.address, left: reason, death: death ?? null },
      nowMs,
    );
    this.#core.removeWorker(id, departure, nowMs);
    this.#settle();
  }

  /** After stimuli: gives out what became ready, and looks at what is waited for. */
  #settle(nowMs: number = this.#now()): void {
    if (this.#isClosing) return;
    this.#core.flushAssignments(nowMs);
    this.#parts.conditions.recheck();
    this.#parts.waitingHint.look();
    this.#busyPoll.turn(this.#core.underWay);
  }

  /** What is looked at now and then: silent workers, and whether anybody needs this cluster. */
  #keepHouse(nowMs: number): void {
    const { workerTtlMs } = this.#timings;
    const { idleTimeoutMs = 0 } = this.#options;
    // When this process itself was held up, heartbeats wait in its sockets: nobody was silent.
    if (nowMs - this.#nextHouseMs < HELD_UP_MS) this.#fleet.dropSilent(nowMs, workerTtlMs);
    if (idleTimeoutMs > 0) {
      const { waiting, queued, processing, 'no-worker': unplaced } = this.#core.counts();
      if (waiting + queued + processing + unplaced > 0) this.#activeMs = nowMs;
      if (nowMs - this.#activeMs >= idleTimeoutMs) {
        void this.close(`nothing was asked of it for ${idleTimeoutMs} ms`);
        return;
      }
    }
    const soon = Math.min(workerTtlMs, idleTimeoutMs > 0 ? idleTimeoutMs : Infinity, 60_000) / 4;
    this.#nextHouseMs = nowMs + Math.max(10, soon);
    this.#housekeeping.set(this.#nextHouseMs);
  }
}
