/**
 * `npm run bench -- --suite dashboard`: what a frame of the task stream costs in a browser, with no cluster: the recorded
 * stream of one that ran 5,000 tasks a second goes on top of 100,000 runs that are there, while the picture follows.
 *
 * The main thread's work is read from Chromium's own trace: everything within tasks of the renderer's main thread
 * (scripts, style, layout, paint, commit), summed from one frame's begin to the next one's.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { recordStream } from './record-stream.mjs';

const QUERY = 'panel=task-stream&recording=/recording';
const STREAM = { tasksPerSecond: 5000, past: 105_000, forMs: 16_000 };
/** Until what was there has been told. */
const WARM_MS = 5000;
const MEASURED_MS = 8000;
const VIEWPORT = { width: 1600, height: 700 };

function bundleGallery() {
  const folder = mkdtempSync(join(tmpdir(), 'covey-bench-'));
  try {
    const bundler = fileURLToPath(new URL('../dashboard/bundle-gallery.mjs', import.meta.url));
    execFileSync(process.execPath, [bundler, 'packages/dashboard/src/testing/gallery.ts', join(folder, 'gallery.js')]);
    return readFileSync(join(folder, 'gallery.js'), 'utf8');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Milliseconds of work by frame, of the thread that draws the page: the one on which frames are asked for. */
function framesOf(events) {
  const asked = events.filter(({ name }) => name === 'FireAnimationFrame');
  const { tid, pid } = asked[0];
  const begins = asked.filter((event) => event.tid === tid && event.pid === pid).map(({ ts }) => ts);
  begins.sort((a, b) => a - b);
  const frames = begins.slice(0, -1).map(() => 0);
  for (const { name, ph, ts, dur = 0, tdur = dur, ...event } of events) {
    if (event.tid !== tid || event.pid !== pid || ph !== 'X' || name !== 'RunTask') continue;
    const frame = begins.findLastIndex((begin) => begin <= ts + dur);
    if (frame >= 0 && frame < frames.length) frames[frame] += tdur / 1000;
  }
  return frames;
}

function quantile(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

/** @returns figures in the form of the other suites */
export async function dashboardFigures() {
  const script = bundleGallery();
  const recording = await recordStream(STREAM);
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
  const browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  });
  try {
    const page = await browser.newPage({ viewport: VIEWPORT });
    const html = '<!doctype html><html><body><script type="module" src="/gallery.js"></script></body></html>';
    const answers = {
      '/gallery.js': { contentType: 'text/javascript', body: script },
      '/recording': { contentType: 'application/octet-stream', body: recording },
    };
    await page.route('**/*', (route) =>
      route.fulfill(answers[new URL(route.request().url()).pathname] ?? { contentType: 'text/html', body: html }),
    );
    await page.goto(`http://gallery.test/?${QUERY}`);
    await page.locator('.covey-Panel-summary:not(:empty)').waitFor();
    await page.waitForTimeout(WARM_MS);
    const shown = await page.locator('.covey-Panel-summary').innerText();
    const session = await browser.newBrowserCDPSession();
    const events = [];
    session.on('Tracing.dataCollected', ({ value }) => events.push(...value));
    const done = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve));
    await session.send('Tracing.start', {
      categories: 'toplevel,devtools.timeline,disabled-by-default-devtools.timeline',
    });
    await page.waitForTimeout(MEASURED_MS);
    await session.send('Tracing.end');
    await done;
    const frames = framesOf(events).sort((a, b) => a - b);
    return {
      runs_shown: Number(/[\d,]+/.exec(shown)?.[0].replaceAll(',', '')),
      frames: frames.length,
      frame_ms_median: quantile(frames, 0.5),
      frame_ms_p95: quantile(frames, 0.95),
      frame_ms_most: frames.at(-1),
    };
  } finally {
    await browser.close();
  }
}
