/**
 * Where the main thread stands while it is paused: the frames of the user's own code, and what is in scope in each.
 */
import { fileURLToPath } from 'node:url';
import { basename } from 'node:path';
import type { Debugger } from 'node:inspector';
import { PARAMETERS } from '../cells/compile-cell.js';
import { isLocal } from './remote-values.js';
import type { RemoteValues, Variable } from './remote-values.js';

export interface Script {
  readonly url: string;
  /** Of the cell from which it was made. */
  readonly cellPath: string | undefined;
}

export interface StackFrame {
  readonly id: number;
  readonly name: string;
  readonly line: number;
  readonly column: number;
  readonly source?: { readonly name: string; readonly path: string };
  readonly presentationHint: 'normal' | 'subtle';
}

export interface Scope {
  readonly name: string;
  readonly variablesReference: number;
  readonly expensive: boolean;
}

interface Frame {
  readonly shown: StackFrame;
  readonly call: Debugger.CallFrame;
  readonly script: Script;
}

/** The line on which the function that a cell was made into begins: the one before the author's first. */
const HEAD_LINE = -1;

export class PausedFrames {
  readonly #frames: readonly Frame[];
  readonly #values: RemoteValues;

  constructor(calls: readonly Debugger.CallFrame[], scripts: ReadonlyMap<string, Script>, values: RemoteValues) {
    this.#values = values;
    this.#frames = calls.flatMap((call, index): Frame[] => {
      const script = scripts.get(call.location.scriptId);
      if (script === undefined || isHidden(script.url)) return [];
      return [{ call, script, shown: shownFrame(index + 1, call, script) }];
    });
  }

  get list(): StackFrame[] {
    return this.#frames.map(({ shown }) => shown);
  }

  get isEmpty(): boolean {
    return this.#frames.length === 0;
  }

  get calls(): Debugger.CallFrame[] {
    return this.#frames.map(({ call }) => call);
  }

  find(id: unknown): Debugger.CallFrame | undefined {
    return this.#frames.find(({ shown }) => shown.id === id)?.call;
  }

  /** @param notebook lists the notebook's variables. */
  async scopes(id: unknown, notebook: () => Promise<Variable[]>): Promise<Scope[]> {
    const frame = this.#frames.find(({ shown }) => shown.id === id);
    if (frame === undefined) return [];
    const { own, around, global } = partsOf(frame);
    const locals = await this.#merged(own);
    const { this: self } = frame.call;
    const hasSelf =
      self.type === 'object' && self.subtype !== 'null' && self.className !== 'global' && !isCellBody(frame);
    const scopes: [string, Variable[]][] = [
      ['Locals', hasSelf ? [this.#values.variable('this', self), ...locals] : locals],
      ['Closure', await this.#merged(around)],
    ];
    const named = scopes
      .filter(([, variables]) => variables.length > 0)
      .map(([name, variables]) => this.#scope(name, () => Promise.resolve(variables)));
    const objectId = global?.object.objectId;
    const globals = objectId === undefined ? [] : [this.#scope('Globals', () => this.#values.properties(objectId))];
    return [...named, this.#scope('Notebook', notebook), ...globals];
  }

  /** Names that code in a frame can see, without the notebook's and the globals. */
  async localNames(id: unknown): Promise<Set<string>> {
    const frame = this.#frames.find(({ shown }) => shown.id === id);
    if (frame === undefined) return new Set();
    const { own, around } = partsOf(frame);
    return new Set((await this.#merged([...own, ...around])).map(({ name }) => name));
  }

  #scope(name: string, opener: () => Promise<Variable[]>): Scope {
    return { name, variablesReference: this.#values.reference(opener), expensive: false };
  }

  /** Variables of nested scopes; an inner one hides an outer one of its name. */
  async #merged(scopes: readonly Debugger.Scope[]): Promise<Variable[]> {
    const merged = new Map<string, Variable>();
    for (const { object } of scopes) {
      if (object.objectId === undefined) continue;
      for (const variable of await this.#values.properties(object.objectId)) {
        const isOurs = (PARAMETERS as readonly string[]).includes(variable.name);
        if (!isOurs && !merged.has(variable.name)) merged.set(variable.name, variable);
      }
    }
    return [...merged.values()];
  }
}

/** The kernel's own code and Node's: nobody wants to see it or step through it. */
export const hiddenPatterns: readonly string[] = ['[/\\\\]bundle[/\\\\](?:kernel|cells|lazy-[\\w-]+)\\.cjs$', '^node:'];
const hidden = hiddenPatterns.map((pattern) => new RegExp(pattern));

export function isHidden(url: string): boolean {
  return hidden.some((pattern) => pattern.test(url));
}

/** The file of a script; cells have none. */
export function pathOfUrl(url: string): string {
  return url.startsWith('file:') ? fileURLToPath(url) : url;
}

function shownFrame(id: number, call: Debugger.CallFrame, script: Script): StackFrame {
  const path = script.cellPath ?? pathOfUrl(script.url);
  const isBody = call.functionName === '' && isCellBody({ call, script });
  return {
    id,
    name: call.functionName !== '' ? call.functionName : isBody ? basename(script.url, '.ts') : '(anonymous)',
    // Lines are the author's, columns the compiler's.
    line: call.location.lineNumber + 1,
    column: 1,
    ...(path === '' ? {} : { source: { name: basename(script.url), path } }),
    presentationHint: /[/\\]node_modules[/\\]/.test(path) ? 'subtle' : 'normal',
  };
}

function isCellBody({ call, script }: Pick<Frame, 'call' | 'script'>): boolean {
  return script.cellPath !== undefined && call.functionLocation?.lineNumber === HEAD_LINE;
}

/** A function's own scopes, those around it, and the globals. What a cell declares at its top is the notebook's. */
function partsOf(frame: Frame): {
  own: Debugger.Scope[];
  around: Debugger.Scope[];
  global: Debugger.Scope | undefined;
} {
  const chain = frame.call.scopeChain;
  const end = chain.findIndex((scope) => scope.type === 'local' || !isLocal(scope));
  const hasLocal = chain[end]?.type === 'local';
  const own = chain.slice(0, hasLocal && !isCellBody(frame) ? end + 1 : end);
  const around = chain.slice(hasLocal ? end + 1 : end).filter(({ type }) => type !== 'global');
  return { own, around, global: chain.find(({ type }) => type === 'global') };
}
