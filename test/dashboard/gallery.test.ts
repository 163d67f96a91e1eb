/** Every panel, with a made-up cluster, in a real browser: drawn, used by keyboard, and read by axe. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Browser } from 'playwright-core';
import { axeViolations, describeInBrowser, openBrowser, openPage } from '../support/browser.js';

/** Where pictures are put, for people to look at. */
const pictures = process.env['COVEY_SCREENSHOTS'];
const PANELS = [
  'task-stream',
  'progress',
  'workers',
  'system',
  'graph',
  'transfers',
  'events',
  'errors',
  'profile',
  'task',
];

let browser: Browser;
let folder: string;
let script: string;

async function openGallery(query: string, width = 1280) {
  const { page, complaints } = await openPage(browser, { viewport: { width, height: Math.round(width * 0.5625) } });
  const html = '<!doctype html><html><body><script type="module" src="/gallery.js"></script></body></html>';
  await page.route('**/*', (route) =>
    new URL(route.request().url()).pathname === '/gallery.js'
      ? route.fulfill({ contentType: 'text/javascript', body: script })
      : route.fulfill({ contentType: 'text/html', body: html }),
  );
  await page.goto(`http://gallery.test/?${query}`);
  await page.locator('.covey-Panel').first().waitFor();
  return { page, complaints };
}

