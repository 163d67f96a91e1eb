/**
 * What submitted cells have shown, as notebooks keep it: Jupyter's messages reach only the page that ran the cell, and a task
 * may end when that page is long gone. Bounded over all cells; the oldest records go first.
 */
import type { CellOutput } from '@covey/protocol/bridge';
import type { FromMain, RequestId } from '../channel/messages.js';

/** Characters of all records. */
const KEPT_MAX = 8 * 1024 * 1024;

interface Recorded {
  output: CellOutput;
  readonly displayId: string | undefined;
  size: number;
}

export class CellRecords {
  /** Oldest first. */
  readonly #records = new Map<RequestId, Recorded[]>();
  #size = 0;

  /** From now on what this request shows is kept. */
  begin(request: RequestId): void {
    this.#records.set(request, []);
  }

  forget(request: RequestId): void {
    for (const { size } of this.#records.get(request) ?? []) this.#size -= size;
    this.#records.delete(request);
  }

  /** Undefined when it is not kept. */
  outputsOf(request: RequestId): readonly CellOutput[] | undefined {
    return this.#records.get(request)?.map(({ output }) => output);
  }

  /** Takes what is said of requests that are kept. */
  hear(message: FromMain): void {
    if (this.#records.size === 0) return;
    if (message.type === 'stream') this.#stream(message.id, message.name, message.text);
    else if (message.type === 'publish') this.#published(message);
  }

  #stream(request: RequestId, name: 'stdout' | 'stderr', text: string): void {
    const record = this.#records.get(request);
    if (record === undefined) return;
    const last = record.at(-1);
    if (last?.output.output_type === 'stream' && last.output.name === name) {
      last.output = { ...last.output, text: last.output.text + text };
      last.size += text.length;
    } else {
      record.push({ output: { output_type: 'stream', name, text }, displayId: undefined, size: text.length });
    }
    this.#grown(text.length);
  }

  #published({ id, kind, content }: Extract<FromMain, { type: 'publish' }>): void {
    const { data, metadata } = content as Extract<CellOutput, { output_type: 'display_data' }>;
    const displayId = (content['transient'] as { display_id?: string } | undefined)?.display_id;
    if (kind === 'update_display_data') {
      if (displayId !== undefined) this.#update(displayId, { output_type: 'display_data', data, metadata });
      return;
    }
    const record = this.#records.get(id);
    if (record === undefined) return;
    if (kind === 'error') {
      const { ename, evalue, traceback } = content as Extract<CellOutput, { output_type: 'error' }>;
      this.#add(record, { output_type: 'error', ename, evalue, traceback }, undefined);
    } else if (kind === 'display_data') this.#add(record, { output_type: 'display_data', data, metadata }, displayId);
  }

  #add(record: Recorded[], output: CellOutput, displayId: string | undefined): void {
    const size = JSON.stringify(output).length;
    record.push({ output, displayId, size });
    this.#grown(size);
  }

  /** Updates come under any cell. */
  #update(displayId: string, output: CellOutput): void {
    for (const record of this.#records.values()) {
      const shown = record.find((recorded) => recorded.displayId === displayId);
      if (shown === undefined) continue;
      const size = JSON.stringify(output).length;
      const grown = size - shown.size;
      shown.output = output;
      shown.size = size;
      this.#grown(grown);
      return;
    }
  }

  #grown(by: number): void {
    this.#size += by;
    for (const oldest of this.#records.keys()) {
      if (this.#size <= KEPT_MAX) return;
      this.forget(oldest);
    }
  }
}
