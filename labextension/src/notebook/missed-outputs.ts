/**
 * What submitted cells showed while no page was there, and go on to show: JupyterLab hears only of requests that this page
 * made. The kernel keeps all of it; it is asked when a page comes, and whenever it says something under such a cell.
 */
import type { CellOutput, SubmittedCell } from '@covey/protocol/bridge';
import { CodeCell } from '@jupyterlab/cells';
import type { IOutput } from '@jupyterlab/nbformat';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { ReadonlyJSONValue } from '@lumino/coreutils';
import { JSONExt } from '@lumino/coreutils';
import { codeOutputs } from './code-outputs.js';

/** Output that comes in a stream is fetched so often. */
const FETCH_INTERVAL_MS = 500;

type Fetch = (cellId: string) => Promise<readonly CellOutput[] | null>;

export class MissedOutputs {
  /** Cells that other pages ran, by the message that ran them. */
  private readonly _cells = new Map<string, string>();
  private readonly _timers = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(
    private readonly _panel: NotebookPanel,
    private readonly _fetch: Fetch,
  ) {}

  /** The cells that the kernel knew when this page came. */
  follow(cells: readonly SubmittedCell[]): void {
    for (const { cellId, request } of cells) {
      if (this._isOwn(cellId, request)) continue;
      this._cells.set(request, cellId);
      this._fetchSoon(request, 0);
    }
  }

  /** A message of the kernel's about this request. */
  heard(request: string): void {
    this._fetchSoon(request, FETCH_INTERVAL_MS);
  }

  changed({ cellId, request, state }: SubmittedCell): void {
    if (state !== 'left') {
      this._fetchSoon(request, 0);
      return;
    }
    // Its output is another run's from now on.
    for (const [known, cell] of [...this._cells]) if (cell === cellId) this._forget(known);
  }

  clear(): void {
    for (const request of [...this._cells.keys()]) this._forget(request);
  }

  private _forget(request: string): void {
    this._cells.delete(request);
    clearTimeout(this._timers.get(request));
    this._timers.delete(request);
  }

  private _fetchSoon(request: string, delayMs: number): void {
    if (!this._cells.has(request) || this._timers.has(request)) return;
    const timer = setTimeout(() => {
      this._timers.delete(request);
      this._write(request).catch(() => {
        // The kernel went away: the cell keeps what it has.
      });
    }, delayMs);
    this._timers.set(request, timer);
  }

  private async _write(request: string): Promise<void> {
    const cellId = this._cells.get(request);
    if (cellId === undefined) return;
    const shown = await this._fetch(cellId);
    if (shown === null || this._cells.get(request) !== cellId || this._isOwn(cellId, undefined)) return;
    for (const [id, outputs] of codeOutputs(this._panel)) {
      if (id !== cellId) continue;
      const isThere = JSONExt.deepEqual(outputs.toJSON(), shown as unknown as ReadonlyJSONValue);
      if (!isThere) outputs.fromJSON(shown as unknown as IOutput[]);
    }
  }

  /** Whether this page ran the cell last, and so hears of it. */
  private _isOwn(cellId: string, request: string | undefined): boolean {
    const cell = this._panel.content.widgets.find(({ model }) => model.id === cellId);
    // Nor is there one before the page runs the cell.
    const future = cell instanceof CodeCell ? cell.outputArea.future : undefined;
    if (future === undefined) return false;
    return request === undefined || future.msg.header.msg_id === request;
  }
}
