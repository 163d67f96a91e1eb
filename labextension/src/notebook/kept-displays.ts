/**
 * Writes displays into the notebook when their status has changed. JupyterLab does so itself, but only on the page that ran the
 * cell: which display a kernel means it does not save.
 */
import type { ToldDisplay } from '@covey/protocol/bridge';
import type { IOutput } from '@jupyterlab/nbformat';
import type { NotebookPanel } from '@jupyterlab/notebook';
import { readDisplay, statusOf } from '../rendering/payloads.js';
import { codeOutputs } from './code-outputs.js';

export class KeptDisplays {
  /** Statuses that the notebook was looked through for. */
  private readonly _statuses = new Map<string, string>();

  constructor(private readonly _panel: NotebookPanel) {}

  update({ display, data }: ToldDisplay): void {
    const now = readDisplay(data);
    const status = now === undefined ? undefined : statusOf(now);
    if (status === undefined || this._statuses.get(display) === status) return;
    this._statuses.set(display, status);
    for (const [, outputs] of codeOutputs(this._panel)) {
      for (let index = 0; index < outputs.length; index++) {
        const output = outputs.get(index);
        const kept = readDisplay(output.data);
        if (kept?.payload.display !== display || statusOf(kept) === status) continue;
        outputs.set(index, { ...output.toJSON(), data } as IOutput);
      }
    }
  }
}
