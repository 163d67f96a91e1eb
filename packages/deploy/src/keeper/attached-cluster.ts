/**
 * A cluster that was started elsewhere, listed here so that it is found by a name. Nothing of it is owned: closing it takes
 * it off the list, and it is over when its scheduler is gone.
 */
import { Secret } from '@covey/protocol';
import { deferred, openChannel } from '@covey/protocol/internal';
import type { Channel } from '@covey/protocol/internal';
import { Cluster } from '../cluster.js';
import type { ClusterLogs } from '../cluster.js';
import { ConfigurationError } from '../errors.js';
import { resolveTarget } from '../resolve-target.js';
import type { ResolvedTarget } from '../resolve-target.js';

export interface AttachedClusterOptions {
  readonly name: string;
  readonly address: string;
  /** Default what holds for every program: the environment, the settings, or the list of this host. */
  readonly secretFile?: string;
  readonly signal?: AbortSignal;
}

/** How long a scheduler may be out of reach before it counts as gone. */
const GRACE_MS = 60_000;

export class AttachedCluster extends Cluster {
  readonly kind = 'address';
  /** Nobody asked for its workers here. */
  readonly requested = 0;
  readonly #channel: Channel;
  readonly #closed = deferred<string>();

  private constructor(name: string, { address, secret, tls }: ResolvedTarget, channel: Channel) {
    super({ name, address, secret, ...(tls !== undefined && { tls }) });
    this.#channel = channel;
    channel.onclose = ({ message }) => this.#closed.resolve(`its scheduler is gone: ${message}`);
  }

  /** @throws what connecting throws: nobody listens there, or the secret is not its. */
  static async create(options: AttachedClusterOptions): Promise<AttachedCluster> {
    const { name, address, secretFile, signal } = options;
    const secret = secretFile === undefined ? {} : { secret: Secret.fromFile(secretFile) };
    const target = await resolveTarget(address, secret);
    const { channel } = await openChannel(target.address, {
      ...{ secret: target.secret, role: 'client', hello: { name: `keeper of ${name}` } },
      reconnect: { graceMs: GRACE_MS },
      ...(target.tls !== undefined && { tls: target.tls }),
      ...(signal !== undefined && { signal }),
    });
    return new AttachedCluster(name, target, channel);
  }

  get closed(): Promise<string> {
    return this.#closed.promise;
  }

  async scale(): Promise<void> {
    throw new ConfigurationError(`'${this.name}' was started elsewhere, and its workers are started there too`);
  }

  override adapt(): void {
    throw new ConfigurationError(`'${this.name}' was started elsewhere, and its workers are started there too`);
  }

  async logs(): Promise<ClusterLogs> {
    return {};
  }

  async close(): Promise<void> {
    this.#closed.resolve('it was taken off the list');
    await this.#channel.close('the cluster is no longer listed here');
  }
}
