/** A scheduler's server with fake workers, nannies and clients around it, over comms within this process. */
import { Secret } from '@covey/protocol';
import { InProcessNetwork, openChannel } from '@covey/protocol/internal';
import type { Channel, ClientHello, ReconnectOptions, WorkerDeath, WorkerHello } from '@covey/protocol/internal';
import { SchedulerServer } from '../scheduler-server.js';
import type { SchedulerServerOptions } from '../server-options.js';
import { FakeClient } from './fake-client.js';
import { FakeWorker } from './fake-worker.js';

const ADDRESS = 'inproc://scheduler';

export class ServerWorld implements AsyncDisposable {
  readonly server: SchedulerServer;
  readonly network: InProcessNetwork;
  readonly secret: Secret;
  /** Whether workers that come from now on end their tasks by themselves. */
  workersAnswer = true;
  readonly #workers = new Map<string, FakeWorker>();
  readonly #channels: Channel[] = [];
  #count = 0;

  private constructor(server: SchedulerServer, network: InProcessNetwork, secret: Secret) {
    this.server = server;
    this.network = network;
    this.secret = secret;
  }

  /** Starts a scheduler that validates after every stimulus. */
  static async start(options: Partial<SchedulerServerOptions> = {}): Promise<ServerWorld> {
    const network = new InProcessNetwork();
    const secret = Secret.random();
    const server = await SchedulerServer.start({ listen: ADDRESS, network, secret, validate: true, ...options });
    return new ServerWorld(server, network, secret);
  }

  async client(hello: ClientHello | string = 'client', reconnect: ReconnectOptions = {}): Promise<FakeClient> {
    const facts = typeof hello === 'string' ? { name: hello } : { ...hello };
    const client = await new FakeClient().connect(ADDRESS, { ...this.#connection(reconnect), hello: facts });
    this.#channels.push(client.channel);
    return client;
  }

  async worker(hello: Partial<WorkerHello> = {}, reconnect: ReconnectOptions = {}): Promise<FakeWorker> {
    const n = ++this.#count;
    const whole: WorkerHello = {
      name: `worker-${n}`,
      address: `inproc://worker-${n}`,
      host: 'host',
      pid: n,
      nthreads: 1,
      memoryLimit: 0,
      resources: {},
      versions: { covey: '0.1.0' },
      ...hello,
    };
    const worker = new FakeWorker(whole, this.#workers);
    worker.answering = this.workersAnswer;
    await worker.connect(ADDRESS, this.#connection(reconnect));
    this.#workers.set(whole.address, worker);
    this.#channels.push(worker.channel);
    return worker;
  }

  /** A nanny: what it was asked is in `calls`; `died` reports a death. */
  async nanny(name: string) {
    const calls: [method: string, params: unknown][] = [];
    let oncall = (_method: string, _params: unknown): unknown => null;
    const { channel } = await openChannel(ADDRESS, {
      ...this.#connection({}),
      role: 'nanny',
      hello: { name, host: 'host', pid: 1 },
      configure: (channel) => {
        channel.handle = async (method, params) => {
          calls.push([method, params]);
          await oncall(method, params);
          return null;
        };
      },
    });
    this.#channels.push(channel);
    return {
      channel,
      calls,
      /** What it does when it is called. */
      set oncall(run: (method: string, params: unknown) => unknown) {
        oncall = run;
      },
      died: (worker: FakeWorker, more: Partial<WorkerDeath> = {}) =>
        channel.call('worker-died', {
          worker: worker.hello.name,
          pid: worker.hello.pid,
          exitCode: null,
          signal: 'SIGKILL',
          memory: [[-100, 5]],
          memoryLimit: 10,
          overMemory: false,
          stderr: '',
          ...more,
        }),
    };
  }

  /** Breaks the connection below a channel, as a network would. */
  cut(channel: Channel): void {
    const comm = this.network.comms.find(({ peer }) => peer === channel.peer);
    if (comm === undefined) throw new Error('the channel is not connected');
    this.network.cut(comm);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#channels.map((channel) => channel.close()));
    await this.server.close();
  }

  #connection(reconnect: ReconnectOptions) {
    return { secret: this.secret, network: this.network, reconnect: { firstMs: 1, ...reconnect } };
  }
}
