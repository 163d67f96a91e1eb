/**
 * Values of the main thread as the inspector shows them from here, made into the debug adapter protocol's variables.
 * What can be opened gets a number; the numbers of a pause mean nothing after it.
 */
import type { Debugger, Runtime } from 'node:inspector';

export interface Variable {
  readonly name: string;
  readonly value: string;
  readonly type?: string;
  /** 0: there is nothing inside. */
  readonly variablesReference: number;
  readonly evaluateName?: string;
}

/** What a number stands for: it lists what is inside. */
export type Opener = () => Promise<Variable[]>;

export type Post = (method: string, params: object) => Promise<unknown>;

/** An object is shown up to so many properties, a list in parts of so many elements. */
const PROPERTIES_MAX = 500;
const PART = 100;
const TEXT_MAX = 1000;

interface Listed {
  readonly result: readonly Runtime.PropertyDescriptor[];
  readonly internalProperties?: readonly Runtime.InternalPropertyDescriptor[];
}

export class RemoteValues {
  readonly #post: Post;
  /** The engine's name for all that was found. */
  readonly group: string;
  /** JupyterLab's tree shows the value of what has no type, and else only its type. */
  omitsTypes = false;
  readonly #openers: Map<number, Opener>;
  readonly #nextReference: () => number;

  /** @param group what is found is held for, until `forget`. */
  constructor(post: Post, group: string, nextReference: () => number) {
    this.#post = post;
    this.group = group;
    this.#openers = new Map();
    this.#nextReference = nextReference;
  }

  reference(opener: Opener): number {
    const reference = this.#nextReference();
    this.#openers.set(reference, opener);
    return reference;
  }

  open(reference: number): Promise<Variable[]> | undefined {
    return this.#openers.get(reference)?.();
  }

  /** The engine may collect what was shown. */
  async forget(): Promise<void> {
    this.#openers.clear();
    await this.#post('Runtime.releaseObjectGroup', { objectGroup: this.group });
  }

  variable(name: string, value: Runtime.RemoteObject): Variable {
    const { objectId } = value;
    const reference = objectId === undefined ? 0 : this.reference(() => this.inside(objectId, value));
    const type = this.omitsTypes ? {} : { type: typeOf(value) };
    return { name, value: textOf(value), ...type, variablesReference: reference, evaluateName: name };
  }

  /** What a value holds. */
  async inside(objectId: string, value?: Runtime.RemoteObject): Promise<Variable[]> {
    const length = lengthOf(value);
    if (length !== undefined && length > PART) return this.#parts(objectId, 0, length);
    const entries =
      value?.subtype === 'map' || value?.subtype === 'set' ? await this.#entries(objectId, value.subtype) : [];
    return [...entries, ...(await this.properties(objectId))];
  }

  /** An object's own properties, without asking getters. */
  async properties(objectId: string): Promise<Variable[]> {
    const params = { objectId, ownProperties: true, generatePreview: true };
    const { result, internalProperties = [] } = (await this.#post('Runtime.getProperties', params)) as Listed;
    const shown = result.slice(0, PROPERTIES_MAX).map((property) => this.#property(property));
    const isTelling = (name: string): boolean => name === '[[PromiseState]]' || name === '[[PromiseResult]]';
    const internal = internalProperties.flatMap(({ name, value }) =>
      isTelling(name) && value !== undefined ? [this.variable(name, value)] : [],
    );
    const left = result.length - shown.length;
    return [...internal, ...shown, ...(left > 0 ? [note(`… ${left} more`)] : [])];
  }

  #property({ name, value, get, set }: Runtime.PropertyDescriptor): Variable {
    if (value !== undefined) return this.variable(name, value);
    // Newer engines tell a variable above its declaration from one that is undefined.
    const isVariable = get === undefined && set === undefined;
    return { name, value: isVariable ? 'not initialized' : '(…)', variablesReference: 0 };
  }

  /** A long list, in parts of parts. */
  async #parts(objectId: string, start: number, end: number): Promise<Variable[]> {
    const count = end - start;
    if (count <= PART) return this.#elements(objectId, start, end);
    const step = PART ** Math.ceil(Math.log(count) / Math.log(PART) - 1);
    return Array.from({ length: Math.ceil(count / step) }, (_, index) => {
      const from = start + index * step;
      const to = Math.min(end, from + step);
      const reference = this.reference(() => this.#parts(objectId, from, to));
      return { name: `[${from} … ${to - 1}]`, value: '', variablesReference: reference };
    });
  }

  async #elements(objectId: string, start: number, end: number): Promise<Variable[]> {
    const list = await this.#call(
      objectId,
      'function (start, end) { const part = {}; for (let i = start; i < end; i++) part[i] = this[i]; return part }',
      [start, end],
    );
    return list.objectId === undefined ? [] : this.properties(list.objectId);
  }

  /** The first entries: of a map under their keys. */
  async #entries(objectId: string, kind: 'map' | 'set'): Promise<Variable[]> {
    const list = await this.#call(
      objectId,
      'function (most) { const list = []; for (const entry of this.entries()) { if (list.length === 2 * most) break; list.push(entry[0], entry[1]) } return list }',
      [PART],
    );
    const found = list.objectId === undefined ? [] : await this.properties(list.objectId);
    const values = found.filter(({ name }) => name !== 'length');
    return values.flatMap((variable, index) => {
      if (index % 2 === 0) return [];
      const name = kind === 'map' ? (values[index - 1]?.value ?? '') : String((index - 1) / 2);
      const { evaluateName: _, ...entry } = variable;
      return [{ ...entry, name: `[${name}]` }];
    });
  }

  /** Calls a function of ours with a value as its `this`. */
  async #call(objectId: string, functionDeclaration: string, values: number[]): Promise<Runtime.RemoteObject> {
    const params = {
      objectId,
      functionDeclaration,
      arguments: values.map((value) => ({ value })),
      objectGroup: this.group,
      generatePreview: true,
    };
    return ((await this.#post('Runtime.callFunctionOn', params)) as Runtime.CallFunctionOnReturnType).result;
  }
}

