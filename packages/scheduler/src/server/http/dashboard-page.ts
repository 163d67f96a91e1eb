/**
 * The dashboard's page: one file that asks for the token itself, and so is open to every browser. `scripts/bundle.mjs`
 * puts it beside the scheduler's own bundle; where it is missing, there is no such page.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';

export interface DashboardPage {
  readonly html: string;
  /** Lets the page run its own script and speak to this scheduler, and nothing else. */
  readonly policy: string;
}

/** Beside the bundle, or from `lib/server/http` and `src/server/http`. */
const PLACES = ['dashboard.html', '../../../bundle/dashboard.html'];

let page: DashboardPage | null | undefined;

/** The page; null when it is not there. It is read once. */
export function dashboardPage(): DashboardPage | null {
  page ??= readPage() ?? null;
  return page;
}

/** Whether a browser asks for the page, rather than a program for a text. */
export function asksForDashboard({ method, url = '/', headers }: IncomingMessage): boolean {
  const isReading = method === 'GET' || method === 'HEAD';
  return (
    isReading &&
    url.split('?', 1)[0] === '/' &&
    (headers.accept ?? '').includes('text/html') &&
    dashboardPage() !== null
  );
}

function readPage(): DashboardPage | undefined {
  for (const place of PLACES) {
    let html: string;
    try {
      html = readFileSync(join(import.meta.dirname, place), 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      continue;
    }
    const script = /<script type="module">([\s\S]*?)<\/script>/.exec(html)?.[1] ?? '';
    const hash = createHash('sha256').update(script).digest('base64');
    const policy = [
      "default-src 'none'",
      `script-src 'sha256-${hash}'`,
      "style-src 'unsafe-inline'",
      "connect-src 'self'",
      'img-src data:',
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ].join('; ');
    return { html, policy };
  }
  return undefined;
}
