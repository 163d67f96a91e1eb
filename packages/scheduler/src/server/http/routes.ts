/**
 * What the scheduler shows over HTTP to who has the token: a page that says what this is, figures for Prometheus, and its state as JSON.
 * Reading only: nothing here changes anything. Authentication and `/health` are the listener's.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpHandler, SchedulerInfo } from '@covey/protocol/internal';
import type { WhenGone } from '../figures/figures.js';
import { asksForDashboard, dashboardPage } from './dashboard-page.js';
import { EXPOSITION_CONTENT_TYPE } from './exposition.js';
import { figurePage } from './figure-pages.js';
import type { FigurePages } from './figure-pages.js';

const DEFAULT_TASK_LIMIT = 100;
const MAX_TASK_LIMIT = 10_000;

/** Where the pages come from. */
export interface StatusSource {
  info(): SchedulerInfo;
  /** The page for Prometheus. */
  metrics(): string;
  /** States that a task can be in. */
  readonly taskStates: readonly string[];
  /** Tasks in that state (or in any), no more than `limit`. */
  tasks(state: string | undefined, limit: number): readonly unknown[];
  /** All about one task; undefined when there is none of that key. */
  task(key: string): unknown;
}

/** What there is to be seen. */
const ABOUT_PATHS: readonly (readonly [path: string, what: string])[] = [
  ['/', 'this text; the dashboard for browsers (open)'],
  ['/health', 'whether it answers (open)'],
  ['/metrics', 'figures for Prometheus'],
  ['/json/identity', 'who it is'],
  ['/json/workers', 'its workers'],
  ['/json/clients', 'its clients'],
  ['/json/counts', 'tasks by state'],
  ['/json/tasks?state=&limit=', 'tasks'],
  ['/json/task/KEY', 'one task: its state, its story, why it is where it is'],
  ['/figures?TOPIC=CURSOR&waitMs=', 'live figures, for dashboards'],
  ['/ask/METHOD?params=', 'calls that change nothing, for dashboards'],
];

const PATHS: readonly string[] = ABOUT_PATHS.map(([path]) => path);

interface Page {
  readonly status?: number;
  readonly type?: string;
  readonly body: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Makes the listener's HTTP handler. */
export function httpRoutes(source: StatusSource, figures: FigurePages): HttpHandler {
  const handle = (request: IncomingMessage, response: ServerResponse) => {
    const send = (page: Page) => sendPage(page, request, response);
    if (asksForDashboard(request)) {
      send(dashboard());
      return;
    }
    const broken = (error: unknown) =>
      send(json({ error: error instanceof Error ? error.message : String(error) }, 500));
    const whenGone: WhenGone = (listener) =>
      response.once('close', () => {
        if (!response.writableFinished) listener(new Error('who asked is gone'));
      });
    try {
      const page = answer(source, figures, request, whenGone);
      if (!(page instanceof Promise)) send(page);
      else {
        page.then(send, (error: unknown) => {
          if (!response.destroyed) broken(error);
        });
      }
    } catch (error) {
      broken(error);
    }
  };
  return Object.assign(handle, { isOpen: asksForDashboard });
}

/** To be called only where the page was asked for, and so is there. */
function dashboard(): Page {
  const { html, policy } = dashboardPage()!;
  const headers = { 'content-security-policy': policy, 'referrer-policy': 'no-referrer' };
  return { type: 'text/html; charset=utf-8', body: html, headers };
}

function sendPage(page: Page, request: IncomingMessage, response: ServerResponse): void {
  const { status = 200, type = 'application/json; charset=utf-8', body, headers } = page;
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  response.writeHead(status, {
    'content-type': type,
    'content-length': bytes.length,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...headers,
  });
  response.end(request.method === 'HEAD' ? undefined : bytes);
}

function answer(
  source: StatusSource,
  figures: FigurePages,
  request: IncomingMessage,
  whenGone: WhenGone,
): Page | Promise<Page> {
  let url: URL;
  let path: string;
  try {
    url = new URL(request.url ?? '/', 'http://scheduler');
    path = decodeURIComponent(url.pathname);
  } catch {
    return json({ error: 'the path is not well formed' }, 400);
  }
  const isReading = request.method === 'GET' || request.method === 'HEAD';
  const live = isReading ? figurePage(figures, path, url.searchParams, whenGone) : undefined;
  if (live !== undefined) return live;
  const found = route(source, path, url.searchParams);
  if (found === undefined) return json({ error: `there is nothing at ${path}`, see: '/', paths: PATHS }, 404);
  if (!isReading) {
    return { ...json({ error: `${path} can only be read` }, 405), headers: { allow: 'GET, HEAD' } };
  }
  return found();
}

/** The page at a path, to be made only when it is asked for rightly. */
function route(source: StatusSource, path: string, query: URLSearchParams): (() => Page) | undefined {
  switch (path) {
    case '/':
      return () => index(source.info());
    case '/metrics':
      return () => ({ type: EXPOSITION_CONTENT_TYPE, body: source.metrics() });
    case '/json':
    case '/json/':
      return () => json({ paths: PATHS.filter((each) => each.startsWith('/json/')) });
    case '/json/identity':
      return () => {
        const { workers, clients, counts: _counts, ...identity } = source.info();
        return json({ ...identity, workers: workers.length, clients: clients.length });
      };
    case '/json/workers':
      return () => json(source.info().workers);
    case '/json/clients':
      return () => json(source.info().clients);
    case '/json/counts':
      return () => json(source.info().counts);
    case '/json/tasks':
      return () => tasks(source, query);
    default:
      return path.startsWith('/json/task/') ? () => task(source, path.slice('/json/task/'.length)) : undefined;
  }
}

function tasks(source: StatusSource, query: URLSearchParams): Page {
  const state = query.get('state') ?? undefined;
  if (state !== undefined && !source.taskStates.includes(state)) {
    return json({ error: `'${state}' is not a state of tasks`, states: source.taskStates }, 400);
  }
  const limit = query.has('limit') ? Number(query.get('limit')) : DEFAULT_TASK_LIMIT;
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > MAX_TASK_LIMIT) {
    return json({ error: `the limit is a whole number from 1 to ${MAX_TASK_LIMIT}` }, 400);
  }
  return json(source.tasks(state, limit));
}

function task(source: StatusSource, key: string): Page {
  const found = source.task(key);
  return found === undefined ? json({ error: `there is no task '${key}'` }, 404) : json(found);
}

function index(info: SchedulerInfo): Page {
  const lines = [
    `Covey ${info.version}: the scheduler of the cluster '${info.clusterName}' at ${info.address}`,
    `${info.workers.length} workers, ${info.clients.length} clients`,
    '',
    ...ABOUT_PATHS.map(([path, what]) => `${path.padEnd(31)}${what}`),
  ];
  return { type: 'text/plain; charset=utf-8', body: `${lines.join('\n')}\n` };
}

function json(value: unknown, status = 200): Page {
  return { status, body: `${JSON.stringify(value, plain, 1)}\n` };
}

/** Bytes and big integers have no form in JSON: their sizes and digits do. `this` has the value as it was before its own `toJSON`. */
function plain(this: Readonly<Record<string, unknown>>, name: string, value: unknown): unknown {
  const original = this[name];
  if (typeof original === 'bigint') return String(original);
  return original instanceof Uint8Array ? `${original.length} bytes` : value;
}