/** A value in one line. */
export function textOf(value: Runtime.RemoteObject): string {
  const { type, subtype, description = '', unserializableValue, preview } = value;
  if (type === 'string') return cut(JSON.stringify(value.value));
  if (subtype === 'null' || type === 'undefined') return subtype ?? type;
  if (unserializableValue !== undefined) return unserializableValue;
  if (type === 'function') return cut((description.split('\n')[0] ?? '').replace(/\s*\{$/, ''));
  if (type !== 'object') return description === '' ? String(value.value) : description;
  if (subtype === 'error' || subtype === 'date' || subtype === 'regexp') return cut(description.split('\n')[0] ?? '');
  return cut(preview === undefined ? description : previewOf(preview));
}

function previewOf({ subtype, description = '', properties, entries, overflow }: Runtime.ObjectPreview): string {
  const rest = overflow ? ['…'] : [];
  if (entries !== undefined) {
    const shown = entries.map(({ key, value }) => `${key === undefined ? '' : `${brief(key)} => `}${brief(value)}`);
    return `${description} {${[...shown, ...rest].join(', ')}}`;
  }
  const valueOf = ({ type, value = '' }: Runtime.PropertyPreview): string =>
    type === 'string' ? JSON.stringify(value) : value === 'Object' ? '{…}' : value;
  if (subtype === 'array' || subtype === 'typedarray') {
    return `${description} [${[...properties.map(valueOf), ...rest].join(', ')}]`;
  }
  const shown = properties.map((property) => `${property.name}: ${valueOf(property)}`);
  return `${description === 'Object' ? '' : `${description} `}{${[...shown, ...rest].join(', ')}}`;
}

function brief({ type, description = '' }: Runtime.ObjectPreview): string {
  return type === 'string' ? JSON.stringify(description) : description;
}

function typeOf({ type, subtype, className }: Runtime.RemoteObject): string {
  return subtype === 'null' ? 'null' : (className ?? type);
}

/** Of arrays and typed arrays: the engine writes `Array(3)`. */
function lengthOf(value: Runtime.RemoteObject | undefined): number | undefined {
  if (value?.subtype !== 'array' && value?.subtype !== 'typedarray') return undefined;
  const length = /\((\d+)\)$/.exec(value.description ?? '')?.[1];
  return length === undefined ? undefined : Number(length);
}

function note(text: string): Variable {
  return { name: text, value: '', variablesReference: 0 };
}

function cut(text: string): string {
  return text.length <= TEXT_MAX ? text : `${text.slice(0, TEXT_MAX)}…`;
}

/** The kinds of scope that are a function's own, from the inside out. */
export function isLocal({ type }: Debugger.Scope): boolean {
  return ['block', 'local', 'catch', 'eval', 'with'].includes(type);
}
