/* global window, document, Event, requestAnimationFrame */
/** A tab with JupyterLab in it: opens, runs commands, takes pictures, and keeps what went wrong. */
import { join } from 'node:path';

const STEP_TIMEOUT_MS = 60_000;
/** JupyterLab asks each kernel that it shows for the state of its debugger, and doesn't catch when a restart cancels the question. */
const LAB_OWN_ERROR = 'Canceled future for debug_request message before replies were done';

export class LabPage {
  /** What the page threw, but for what is JupyterLab's own. */
  errors = [];

  static async open(context, server, path, pictures) {
    const lab = await LabPage.openAt(context, `${server.url}/lab${path}?token=${server.token}`, pictures);
    await lab.loaded();
    return lab;
  }

  static async openAt(context, url, pictures) {
    const page = await context.newPage();
    page.setDefaultTimeout(STEP_TIMEOUT_MS);
    const lab = new LabPage(page, pictures);
    page.on('pageerror', (error) => {
      if (error.message !== LAB_OWN_ERROR) lab.errors.push(error.stack ?? error.message);
    });
    await page.goto(url, { waitUntil: 'domcontentloaded' });
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

  /** The notebook's kernel answers: before, Lab runs cells into the void. */
  async kernelReady() {
    await this.page.waitForFunction(
      () => window.jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle',
    );
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
    return this.page.locator('.jp-NotebookPanel:not(.lm-mod-hidden) .jp-Notebook .jp-CodeCell').nth(index);
  }

  /**
   * Runs code in the notebook's kernel, or in the one of this id, without a cell.
   * @returns the text of an expression, evaluated afterwards.
   */
  inKernel(code, kernelId, expression = '0') {
    return this.page.evaluate(
      async ([source, id, asked]) => {
        const { shell, serviceManager } = window.jupyterapp;
        const own = shell.currentWidget?.sessionContext?.session?.kernel;
        const kernel = id === null ? own : serviceManager.kernels.connectTo({ model: { id, name: 'covey' } });
        const content = { code: source, silent: true, user_expressions: { asked } };
        const { content: reply } = await kernel.requestExecute(content).done;
        if (id !== null) kernel.dispose();
        if (reply.status !== 'ok') throw new Error(`${source}: ${reply.ename}: ${reply.evalue}`);
        return reply.user_expressions.asked.data['text/plain'];
      },
      [code, kernelId ?? null, expression],
    );
  }

  /** Pulls one element onto another by the mouse. */
  async pull(from, onto) {
    await onto.scrollIntoViewIfNeeded();
    const [start, end] = [await from.boundingBox(), await onto.boundingBox()];
    const { mouse } = this.page;
    await mouse.move(start.x + 20, start.y + start.height / 2);
    await mouse.down();
    await mouse.move(start.x + 40, start.y + start.height / 2 + 10, { steps: 4 });
    await this.page.locator('.jp-covey-DragImage').waitFor();
    await mouse.move(end.x + end.width / 2, end.y + end.height / 2, { steps: 8 });
    await mouse.up();
  }

  async runCell(index, keys) {
    await this.cell(index).locator('.cm-content').click();
    await this.page.keyboard.press(keys);
  }

  /** Runs a cell, and waits until it is done. */
  async ranCell(index) {
    const count = () => window.jupyterapp.shell.currentWidget.content.activeCell.model.executionCount;
    await this.cell(index).locator('.cm-content').click();
    const before = await this.page.evaluate(count);
    await this.page.keyboard.press('Control+Enter');
    await this.page.waitForFunction((earlier) => {
      const { executionCount } = window.jupyterapp.shell.currentWidget.content.activeCell.model;
      return executionCount !== null && executionCount !== earlier;
    }, before);
  }

  /** Closes a dialog by the keyboard, which Lab leads there only when the page has nothing else to do. */
  async closeDialog() {
    const dialog = this.page.locator('.jp-Dialog');
    await dialog.locator(':focus').waitFor();
    await this.page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
  }

  /** The names that the sidebar lists. */
  clusters() {
    return this.page.locator('.jp-covey-Card').evaluateAll((cards) => cards.map((card) => card.dataset.cluster));
  }

  /** Stops a cluster, and waits until the sidebar no longer lists it. */
  async stop(cluster) {
    await this.command('covey:stop-cluster', { cluster, isSure: true });
    await this.page.locator(`.jp-covey-Card[data-cluster="${cluster}"]`).waitFor({ state: 'detached' });
  }

  /** As a browser tells a page that it is behind others, or in front again. */
  async isShown(isShown) {
    await this.page.evaluate(
      (state) => {
        Object.defineProperty(document, 'visibilityState', { configurable: true, value: state });
        Object.defineProperty(document, 'hidden', { configurable: true, value: state === 'hidden' });
        document.dispatchEvent(new Event('visibilitychange'));
      },
      isShown ? 'visible' : 'hidden',
    );
  }

  sessions() {
    return this.page.evaluate(async () => {
      const { sessions } = window.jupyterapp.serviceManager;
      await sessions.refreshRunning();
      return [...sessions.running()].map(({ id, type, kernel }) => ({ id, type, kernelId: kernel?.id }));
    });
  }
}
