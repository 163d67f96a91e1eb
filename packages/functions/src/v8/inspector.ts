/**
 * What no language feature shows: the variables that a function closes over, the target of a bound function, private
 * members. V8's inspector tells them, synchronously, without its debugger being on.
 *
 * Values are passed through a private context, so that this works inside of any `vm` context (jest, a notebook). One
 * session per thread, made at first use; nothing that it hands out is kept.
 */
import { randomUUID } from 'node:crypto';
import { Session } from 'node:inspector';
import type { Runtime } from 'node:inspector';
import { createContext, runInContext, Script as VmScript, type Context } from 'node:vm';

export interface ScopeView {
  /** As V8 says it: `Closure (f)`, `Block`, `Module`, `Script`, `Global`, `With Block`, `Catch`. */
  readonly description: string;
  /** The variables and their values now; of `Global` the global object itself. */
  readonly variables: Readonly<Record<string, unknown>>;
}

/** What {@link variableIn} gives of a variable whose declaration has not run yet. */
export const uninitialized = Symbol('uninitialized');

/** The value of a variable of a scope. One whose declaration has not run yet can't be read since V8 12 (Node 22); before, it is shown as `undefined`. */
export function variableIn(variables: ScopeView['variables'], name: string): unknown {
  try {
    return variables[name];
  } catch {
    return uninitialized;
  }
}

export interface FunctionView {
  /** From the innermost; empty for native functions. */
  readonly scopes: readonly ScopeView[];
  readonly location: { readonly scriptId: string; readonly line: number; readonly column: number } | undefined;
  readonly bound: { readonly target: unknown; readonly self: unknown; readonly args: readonly unknown[] } | undefined;
}

export interface PrivateMember {
  /** With its `#`. */
  readonly name: string;
  readonly value: unknown;
}

/** What is to be set. */
export interface PrivateField extends PrivateMember {
  readonly instance: object;
}

export interface Script {
  readonly url: string;
  readonly isModule: boolean;
  /** What its last comment says; empty when there is none. */
  readonly sourceMapUrl: string;
}

/** The protocol's reply, with what its published types leave out. */
interface Properties extends Runtime.GetPropertiesReturnType {
  readonly privateProperties?: readonly { readonly name: string; readonly value?: Runtime.RemoteObject }[];
}

/** As V8 shows `[[Scopes]]`. */
type ScopeList = ArrayLike<{ readonly description: string; readonly object: Record<string, unknown> }>;

interface Slot {
  subject: unknown;
  taken: unknown;
}

const objectGroup = 'covey-functions';
/** Run in a context with microtasks of its own, it runs those. */
const runWaiting = new VmScript('0');
/** Handles are let go at the latest after so many functions were looked at. */
const handlesOfLooks = 256;
const fieldsAtOnce = 64;
const looksAtOnce = 256;
/** Node's own, whoever replaces the global one to watch user code's timers. */
const inNextTurn = setImmediate;

class Inspector {
  readonly #session = new Session();
  readonly #context: Context;
  readonly #slot: Slot;
  readonly #contextId: number;
  /** Asked for right after the script itself, and rarely again. */
  #lastSource: { readonly id: string; readonly text: string } | undefined;
  readonly #scripts = new Map<string, Script>();
  #looks = 0;
  #releaseIsDue = false;

