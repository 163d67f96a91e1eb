/**
 * `display(value)` and its relatives: rich output from anywhere in a cell.
 */
import { randomUUID } from 'node:crypto';
import type { ToldDisplay } from '@covey/protocol/bridge';
import { named } from '../cluster/live/drawing.js';
import { LiveDisplays } from '../cluster/live/live-displays.js';
import type { NotebookScope } from '../cells/notebook-scope.js';
import type { RequestId } from '../channel/messages.js';
import type { Output } from '../execution/output.js';
import { vegaType } from './elements.js';
import { bundleNow, bundleOf } from './mime-bundle.js';
import type { MimeBundle } from './mime-bundle.js';
import { Progress } from './progress.js';
import { textOf } from './text.js';

/** What was displayed, to be replaced later. */
export class DisplayHandle {
  readonly id: string;
  readonly #show: (value: unknown) => void;

  constructor(id: string, show: (value: unknown) => void) {
    this.id = id;
    this.#show = show;
  }

  /** Without asking it: of a proxy, `instanceof` runs a trap. */
  static is(value: object): boolean {
    return #show in value;
  }

  /** Shows another value in its place, everywhere that it is shown. */
  update(value: unknown): void {
    this.#show(value);
  }
}

/** What stands for something that is shown already: as a cell's result it is not shown again. */
export function isShown(value: unknown): boolean {
  return typeof value === 'object' && value !== null && (DisplayHandle.is(value) || Progress.is(value));
}

export interface DisplayOptions {
  /** To be updated under; one of its own by default. */
  readonly id?: string;
}

type ToBundle = (value: unknown) => MimeBundle | Promise<MimeBundle>;

/** Functions of `display` for one MIME type each. */
const textTypes = {
  html: 'text/html',
  svg: 'image/svg+xml',
  markdown: 'text/markdown',
  latex: 'text/latex',
  text: 'text/plain',
} as const;
const jsonTypes = {
  json: 'application/json',
  vega: 'application/vnd.vega.v5+json',
  vegaLite: 'application/vnd.vegalite.v5+json',
} as const;
const imageTypes = { png: 'image/png', jpeg: 'image/jpeg', gif: 'image/gif', webp: 'image/webp' } as const;

export class Displays {
  readonly #output: Output;
  readonly #onError: (error: unknown) => void;
  /** What cells displayed that has yet to say what it looks like. */
  readonly #late = new Map<RequestId, Set<Promise<void>>>();
  readonly #live: LiveDisplays;

  /**
   * @param onError a value could not say what it looks like.
   * @param tell front ends that draw displays themselves hear how a live one is now.
   */
  constructor(output: Output, onError: (error: unknown) => void, tell: (display: ToldDisplay) => void) {
    this.#output = output;
    this.#onError = onError;
    this.#live = new LiveDisplays({
      // Updates are found by their display's id. Front ends without a person hear only what belongs to the cell that runs.
      publish: (id, data) => output.under(output.latest, () => this.#publish({ data, metadata: {} }, id, true)),
      tell,
    });
  }

  show(value: unknown, id: string, toBundle: ToBundle = bundleOf, isUpdate = false): void {
    const bundle = toBundle === bundleOf ? this.bundleOf(value) : toBundle(value);
    const { cell } = this.#output;
    const publish = (ready: MimeBundle): void => {
      this.#publish(ready, id, isUpdate);
      this.#live.follow(id, toBundle === bundleOf ? value : undefined, ready.data);
    };
    if (!(bundle instanceof Promise)) {
      publish(bundle);
      return;
    }
    const ofCell = this.#late.get(cell) ?? new Set();
    this.#late.set(cell, ofCell);
    const late = bundle
      .then((ready) => this.#output.under(cell, () => publish(ready)))
      .catch((error: unknown) => this.#onError(error))
      .finally(() => {
        ofCell.delete(late);
        if (ofCell.size === 0) this.#late.delete(cell);
      });
    ofCell.add(late);
  }

  /** What a value looks like. That it can't say so is told, and fails nobody: then it is shown as any other. */
  bundleOf(value: unknown): MimeBundle | Promise<MimeBundle> {
    const shownAnyway = (error: unknown): MimeBundle => {
      this.#onError(error);
      return bundleNow(value);
    };
    try {
      const bundle = bundleOf(value);
      return bundle instanceof Promise ? bundle.catch(shownAnyway) : bundle;
    } catch (error) {
      return shownAnyway(error);
    }
  }

  /** Resolves when all that a cell displayed so far is shown; nothing when it is. */
  pendingOf(cell: RequestId): Promise<unknown> | undefined {
    const late = this.#late.get(cell);
    return late === undefined ? undefined : Promise.all(late);
  }

  /** Whether a front end is there that draws live displays itself. */
  set areDrawn(areDrawn: boolean) {
    this.#live.isDrawn = areDrawn;
  }

  /** Live displays as they are now. */
  list(): ToldDisplay[] {
    return this.#live.list();
  }

  /** Shows futures as they are now, wherever they were displayed. */
  refresh(): void {
    this.#live.refresh();
  }

  /** Resolves when also what clusters say of themselves is shown as it is now; nothing when nothing of the kind is shown. */
  lastLook(): Promise<unknown> | undefined {
    return this.#live.lastLook();
  }

  #publish({ data, metadata }: MimeBundle, id: string, isUpdate: boolean): void {
    const kind = isUpdate ? 'update_display_data' : 'display_data';
    this.#output.publish(kind, { data: named(data, id), metadata, transient: { display_id: id } });
  }
}

