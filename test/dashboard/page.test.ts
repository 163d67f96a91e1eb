/** The page that a scheduler serves by itself, with real processes and a real browser. */
import type { Browser } from 'playwright-core';
import { axeViolations, describeInBrowser, hasBrowser, openBrowser, openPage } from '../support/browser.js';
import { RunningCluster } from '../support/running-cluster.js';

let running: RunningCluster;
let browser: Browser | undefined;
let url: string;

beforeAll(async () => {
  // Before the cluster's sandbox stands: what the browser leaves behind is its own.
  if (hasBrowser) browser = await openBrowser();
  running = await RunningCluster.start({ protocol: 'ws' });
  url = running.cluster.address.replace('ws:', 'http:');
});

afterAll(async () => {
  await browser?.close();
  await running.close();
});

const html = { accept: 'text/html' };

test('the page is open and holds nothing of the cluster; everything else needs the token', async () => {
  const page = await fetch(`${url}/`, { headers: html });
  expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(await page.text()).not.toContain(running.cluster.secret.httpToken());
  expect((await fetch(`${url}/`)).status).toBe(401);
  expect((await fetch(`${url}/figures?overview=0&waitMs=0`, { headers: html })).status).toBe(401);
  expect((await fetch(`${url}/?x`, { method: 'POST', headers: html })).status).toBe(401);
});

describeInBrowser('in a browser', () => {
  test('it refuses a wrong token, takes the right one, and shows tasks that run; the address never has it', async () => {
    const { page, complaints } = await openPage(browser!);
    await page.goto(url);
    await page.getByLabel('Token').fill('wrong');
    await page.getByRole('button', { name: 'Open the dashboard' }).click();
    await page.getByRole('alert').filter({ hasText: 'does not know' }).waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await page.getByLabel('Token').fill(running.cluster.secret.httpToken());
    await page.getByRole('button', { name: 'Open the dashboard' }).click();
    await page.getByRole('tab', { name: 'Overview' }).waitFor();
    await page.locator('.page-Facts', { hasText: 'Workers' }).waitFor();
    await page.getByRole('tab', { name: 'Task stream' }).click();
    const futures = running.impure.map(
      (x: number) => x + 1,
      Array.from({ length: 50 }, (_, i) => i),
    );
    await running.impure.gather(futures);
    // Runs are told from the first pull on, and that may come after these.
    const more = setInterval(() => void running.impure.submit(() => 1).result(), 200);
    await page.locator('.covey-mod-task-stream .covey-Panel-summary', { hasText: 'run' }).last().waitFor();
    clearInterval(more);
    await page.getByRole('tab', { name: 'Task', exact: true }).click();
    await page.getByLabel('Key of a task').fill(futures[0]!.key);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: futures[0]!.key }).waitFor();
    await page.getByText('Story', { exact: true }).waitFor();
    expect(await axeViolations(page)).toEqual([]);
    expect(page.url()).toBe(`${url}/#task`);
    expect(complaints.filter((text) => !text.includes('401'))).toEqual([]);
    await page.close();
  });

  test('a token in the fragment opens it, and is gone from the address; leaving forgets it', async () => {
    const { page } = await openPage(browser!);
    await page.goto(`${url}/#token=${running.cluster.secret.httpToken()}`);
    await page.getByRole('tab', { name: 'Workers' }).click();
    await page.getByRole('cell', { name: 'running' }).first().waitFor();
    expect(page.url()).toBe(`${url}/#workers`);
    await page.reload();
    await page.getByRole('tab', { name: 'Workers', selected: true }).waitFor();
    await page.getByRole('button', { name: 'Forget token' }).click();
    await page.getByLabel('Token').waitFor();
    await page.close();
  });
});