  constructor() {
    this.#session.connect();
    // Tells our context's announcement from all others, those of another copy of this module included.
    const contextName = `covey-functions-${randomUUID()}`;
    const options = { name: contextName, microtaskMode: 'afterEvaluate' } as const;
    this.#context = createContext({ subject: undefined, taken: undefined }, options);
    this.#slot = runInContext('globalThis', this.#context) as Slot;
    let contextId: number | undefined;
    const listen = ({ params }: { params: Runtime.ExecutionContextCreatedEventDataType }): void => {
      if (params.context.name === contextName) contextId ??= params.context.id;
    };
    this.#session.on('Runtime.executionContextCreated', listen);
    this.#post('Runtime.enable');
    this.#post('Runtime.disable');
    this.#session.off('Runtime.executionContextCreated', listen);
    if (contextId === undefined) throw new Error('The inspector does not show the context that was just made.');
    this.#contextId = contextId;
    this.#session.on('Debugger.scriptParsed', ({ params }) => {
      if (this.#scripts.has(params.scriptId)) return;
      this.#scripts.set(params.scriptId, {
        url: params.url,
        isModule: params.isModule === true,
        sourceMapUrl: params.sourceMapURL ?? '',
      });
    });
  }

  /** What V8 knows about a function. The handles behind it are kept until `release` and the end of the turn. */
  look(subject: unknown): FunctionView {
    return this.#viewsOf([this.#propertiesOf(this.#handleOf(subject))])[0] as FunctionView;
  }

  /** As {@link look} for several functions, in a message each and three more instead of three each. */
  lookAtAll(subjects: readonly unknown[]): FunctionView[] {
    const views: FunctionView[] = [];
    for (let at = 0; at < subjects.length; at += looksAtOnce) {
      const some = subjects.slice(at, at + looksAtOnce);
      const { result } = this.#propertiesOf(this.#handleOf(some));
      const handles = result.slice(0, some.length).map(({ value }) => value?.objectId);
      views.push(...this.#viewsOf(handles.map((handle) => this.#propertiesOf(handle))));
    }
    return views;
  }

  #viewsOf(all: readonly Properties[]): FunctionView[] {
    const internals = all.map(
      ({ internalProperties = [] }) => new Map(internalProperties.map(({ name, value }) => [name, value])),
    );
    const lists = internals.flatMap((internal) => internal.get('[[Scopes]]')?.objectId ?? []);
    const taken = lists.length === 0 ? [] : this.#takeAll(lists.map((objectId) => ({ objectId })));
    let next = 0;
    return internals.map((internal) => {
      const scopes = internal.get('[[Scopes]]') === undefined ? [] : (taken[next++] as ScopeList);
      const location = internal.get('[[FunctionLocation]]')?.value as
        { scriptId: string; lineNumber: number; columnNumber: number } | undefined;
      return {
        scopes: Array.from(scopes, ({ description, object }) => ({ description, variables: object })),
        location:
          location === undefined
            ? undefined
            : { scriptId: location.scriptId, line: location.lineNumber, column: location.columnNumber },
        bound: internal.has('[[BoundArgs]]')
          ? {
              target: this.#takeRemote(internal.get('[[TargetFunction]]')),
              self: this.#takeRemote(internal.get('[[BoundThis]]')),
              args: this.#takeRemote(internal.get('[[BoundArgs]]')) as unknown[],
            }
          : undefined,
      };
    });
  }

  /** The private members of an object or class, in the order in which they were installed. */
  privates(subject: object): PrivateMember[] {
    const found = this.#propertiesOf(this.#handleOf(subject)).privateProperties ?? [];
    return found.flatMap(({ name, value }) => (value === undefined ? [] : [{ name, value: this.#takeRemote(value) }]));
  }

  /**
   * The values of private fields of several instances that all have them, each in the order of the names, which must be distinct: many
   * times faster than {@link privates}. Undefined when V8 doesn't tell, because one of them lacks a field.
   */
  fieldsOf(instances: readonly object[], names: readonly string[]): unknown[][] | undefined {
    this.#slot.subject = instances;
    const reads = instances.map((_, at) => `[${names.map((name) => `subject[${at}].${name}`).join(',')}]`);
    this.#runInConsole(`taken = [${reads.join(',')}]; 0`);
    const { taken } = this.#slot;
    this.#slot.subject = undefined;
    this.#slot.taken = undefined;
    return taken as unknown[][] | undefined;
  }

  /** Sets private fields. V8 knows their names in its console, outside of any block. */
  setPrivates(fields: readonly PrivateField[]): void {
    for (let at = 0; at < fields.length; at += fieldsAtOnce) this.#setPrivates(fields.slice(at, at + fieldsAtOnce));
  }

  #setPrivates(fields: readonly PrivateField[]): void {
    this.#slot.subject = fields;
    const sets = fields.map(({ name }, at) => `subject[${at}].instance.${name} = subject[${at}].value;`);
    this.#runInConsole(`${sets.join('')} taken = subject; 0`);
    const isDone = this.#slot.taken === fields;
    this.#slot.subject = undefined;
    this.#slot.taken = undefined;
    if (!isDone) throw new TypeError('V8 does not set these private fields from outside.');
  }

  /**
   * The console may await, so its answer comes by a promise. It is waited for by running what waits in the context: V8 12 ends the process when such a
   * promise is collected before its answer has come.
   */
  #runInConsole(expression: string): void {
    this.#session.post('Runtime.evaluate', {
      expression,
      contextId: this.#contextId,
      objectGroup,
      replMode: true,
      silent: true,
    });
    runWaiting.runInContext(this.#context);
  }

  /** Lets go of all that was looked at: once a turn, since that takes a quarter of the time of looking. */
  release(): void {
    this.#slot.subject = undefined;
    this.#slot.taken = undefined;
    if (this.#looks >= handlesOfLooks) this.#releaseHandles();
    if (this.#releaseIsDue || this.#looks === 0) return;
    this.#releaseIsDue = true;
    inNextTurn(() => {
      this.#releaseIsDue = false;
      this.#releaseHandles();
    });
  }

  #releaseHandles(): void {
    this.#looks = 0;
    this.#post('Runtime.releaseObjectGroup', { objectGroup });
  }

  /** Where a script came from. V8 tells it only while its debugger is on, which takes milliseconds: once a new script. */
  script(id: string): Script | undefined {
    const known = this.#scripts.get(id);
    if (known !== undefined) return known;
    this.#post('Debugger.enable');
    try {
      const script = this.#scripts.get(id);
      if (script !== undefined) this.#readSource(id);
      else this.#scripts.set(id, { url: '', isModule: false, sourceMapUrl: '' });
    } finally {
      this.#post('Debugger.disable');
    }
    return this.#scripts.get(id);
  }

  /** The module that was loaded last from a URL, among the scripts that are known without asking. */
  moduleAt(url: string): string | undefined {
    let found: string | undefined;
    for (const [id, script] of this.#scripts) if (script.url === url && script.isModule) found = id;
    return found;
  }

  /** The source map of what was loaded last from a URL. Functions decoded here have the same URL, and none. */
  sourceMapAt(url: string): string | undefined {
    let found: string | undefined;
    for (const script of this.#scripts.values()) {
      if (script.url === url && script.sourceMapUrl !== '') found = script.sourceMapUrl;
    }
    return found;
  }

  /** The text of a script as V8 runs it. */
  source(id: string): string {
    if (this.#lastSource?.id === id) return this.#lastSource.text;
    this.#post('Debugger.enable');
    try {
      return this.#readSource(id);
    } finally {
      this.#post('Debugger.disable');
    }
  }

  #readSource(id: string): string {
    const text = this.#call<{ scriptSource: string }>('Debugger.getScriptSource', { scriptId: id }).scriptSource;
    this.#lastSource = { id, text };
    return text;
  }

  #handleOf(subject: unknown): string | undefined {
    this.#slot.subject = subject;
    const { result } = this.#call<Runtime.EvaluateReturnType>('Runtime.evaluate', {
      expression: 'subject',
      contextId: this.#contextId,
      objectGroup,
      silent: true,
    });
    return result.objectId;
  }

  #propertiesOf(objectId: string | undefined): Properties {
    if (objectId === undefined) throw new TypeError('Only objects can be inspected.');
    this.#looks++;
    return this.#call<Properties>('Runtime.getProperties', { objectId, ownProperties: true });
  }

  #takeRemote(remote: Runtime.RemoteObject | undefined): unknown {
    if (remote === undefined) return undefined;
    if (remote.objectId !== undefined) return this.#takeAll([{ objectId: remote.objectId }])[0];
    if (remote.unserializableValue !== undefined) {
      return this.#takeAll([{ unserializableValue: remote.unserializableValue }])[0];
    }
    if (remote.type === 'undefined') return undefined;
    return remote.subtype === 'null' ? null : remote.value;
  }

  /** The live values behind handles. */
  #takeAll(handles: readonly Runtime.CallArgument[]): unknown[] {
    this.#call('Runtime.callFunctionOn', {
      functionDeclaration: 'function (...values) { taken = values; }',
      executionContextId: this.#contextId,
      arguments: handles,
      objectGroup,
      silent: true,
    });
    const { taken } = this.#slot;
    this.#slot.taken = undefined;
    return taken as unknown[];
  }

  #post(method: string, params?: object): void {
    this.#call(method, params);
  }

  #call<T>(method: string, params?: object): T {
    let reply: { error: Error | null; result: unknown } | undefined;
    this.#session.post(method, params, (error: Error | null, result?: object) => {
      reply = { error, result };
    });
    if (reply === undefined) throw new Error(`The inspector did not answer ${method} at once.`);
    if (reply.error !== null) throw new Error(`${method}: ${reply.error.message}`, { cause: reply.error });
    return reply.result as T;
  }
}

let inspector: Inspector | undefined;

/** This thread's inspector, if it was made. */
export function inspectorInUse(): Inspector | undefined {
  return inspector;
}

/** This thread's inspector, made at first use. */
export function inspect(): Inspector {
  return (inspector ??= new Inspector());
}

export type { Inspector };
