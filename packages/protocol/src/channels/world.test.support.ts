/** A client and a server of channels in one process under virtual time: nothing happens unless a test lets it. */
import type { Comm } from '../comms/comm.js';
import { InProcessNetwork } from '../comms/in-process.js';
import { listen, type Listener } from '../comms/listen.js';
import { Secret } from '../credentials.js';
import { VirtualClock } from '../shared/clock.js';
import { silentLogger } from '../shared/logger.js';
import type { Channel } from './channel.js';
import { ChannelServer, type ChannelHello, type ChannelServerOptions } from './channel-server.js';
import { openChannel, type OpenChannelOptions, type OpenedChannel } from './open-channel.js';

/** A small generator of repeatable numbers in [0, 1) (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export class World {
  readonly secret = Secret.random();
  readonly clock = new VirtualClock();
  readonly queue: (() => void)[] = [];
  readonly schedule = (run: () => void) => void this.queue.push(run);
  readonly network = new InProcessNetwork(this.schedule);
  readonly serverChannels: Channel[] = [];
  readonly hellos: ChannelHello[] = [];
  readonly address = 'inproc://world';
  server!: ChannelServer;
  listener!: Listener;

  async listen(options: Partial<ChannelServerOptions> = {}, secret = this.secret): Promise<void> {
    this.server = new ChannelServer({
      clock: this.clock,
      turnEnd: this.schedule,
      logger: silentLogger,
      onhello: () => ({}),
      ...options,
      onchannel: (channel, hello) => {
        this.serverChannels.push(channel);
        this.hellos.push(hello);
        options.onchannel?.(channel, hello);
      },
    });
    const server = this.server;
    this.listener = await listen({
      address: this.address,
      secret,
      role: 'scheduler',
      network: this.network,
      onChannelPeer: (comm) => server.accept(comm),
    });
  }

  /** Begins to open a channel; let the world {@link run} for it to be answered. */
  dial(options: Partial<OpenChannelOptions> = {}): Promise<OpenedChannel> {
    const opening = openChannel(this.address, {
      secret: this.secret,
      role: 'worker',
      network: this.network,
      clock: this.clock,
      turnEnd: this.schedule,
      logger: silentLogger,
      ...options,
      reconnect: { random: () => 0.5, ...options.reconnect },
    });
    opening.catch(() => undefined);
    return opening;
  }

  async open(options: Partial<OpenChannelOptions> = {}): Promise<Channel> {
    const opening = this.dial(options);
    await this.run();
    return (await opening).channel;
  }

  /** One pending thing happens; false when there is none. Promises settle in between. */
  async step(): Promise<boolean> {
    await settle();
    const run = this.queue.shift();
    run?.();
    await settle();
    return run !== undefined;
  }

  /** Everything happens that needs no time. */
  async run(): Promise<void> {
    while (await this.step()) continue;
  }

  /** Time passes, and everything happens that it brings. */
  async pass(durationMs: number): Promise<void> {
    const untilMs = this.clock.now() + durationMs;
    for (;;) {
      await this.run();
      if (!this.clock.step(untilMs)) break;
    }
    this.clock.advance(untilMs - this.clock.now());
    await this.run();
  }

  /** Breaks a connection, as networks do. */
  cut(comm: Comm | undefined = this.network.comms[0]): void {
    if (comm !== undefined) this.network.cut(comm);
  }
}

/** Lets promises that can settle do so. */
async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
