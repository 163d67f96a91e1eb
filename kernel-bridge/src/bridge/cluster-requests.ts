/** Answers what front ends ask about clusters. What a request names is looked up anew each time: nothing is owned here. */
import { startCluster, RunningCluster } from '@covey/deploy';
import { askScheduler, cancelTasks, freeName, kindForms } from '@covey/deploy/internal';
import { connectionCode } from '@covey/protocol/bridge';
import type { BridgeCalls } from '@covey/protocol/bridge';
import { BridgeRequestError } from './bridge-request-error.js';
import type { ClusterList } from './cluster-list.js';
import { summaryOf } from './cluster-list.js';
import { Params } from './params.js';
import type { NotebookMethod } from './thread-messages.js';

type ClusterMethod = Exclude<keyof BridgeCalls, NotebookMethod>;
type Answers = {
  readonly [Method in ClusterMethod]: (params: Params) => Promise<BridgeCalls[Method]['result']>;
};

const LOG_LINES_MAX = 100_000;
/** Calls of the scheduler that change nothing. */
const QUESTIONS = [
  ...(['story', 'explain', 'who-has', 'nbytes', 'call-stack', 'processing', 'scheduler-info'] as const),
  'task',
] as const satisfies readonly BridgeCalls['ask']['params']['method'][];

export class ClusterRequests {
  readonly #list: ClusterList;
  readonly #answers: Answers;

  constructor(list: ClusterList) {
    this.#list = list;
    this.#answers = {
      kinds: async () => kindForms(),
      clusters: async () => list.summaries(),
      start: (params) => this.#start(params),
      scale: async (params) => {
        await this.#cluster(params).scale(params.wholeNumber('workers'));
        return null;
      },
      adapt: async (params) => {
        await this.#cluster(params).adapt(params.range('range'));
        return null;
      },
      'restart-workers': (params) => this.#restartWorkers(params),
      'retire-workers': async (params) => {
        await askScheduler(this.#cluster(params), 'retire-workers', { workers: params.texts('workers'), close: true });
        return null;
      },
      stop: async (params) => {
        const cluster = this.#cluster(params);
        await list.whileStopping(cluster.entry, () => cluster.stop());
        return null;
      },
      logs: async (params) => this.#cluster(params).logs(Math.min(params.wholeNumber('lines'), LOG_LINES_MAX)),
      'connection-code': async (params) => connectionCode(this.#cluster(params).name),
      ask: (params) => this.#ask(params),
      cancel: async (params) => {
        await cancelTasks(this.#cluster(params), params.texts('keys'), 'cancelled from JupyterLab');
        return null;
      },
    };
  }

  /** @throws {BridgeRequestError} for what is no request; what the cluster throws. */
  async answer(method: string, params: unknown): Promise<unknown> {
    if (!Object.hasOwn(this.#answers, method)) throw new BridgeRequestError(`there is no request '${method}'`);
    return this.#answers[method as ClusterMethod](new Params(method, params));
  }

  #cluster(params: Params): RunningCluster {
    const { registry } = this.#list;
    return new RunningCluster(registry.get(params.text('cluster')), registry);
  }

  async #start(params: Params): Promise<BridgeCalls['start']['result']> {
    const kind = params.text('kind');
    const name = params.optionalText('name') ?? freeName(this.#list.registry);
    const options = params.record('options');
    const idleTimeoutMs = params.optionalWholeNumber('idleTimeoutMs');
    const idle = idleTimeoutMs === undefined ? {} : { idleTimeoutMs };
    const cluster = await this.#list.whileStarting(name, kind, () => startCluster({ kind, name, options, ...idle }));
    return summaryOf(cluster.entry);
  }

  async #restartWorkers(params: Params): Promise<null> {
    const cluster = this.#cluster(params);
    const named = params.optionalTexts('workers');
    const workers = named ?? (await cluster.info()).workers.map(({ name }) => name);
    const outcomes = await askScheduler(cluster, 'restart-workers', { workers });
    const failed = Object.entries(outcomes).flatMap(([worker, outcome]) =>
      'error' in outcome ? [`${worker}: ${outcome.error.message}`] : [],
    );
    if (failed.length > 0) throw new BridgeRequestError(`not every worker was restarted: ${failed.join('; ')}`);
    return null;
  }

  async #ask(params: Params): Promise<unknown> {
    const method = params.choice('method', QUESTIONS);
    const asked = method === 'scheduler-info' ? null : params.record('params');
    return askScheduler(this.#cluster(params), method, asked as never);
  }
}
