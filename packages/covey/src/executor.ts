/** The executor as users have it: it finds clusters by name, and starts a local one where none is named. */
import { createLineLogger } from '@covey/protocol';
import { Configuration, resolveTarget } from '@covey/deploy';
import { Executor as AddressedExecutor } from '@covey/executor';
import { executorHost } from '@covey/executor/internal';
import type { ClusterLike, ConnectOptions, ResolvedTarget } from '@covey/executor';

type ExecutorClass<Self> = new (...args: ConstructorParameters<typeof AddressedExecutor>) => Self;

/**
 * A connection to a cluster: submits tasks and brings results.
 *
 * @example
 * ```ts
 * import { Executor, LocalCluster } from 'covey';
 *
 * await using cluster = await LocalCluster.create({ workers: 4 });
 * await using executor = await Executor.connect(cluster);
 * const squares = executor.map((x: number) => x ** 2, [1, 2, 3]);
 * console.log(await executor.submit((xs: number[]) => xs.reduce((a, b) => a + b), squares).result()); // 14
 * ```
 */
export class Executor extends AddressedExecutor {
  /**
   * Connects to a cluster.
   *
   * @param target a cluster object; an address (`ws://host:port`, `wss://…`, `unix:///path`); the name of a running cluster of
   * this host; or nothing: then the cluster that `COVEY_CLUSTER` or your own settings name, else a new local cluster, which
   * ends with the executor. Choices that nobody made explicitly are told on standard error.
   * @throws ClusterNotFoundError for a name under which nothing runs, with how to start it; ConnectError when nobody answers;
   * AuthenticationError when the secret is wrong; SecretError when none is known; VersionMismatchError; AddressError.
   */
  static override async connect<Self extends AddressedExecutor>(
    this: ExecutorClass<Self>,
    target?: ClusterLike | AddressedExecutor | string,
    options: ConnectOptions = {},
  ): Promise<Self> {
    const connect = AddressedExecutor.connect.bind<typeof AddressedExecutor.connect<Self>>(this);
    if (target !== undefined && typeof target !== 'string') return connect(target, options);
    const find = options.resolve ?? findCluster(options);
    // Given back by `resolve`, the cluster may belong to the executor; as a target it would be its owner's.
    return connect(undefined, { ...options, resolve: () => find(target, options.signal) });
  }
}

function findCluster({ logger, secret }: ConnectOptions): NonNullable<ConnectOptions['resolve']> {
  return (target, signal): Promise<ResolvedTarget> => {
    const configuration = Configuration.read();
    const chosenLogger = logger ?? createLineLogger({ level: configuration.get('log-level') });
    const chosen = target === undefined ? executorHost().cluster?.() : undefined;
    if (chosen !== undefined) chosenLogger.info(`using the cluster ${chosen.name}: ${chosen.why}`);
    return resolveTarget(target ?? chosen?.name, {
      configuration,
      logger: chosenLogger,
      ...(secret !== undefined && { secret }),
      ...(signal !== undefined && { signal }),
    });
  };
}
