/** What the scheduler shows of itself: the pages of its HTTP side, made from the core's queries when they are asked for. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { IntervalHistogram } from 'node:perf_hooks';
import { COVEY_VERSION } from '@covey/protocol';
import { TASK_STATES } from '../core/states.js';
import type { TaskState } from '../core/states.js';
import type { ServerParts } from './calls/call-table.js';
import { byLabel, Exposition } from './http/exposition.js';
import type { StatusSource } from './http/routes.js';

/** Functions shown one by one. */
const MOST_FUNCTIONS = 200;
/** How often the delay of the event loop is sampled, milliseconds. */
const DELAY_RESOLUTION_MS = 50;

export class Status implements StatusSource {
  readonly taskStates: readonly string[] = TASK_STATES;
  readonly #parts: ServerParts;
  readonly #loopDelay: IntervalHistogram = monitorEventLoopDelay({ resolution: DELAY_RESOLUTION_MS });

  constructor(parts: ServerParts) {
    this.#parts = parts;
    this.#loopDelay.enable();
  }

  close(): void {
    this.#loopDelay.disable();
  }

  info() {
    return this.#parts.info();
  }

  tasks(state: string | undefined, limit: number): readonly unknown[] {
    const { core } = this.#parts;
    return core.keys(limit, state as TaskState | undefined).flatMap((key) => core.taskInfo(key) ?? []);
  }

  task(key: string): unknown {
    const { core } = this.#parts;
    const explanation = core.explain(key);
    return explanation && { ...explanation, story: core.story(null, { keys: [key] }) };
  }

  metrics(): string {
    const { coordination, core, datasets, topics, uploads, now } = this.#parts;
    const { rss, heapUsed, external } = process.memoryUsage();
    const workers = core.workers(now());
    const demand = core.demand();
    const totals = core.totals();
    const functions = [...totals.functions].sort((a, b) => b.totalMs - a.totalMs).slice(0, MOST_FUNCTIONS);
    const sum = (of: (worker: (typeof workers)[number]) => number) =>
      workers.reduce((total, worker) => total + of(worker), 0);
    const statuses = { running: 0, paused: 0, retiring: 0 };
    for (const { status } of workers) statuses[status]++;
    const page = new Exposition('covey_scheduler_')
      .family('info', 'gauge', 'What runs here.', [
        { value: 1, labels: { version: COVEY_VERSION, node: process.versions.node } },
      ])
      .family('tasks', 'gauge', 'Tasks by state.', byLabel('state', core.counts()))
      .family('workers', 'gauge', 'Workers by status.', byLabel('status', statuses))
      .gauge('clients', 'Sessions of clients.', core.clients().length)
      .gauge('threads', 'Compute threads of all workers.', demand.threads)
      .gauge('work_seconds', 'Estimated work not done yet.', demand.workMs / 1000)
      .gauge('ready_tasks', 'Tasks that could run now.', demand.ready)
      .gauge('held_bytes', 'Bytes of results that workers hold.', demand.heldBytes)
      .gauge(
        'spilled_bytes',
        'Bytes of results that workers have put on disk.',
        sum(({ memory }) => memory['spilled'] ?? 0),
      )
      .counter(
        'tasks_completed_total',
        'Attempts done by the workers that are there.',
        sum(({ completed }) => completed),
      )
      .counter(
        'transferred_bytes_total',
        'Bytes fetched by workers from each other.',
        sum(({ bytesReceived }) => bytesReceived),
      )
      .counter('transitions_total', 'Changes of state of tasks.', totals.transitions)
      .family(
        'function_duration_seconds',
        'summary',
        'Time in tasks, by function; those with the most.',
        functions.flatMap(({ name, count, totalMs }) => [
          { suffix: '_sum', labels: { function: name }, value: totalMs / 1000 },
          { suffix: '_count', labels: { function: name }, value: count },
        ]),
      )
      .gauge('uploaded_bytes', 'Bytes of files that every worker has.', uploads.nbytes)
      .gauge('datasets', 'Published datasets.', datasets.names().length)
      .gauge('topics', 'Topics with events.', topics.size)
      .family('coordination', 'gauge', 'Locks and the like, by kind.', byLabel('kind', coordination.counts()))
      .family(
        'memory_bytes',
        'gauge',
        'Memory of this process.',
        byLabel('part', { resident: rss, heap: heapUsed, external }),
      )
      .family('loop_delay_seconds', 'summary', 'Delay of the event loop.', this.#loopDelays());
    this.#loopDelay.reset();
    return page.text();
  }

  /** Since the page was read last; the sampling interval is not part of the delay. */
  #loopDelays() {
    const seconds = (nanoseconds: number) => Math.max(0, nanoseconds / 1e9 - DELAY_RESOLUTION_MS / 1000) || 0;
    return [
      { labels: { quantile: '0.5' }, value: seconds(this.#loopDelay.percentile(50)) },
      { labels: { quantile: '0.99' }, value: seconds(this.#loopDelay.percentile(99)) },
      { labels: { quantile: '1' }, value: seconds(this.#loopDelay.max) },
    ];
  }
}