describeInBrowser('the gallery', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'covey-gallery-'));
    const output = join(folder, 'gallery.js');
    const source = 'packages/dashboard/src/testing/gallery.ts';
    await promisify(execFile)(process.execPath, [join(__dirname, 'bundle-gallery.mjs'), source, output]);
    script = await readFile(output, 'utf8');
    if (pictures !== undefined) await mkdir(pictures, { recursive: true });
    browser = await openBrowser();
  });

  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });

  test.each(PANELS.flatMap((panel) => ['light', 'dark'].map((theme) => [panel, theme] as const)))(
    '%s in the %s theme shows figures and has nothing for axe to find',
    async (panel, theme) => {
      const { page, complaints } = await openGallery(`panel=${panel}&theme=${theme}`);
      await page.locator('.covey-Panel-summary:not(:empty)').waitFor();
      await page.locator('.covey-Panel-notice').waitFor({ state: 'hidden' });
      expect(await axeViolations(page)).toEqual([]);
      expect(complaints).toEqual([]);
      if (pictures !== undefined) {
        for (const width of [1280, 1920]) {
          await page.setViewportSize({ width, height: Math.round(width * 0.5625) });
          // People look at these; nothing is asserted.
          await page.waitForTimeout(1500);
          await page.screenshot({ path: join(pictures, `${panel}-${theme}-${width}.png`) });
        }
      }
      await page.close();
    },
  );

  test.each(PANELS.filter((panel) => !['workers', 'events', 'errors', 'task'].includes(panel)))(
    '%s can be read as a table',
    async (panel) => {
      const { page, complaints } = await openGallery(`panel=${panel}`);
      await page.getByRole('button', { name: 'Show as a table' }).click();
      const table = page.locator('.covey-Panel-table').getByRole('table');
      await table.getByRole('cell').first().waitFor();
      await table.getByRole('columnheader').first().getByRole('button').click();
      expect(await table.getByRole('columnheader').first().getAttribute('aria-sort')).not.toBe('none');
      expect(await axeViolations(page)).toEqual([]);
      expect(complaints).toEqual([]);
      await page.close();
    },
  );

  test.each([
    ['loading', 'task-stream', 'Waiting for the cluster'],
    ['empty', 'workers', 'Scale the cluster up'],
    ['empty', 'progress', 'executor.submit'],
    ['empty', 'errors', 'No task has failed'],
    ['failed', 'graph', 'does not answer'],
  ])('a cluster that is %s: %s says what to do', async (mood, panel, text) => {
    const { page } = await openGallery(`panel=${panel}&mood=${mood}`);
    await page.locator('.covey-Panel-notice', { hasText: text }).waitFor();
    expect(await axeViolations(page)).toEqual([]);
    if (pictures !== undefined) await page.screenshot({ path: join(pictures, `${mood}-${panel}.png`) });
    await page.close();
  });

  test('a cluster that has ended is shown as it was known last', async () => {
    const { page } = await openGallery('panel=workers&mood=ended');
    await page.locator('.covey-Panel-banner', { hasText: 'No news: the cluster has ended' }).waitFor();
    await page.getByRole('cell', { name: 'worker-3', exact: true }).waitFor();
    await page.getByRole('button', { name: 'Try now' }).click();
    await page.close();
  });

  test('a thousand workers with long names have rows for those that are seen', async () => {
    const { page, complaints } = await openGallery('panel=workers&workers=1000&long=yes');
    await page.getByRole('cell').first().waitFor();
    expect(await page.getByRole('row').count()).toBeLessThan(80);
    expect(await page.getByRole('table').getAttribute('aria-rowcount')).toBe('1001');
    expect(complaints).toEqual([]);
    if (pictures !== undefined) await page.screenshot({ path: join(pictures, 'many-workers.png') });
    await page.close();
  });

  test.each([
    'progress&functions=500&long=yes',
    'task-stream&functions=500&workers=1000',
    'transfers&workers=200',
    'graph&nodes=5000',
  ])('much of everything: %s', async (query) => {
    const { page, complaints } = await openGallery(`panel=${query}`);
    await page.locator('.covey-Panel-summary:not(:empty)').waitFor();
    expect(complaints).toEqual([]);
    if (pictures !== undefined) {
      await page.waitForTimeout(1500);
      await page.screenshot({ path: join(pictures, `many-${query.split('&')[0]}.png`) });
    }
    await page.close();
  });

  test('the task stream is used by keyboard: it stops following, names the run that has the focus, and follows again', async () => {
    const { page } = await openGallery('panel=task-stream');
    const follow = page.getByRole('button', { name: 'Follow the latest' });
    const chart = page.locator('.covey-Stream-chart');
    await page.locator('.covey-Panel-summary:not(:empty)').waitFor();
    await chart.focus();
    await page.keyboard.press('ArrowLeft');
    await page.locator('[aria-label="Follow the latest"][aria-pressed="false"]').waitFor();
    await page.keyboard.press('Shift+ArrowRight');
    await page.locator('.covey-Tooltip dd', { hasText: 'thread' }).waitFor();
    expect(await page.getByRole('status').textContent()).toContain('took');
    await page.keyboard.press('f');
    await page.locator('[aria-label="Follow the latest"][aria-pressed="true"]').waitFor();
    expect(await follow.count()).toBe(1);
    await page.close();
  });

  test('the pointer shows a run, and a drag leaves the present', async () => {
    const { page } = await openGallery('panel=task-stream');
    await page.locator('.covey-Panel-summary:not(:empty)').waitFor();
    await page.mouse.move(700, 60);
    await page.locator('.covey-Tooltip strong').waitFor();
    await page.mouse.down();
    await page.mouse.move(900, 60, { steps: 4 });
    await page.mouse.up();
    await page.locator('[aria-label="Follow the latest"][aria-pressed="false"]').waitFor();
    await page.close();
  });

  test('the legend of the task stream stays while its tab is hidden, so that it is there when it is shown again', async () => {
    const { page } = await openGallery('panel=task-stream');
    const legend = page.locator('.covey-Legend li');
    await legend.first().waitFor();
    await page.locator('main > div').evaluate((host) => (host.style.display = 'none'));
    // Sentences and legends are made anew once a second: after two sentences, the legend was due.
    for (let i = 0; i < 2; i++) {
      const before = (await page.locator('.covey-Panel-summary').textContent()) ?? '';
      await page.locator('.covey-Panel-summary').filter({ hasNotText: before }).waitFor({ state: 'attached' });
    }
    expect(await legend.count()).toBeGreaterThan(0);
    await page.close();
  });
});