export function provideDisplay(scope: NotebookScope, output: Output, displays: Displays): void {
  const displayer =
    (toBundle: ToBundle) =>
    (value: unknown, options: DisplayOptions = {}): DisplayHandle => {
      const id = options.id ?? randomUUID();
      displays.show(value, id, toBundle);
      return new DisplayHandle(id, (next) => displays.show(next, id, toBundle, true));
    };
  const ofType =
    (type: string | ((value: unknown) => string), convert: (value: unknown) => unknown, plain?: string): ToBundle =>
    (value) => {
      const key = typeof type === 'string' ? type : type(value);
      return { data: { 'text/plain': plain ?? textOf(value), [key]: convert(value) }, metadata: {} };
    };
  const vegaOr = (otherwise: string) => (value: unknown) =>
    vegaType((value as { $schema?: unknown } | null)?.$schema) ?? otherwise;
  const asItIs = (value: unknown): unknown => value;
  const display = Object.assign(displayer(bundleOf), {
    ...mapValues(textTypes, (type) => displayer((value) => ({ data: textBundle(type, String(value)), metadata: {} }))),
    json: displayer(ofType(jsonTypes.json, asJson)),
    vega: displayer(ofType(vegaOr(jsonTypes.vega), asItIs, '<Vega>')),
    vegaLite: displayer(ofType(vegaOr(jsonTypes.vegaLite), asItIs, '<Vega-Lite>')),
    ...mapValues(imageTypes, (type) => displayer(ofType(type, base64Of, `<${type}>`))),
    /** A bundle of one's own: data by MIME type. */
    bundle: displayer((data) => ({ data: data as MimeBundle['data'], metadata: {} })),
    /** Replaces what was displayed under an id. */
    update: (id: string, value: unknown) => displays.show(value, id, bundleOf, true),
    /** Takes the cell's output away; with `wait`, once something else comes. */
    clear: (wait = false) => output.publish('clear_output', { wait }),
    /** A bar for a number of steps, or for walking through something. */
    progress: (over: number | Iterable<unknown> | AsyncIterable<unknown>, label = '') => {
      const { cell } = output;
      const id = randomUUID();
      const show = (data: MimeBundle['data'], isUpdate: boolean): void =>
        output.under(cell, () => displays.show(undefined, id, () => ({ data, metadata: {} }), isUpdate));
      return new Progress(over, String(label), show);
    },
  });
  scope.provide('display', display);
}

/** Collections as what JSON has for them; what JSON has nothing for throws here, in the line that displays it. */
function asJson(value: unknown): unknown {
  const text = JSON.stringify(value, (_, part: unknown) => {
    if (part instanceof Map) return Object.fromEntries(part as Map<PropertyKey, unknown>);
    return part instanceof Set ? [...(part as Set<unknown>)] : part;
  }) as string | undefined;
  return text === undefined ? null : (JSON.parse(text) as unknown);
}

/** HTML and the like also as text, for who shows nothing else. */
function textBundle(type: string, text: string): Record<string, string> {
  if (type === 'text/html' || type === 'image/svg+xml') return { [type]: text, 'text/plain': `<${type}>` };
  return { 'text/plain': text, [type]: text };
}

function base64Of(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value instanceof ArrayBuffer) return Buffer.from(value).toString('base64');
  if (ArrayBuffer.isView(value))
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64');
  throw new TypeError('An image is given as bytes, or as text in base64.');
}

function mapValues<K extends string, V, R>(record: Readonly<Record<K, V>>, map: (value: V) => R): Record<K, R> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value as V)])) as Record<K, R>;
}
