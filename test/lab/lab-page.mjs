/* global window, requestAnimationFrame */
/** A tab with JupyterLab in it: opens, runs commands, takes pictures, and keeps what went wrong. */
import { join } from 'node:path';

const STEP_TIMEOUT_MS = 60_000;

export class LabPage {
  /** What the page threw. */
  errors = [];

  static async open(context, server, path, pictures) {
    const page = await context.newPage();
    page.setDefaultTimeout(STEP_TIMEOUT_MS);
    const lab = new LabPage(page, pictures);
    page.on('pageerror', (error) => lab.errors.push(error.stack ?? error.message));
    await page.goto(`${server.url}/lab${path}?token=${server.token}`, { waitUntil: 'domcontentloaded' });
    await lab.loaded();
    return lab;
  }

  constructor(page, pictures) {
    this.page = page;
    this.pictures = pictures;
  }

  async loaded() {
    await this.page.waitForSelector('#jp-main-dock-panel', { state: 'visible' });
    await this.page.waitForSelector('#jupyterlab-splash', { state: 'detached' });
  }

  async reload() {
    await this.page.reload({ waitUntil: 'domcontentloaded' });
    await this.loaded();
  }

  /** Not waited for: some commands end when a dialog closes. */
  async command(id, args = {}) {
    await this.page.evaluate(([name, given]) => void window.jupyterapp.commands.execute(name, given), [id, args]);
  }

  async theme(name) {
    await this.command('apputils:change-theme', { theme: `JupyterLab ${name}` });
    await this.page.waitForSelector(`body[data-jp-theme-light="${name === 'Light'}"]`, { state: 'attached' });
    await this.painted();
  }

  async size(width, height) {
    await this.page.setViewportSize({ width, height });
    await this.painted();
  }

  async picture(name) {
    await this.painted();
    await this.page.screenshot({ path: join(this.pictures, `${name}.png`) });
  }

  /** What was changed has been drawn. */
  async painted() {
    await this.page.evaluate(
      () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 250)))),
    );
  }

  async sees(text) {
    await this.page.getByText(text).first().waitFor({ state: 'visible' });
  }

  cell(index) {
    return this.page.locator('.jp-Notebook .jp-CodeCell').nth(index);
  }

  async runCell(index, keys) {
    await this.cell(index).locator('.cm-content').click();
    await this.page.keyboard.press(keys);
  }

  sessions() {
    return this.page.evaluate(async () => {
      const { sessions } = window.jupyterapp.serviceManager;
      await sessions.refreshRunning();
      return [...sessions.running()].map(({ id, type }) => ({ id, type }));
    });
  }
}
