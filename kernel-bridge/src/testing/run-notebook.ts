/**
 * Runs a notebook from top to bottom in a kernel of its own, without a person: what `nbconvert --execute` does, where there is
 * no Python. A cell that fails ends the run.
 */
import { KernelClient, parentOf } from './kernel-client.js';
import type { Dictionary, Message } from '../protocol/message.js';

/** A notebook file, as far as it matters here; the rest is kept as it is. */
export interface Notebook {
  readonly cells: readonly Cell[];
  readonly [more: string]: unknown;
}

export interface Cell {
  readonly cell_type: string;
  readonly id: string;
  readonly source: string | readonly string[];
  readonly metadata: { readonly tags?: readonly string[] };
  readonly outputs?: readonly Dictionary[];
  readonly execution_count?: number | null;
}

export interface NotebookRun {
  /** With the outputs of this run. */
  readonly notebook: Notebook;
  /** What failed, and where; nothing when nothing did. */
  readonly error: string | undefined;
}

/** @param folder where packages and files of the notebook are looked for. */
export async function runNotebook(
  notebook: Notebook,
  folder: string,
  environment: NodeJS.ProcessEnv = {},
): Promise<NotebookRun> {
  const kernel = await KernelClient.start({ COVEY_WAIT: '1', FORCE_COLOR: '0', ...environment }, folder);
  try {
    const requests = new Map<string, string>();
    let error: string | undefined;
    for (const cell of notebook.cells) {
      if (cell.cell_type !== 'code') continue;
      const id = kernel.submit(textOf(cell.source), {}, { cellId: cell.id });
      requests.set(cell.id, id);
      const { reply } = await kernel.finished(id);
      if (reply['status'] === 'ok') continue;
      error = `${cell.id}: ${(reply['traceback'] as string[] | undefined)?.join('\n') ?? String(reply['status'])}`;
      break;
    }
    await kernel.close();
    const outputs = outputsOf(kernel.iopub);
    let count = 0;
    const cells = notebook.cells.map((cell) => {
      const request = requests.get(cell.id);
      if (cell.cell_type !== 'code') return cell;
      if (request === undefined) return { ...cell, execution_count: null, outputs: [] };
      return { ...cell, execution_count: ++count, outputs: outputs.get(request) ?? [] };
    });
    return { notebook: { ...notebook, cells }, error };
  } finally {
    await kernel.close();
  }
}

export function textOf(source: string | readonly string[]): string {
  return typeof source === 'string' ? source : source.join('');
}

/** As a notebook saves it: one line a string. */
export function linesOf(text: string): string[] {
  return text.split(/(?<=\n)/);
}

/** What stands in the end under each request: streams put together, displays as they were last. */
function outputsOf(messages: readonly Message[]): Map<string, Dictionary[]> {
  const byRequest = new Map<string, Dictionary[]>();
  const displays = new Map<unknown, { outputs: Dictionary[]; at: number }[]>();
  for (const message of messages) {
    const { header, content } = message;
    const request = String(parentOf(message));
    const outputs = byRequest.get(request) ?? [];
    byRequest.set(request, outputs);
    const { transient, ...saved } = content;
    const displayId = (transient as Dictionary | undefined)?.['display_id'];
    switch (header.msg_type) {
      case 'stream': {
        const last = outputs.at(-1);
        const isSame = last?.['output_type'] === 'stream' && last['name'] === content['name'];
        const before = isSame ? textOf(last['text'] as string[]) : '';
        if (isSame) outputs.pop();
        outputs.push({ name: content['name'], output_type: 'stream', text: linesOf(before + String(content['text'])) });
        break;
      }
      case 'display_data':
      case 'execute_result':
      case 'error':
        outputs.push({ ...inLines(saved), output_type: header.msg_type });
        if (displayId !== undefined) {
          displays.set(displayId, [...(displays.get(displayId) ?? []), { outputs, at: outputs.length - 1 }]);
        }
        break;
      case 'update_display_data':
        for (const place of displays.get(displayId) ?? []) {
          place.outputs[place.at] = { ...inLines(saved), output_type: 'display_data' };
        }
        break;
      case 'clear_output':
        outputs.length = 0;
        break;
      default:
    }
  }
  return byRequest;
}

function inLines(content: Dictionary): Dictionary {
  const { data, ...more } = content;
  if (typeof data !== 'object' || data === null) return content;
  const isText = (type: string, value: unknown): value is string =>
    typeof value === 'string' && !type.startsWith('image/png');
  const saved = Object.entries(data).map(([type, value]) => [
    type,
    isText(type, value) ? linesOf(value) : (value as unknown),
  ]);
  return { data: Object.fromEntries(saved) as Dictionary, ...more };
}
