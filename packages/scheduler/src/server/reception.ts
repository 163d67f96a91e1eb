/** Where peers are taken in: who may join, what they are told, and where their messages and calls go from then on. */
import { ProtocolError } from '@covey/protocol';
import { assertNever } from '@covey/protocol/internal';
import type { Channel, ChannelHello, ClientWelcome, SchedulerCalls, WorkerWelcome } from '@covey/protocol/internal';
import type { ServerParts } from './calls/call-table.js';
import type { ClientCalls } from './calls/client-calls.js';
import type { ChannelOutput } from './channel-output.js';
import { ClientSession } from './client-session.js';
import { readClientHello, readNannyHello, readWorkerHello } from './hellos.js';
import { WorkerSession } from './worker-session.js';

const ROLES = ['client', 'worker', 'nanny'] as const;
type Role = (typeof ROLES)[number];

/** The topic that says which workers come and go. */
export const WORKERS_TOPIC = 'workers';

/** What the server tells of itself, and wants to be told. */
export interface AboutServer {
  readonly epoch: string;
  readonly clusterName: string;
  readonly heartbeatMs: number;
  /** While it closes, the core need not hear who leaves. */
  isClosing(): boolean;
  clientHeard(nowMs: number): void;
}

/** Looking on is no use of the cluster: a dashboard that stays open, or who scales by demand, keeps nobody's cluster alive. */
const LOOKS: ReadonlySet<string> = new Set<keyof SchedulerCalls>(['figures', 'scheduler-info', 'demand', 'task']);

export class Reception {
  readonly #parts: ServerParts;
  readonly #output: ChannelOutput;
  readonly #calls: ClientCalls;
  readonly #about: AboutServer;

  constructor(parts: ServerParts, output: ChannelOutput, calls: ClientCalls, about: AboutServer) {
    this.#parts = parts;
    this.#output = output;
    this.#calls = calls;
    this.#about = about;
  }

  /** Refuses who cannot join. @throws {CoveyError} that travels to the peer */
  check(hello: ChannelHello): void {
    switch (roleOf(hello)) {
      case 'client':
        readClientHello(hello.facts);
        break;
      case 'worker':
        this.#parts.fleet.check(readWorkerHello(hello.facts));
        break;
      case 'nanny':
        readNannyHello(hello.facts);
        break;
    }
  }

  /** Takes a peer in; what it is told about itself. */
  welcome(channel: Channel, hello: ChannelHello): object {
    const role = roleOf(hello);
    switch (role) {
      case 'client':
        return this.#welcomeClient(channel, hello);
      case 'worker':
        return this.#welcomeWorker(channel, hello);
      case 'nanny':
        this.#parts.fleet.joinNanny(readNannyHello(hello.facts), channel);
        return { epoch: this.#about.epoch };
      default:
        return assertNever(role, 'role');
    }
  }

  #welcomeClient(channel: Channel, { facts }: ChannelHello): ClientWelcome {
    const hello = readClientHello(facts);
    const client = this.#parts.core.addClient(hello, this.#parts.now());
    const session = new ClientSession(client, this.#parts.core);
    this.#output.addClient(client, channel);
    if (hello.output === true) this.#parts.taskOutput.add(client);
    if (hello.thread !== undefined) this.#parts.threadClients.add(hello.thread, channel);
    channel.onbatch = (batch) => {
      const nowMs = this.#parts.now();
      this.#about.clientHeard(nowMs);
      try {
        session.receive(batch, nowMs);
      } finally {
        this.#parts.settle(nowMs);
      }
    };
    channel.handle = (method, params, { signal }) => {
      if (!LOOKS.has(method)) this.#about.clientHeard(this.#parts.now());
      return this.#calls.answer(method, params, { client, signal });
    };
    channel.onclose = (reason) => {
      this.#parts.logger.debug('a client is gone', { client: hello.name, code: reason.code, reason: reason.message });
      this.#output.removeClient(client);
      this.#parts.taskOutput.forget(client);
      if (hello.thread !== undefined) this.#parts.threadClients.forget(hello.thread, channel);
      if (this.#about.isClosing()) return;
      this.#parts.topics.forget(client);
      this.#parts.coordination.forget(client);
      this.#parts.core.removeClient(client, this.#parts.now());
      this.#parts.settle();
    };
    this.#parts.logger.debug('a client came', { client: hello.name, id: client });
    return { clientId: client, clusterName: this.#about.clusterName, epoch: this.#about.epoch };
  }

  #welcomeWorker(channel: Channel, { facts }: ChannelHello): WorkerWelcome {
    const hello = readWorkerHello(facts);
    const nowMs = this.#parts.now();
    this.#parts.fleet.replace(hello);
    const worker = this.#parts.core.addWorker(hello, nowMs);
    const member = this.#parts.fleet.join(worker, hello, channel, nowMs);
    const { core, figures } = this.#parts;
    const runs = figures.runsOf(hello.name);
    const session = new WorkerSession(worker, this.#parts.core, {
      heartbeat: (heard, atMs) => {
        member.heardMs = atMs;
        runs.heard(heard.time, atMs);
        figures.heartbeat(worker, heard);
      },
      get isWatched() {
        return figures.isWatched;
      },
      ran: (log) => runs.ended(log),
      failed: (taskId, error, atMs) => {
        // Of a task that is forgotten nobody knows the function.
        const functionName = core.nameOf(taskId);
        if (functionName !== undefined) figures.failed(functionName, error, hello.name, atMs);
      },
      event: (topic, payload, atMs) => {
        this.#parts.topics.publish(topic, payload, atMs);
        this.#parts.taskOutput.pass(topic, payload);
      },
      threadEnded: (thread) => this.#parts.threadClients.threadEnded(hello, thread),
    });
    this.#output.addWorker(worker, channel);
    channel.onbatch = (batch) => {
      const batchMs = this.#parts.now();
      try {
        session.receive(batch, batchMs);
      } finally {
        this.#parts.settle(batchMs);
      }
    };
    this.#parts.logger.info('a worker came', { worker: hello.name, address: hello.address, nthreads: hello.nthreads });
    const { name, address, nthreads } = hello;
    this.#parts.topics.publish(WORKERS_TOPIC, { worker: name, address, nthreads, came: true }, nowMs);
    // Its first tasks leave after the welcome: what is written before the channel has a comm waits in it.
    this.#parts.settle();
    return {
      workerId: worker,
      epoch: this.#about.epoch,
      heartbeatMs: this.#about.heartbeatMs,
      uploads: this.#parts.uploads.all(),
    };
  }
}

function roleOf({ role }: ChannelHello): Role {
  const known = ROLES.find((each) => each === role);
  if (known === undefined) {
    throw new ProtocolError(`a scheduler has nothing for a '${role}'; it knows ${ROLES.join(', ')}`);
  }
  return known;
}
