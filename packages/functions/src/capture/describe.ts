/**
 * One function, as it is now: its text and what that tells, where it stands, and the variables that it closes over with
 * their values. Nothing here is about bytes.
 */
import { analyse } from '../analysis/analysis.js';
import type { Analysis } from '../analysis/analysis.js';
import type { NameUse } from '../analysis/free-names.js';
import { nameOf, textOf } from '../any-function.js';
import type { AnyFunction } from '../any-function.js';
import { ownProperty } from '../property.js';
import { inspect, variableIn } from '../v8/inspector.js';
import type { FunctionView } from '../v8/inspector.js';
import { builtInOf, isGlobalName, noteGlobal } from './intrinsics.js';
import { isInExpressionNamed, moduleFile } from './module-file.js';
import type { ImportedName, ModuleFile } from './module-file.js';
import { exportOfLoadedPackage, importOfPackage, isOwnModule } from './module-reference.js';
import type { ModuleExport } from './module-reference.js';
import { isHelperName } from './rewrite.js';
import { variableOf } from './scope-instances.js';
import type { ScopeInstance, ScopeInstances, Variable } from './scope-instances.js';

/** A name that a function takes from around it. */
/** Members of a module that are used; of those that are modules too, which of theirs. Undefined: all of it. */
export type UsedMembers = ReadonlyMap<string, readonly string[] | undefined>;

export interface Capture {
  readonly name: string;
  readonly uses: readonly NameUse[];
  readonly variable: Variable;
  /** Of a module's exports: the members that are used, when nothing else of it is. */
  readonly members: UsedMembers | undefined;
  /** It is an import of an installed package. */
  readonly reference: ModuleExport | undefined;
}

/** A name that it takes from around it, whose value nothing shows. */
export interface HiddenName {
  readonly name: string;
  readonly reason: 'function around' | 'key of a field';
}

export interface Description {
  readonly subject: AnyFunction;
  readonly analysis: Analysis;
  readonly isSloppy: boolean;
  readonly file: ModuleFile;
  readonly scriptId: string;
  /** Where its text begins, from zero. */
  readonly line: number;
  readonly column: number;
  readonly captures: readonly Capture[];
  readonly hidden: readonly HiddenName[];
  /** The text has to be a declaration: its own name means a variable that holds something else, or is used inside of it. */
  readonly isDeclaration: boolean;
}

const unknownFile: ModuleFile = {
  url: '',
  isModule: false,
  isStrict: false,
  imports: new Map(),
  exports: new Map(),
  forwarded: new Map(),
};

/** Functions that take nothing from around them but built-in globals: looking at them once is enough. */
const closed = new WeakMap<AnyFunction, FunctionView>();

/** What the inspector said about a function, if it can never say anything else. */
export function closedView(subject: AnyFunction): FunctionView | undefined {
  return closed.get(subject);
}

export function describeFunction(subject: AnyFunction, view: FunctionView, instances: ScopeInstances): Description {
  const text = textOf(subject);
  const { location } = view;
  const file = location === undefined ? unknownFile : moduleFile(location.scriptId);
  const isSloppy = isSloppyFunction(subject, text, file);
  const analysis = analyse(text, isSloppy);
  const placed = instances.place(subject, view);
  const global = view.scopes.at(-1)?.variables;
  if (global !== undefined) noteGlobal(global);
  const start = startOf(analysis, view);
  const captures: Capture[] = [];
  const hidden: HiddenName[] = [];
  let isDeclaration = false;
  if (location !== undefined && [...analysis.free.names.keys()].every((name) => isGlobalName(name))) {
    closed.set(subject, { scopes: [], location, bound: undefined });
  }
  for (const [name, uses] of analysis.free.names) {
    if (isHelperName(name)) continue;
    const found = find(name, view, placed, instances);
    if (name === analysis.ownName && analysis.kind === 'function') {
      const isWritten = uses.some(({ isWrite }) => isWrite);
      const isItself = found === undefined || (found.value === subject && !isWritten) || !wasDeclared(text, view);
      // Of a declaration, V8 shows the name to the functions inside of it when they are sent on; of an expression it doesn't.
      isDeclaration = !isItself || !isWritten;
      if (isItself) continue;
    } else {
      const reason = reasonToBeHidden(name, found, analysis, view);
      if (reason !== undefined) hidden.push({ name, reason });
    }
    if (found === undefined) continue;
    captures.push(captureOf(name, uses, found, file, instances));
    askForMissing(captures.at(-1), (use) => frameOf(subject, analysis, start, file, use));
  }
  const scriptId = location?.scriptId ?? '';
  return { subject, analysis, isSloppy, file, scriptId, ...start, captures, hidden, isDeclaration };
}

/** Why V8 does not show what a name means in a function, if it doesn't. */
function reasonToBeHidden(
  name: string,
  found: Found | undefined,
  { text, free }: Analysis,
  { scopes, location }: FunctionView,
): HiddenName['reason'] | undefined {
  if (isGlobalName(name)) return undefined;
  // What is only used while a class is made is in no scope of its methods.
  if (found === undefined && free.eager.has(name)) return 'key of a field';
  // A function expression's own name is no variable of its scope, which is not shown when it has no others.
  const depth = found?.depth ?? scopes.length;
  const isNamed =
    found === undefined || scopes.some(({ description }, at) => at < depth && description === `Closure (${name})`);
  if (!isNamed || location === undefined || isAround(found?.value, name, text)) return undefined;
  return isInExpressionNamed(name, location.scriptId, text) ? 'function around' : undefined;
}

/** Whether a value is the function around a text: mostly it was given to a variable of its own name. */
function isAround(value: unknown, name: string, text: string): boolean {
  return typeof value === 'function' && nameOf(value) === name && textOf(value).includes(text);
}

interface Found {
  /** How many scopes are further in. */
  readonly depth: number;
  readonly instance: ScopeInstance;
  readonly value: unknown;
  readonly isModuleScope: boolean;
}

function find(
  name: string,
  view: FunctionView,
  placed: readonly ScopeInstance[],
  instances: ScopeInstances,
): Found | undefined {
  for (let at = 0; at < placed.length; at++) {
    const scope = view.scopes[at];
    const instance = placed[at];
    if (scope === undefined || instance === undefined || !Object.hasOwn(scope.variables, name)) continue;
    const value = variableIn(scope.variables, name);
    return { depth: at, instance, value, isModuleScope: scope.description === 'Module' };
  }
  const global = view.scopes.at(-1)?.variables;
  if (global === undefined || isGlobalName(name) || !(name in global)) return undefined;
  const depth = view.scopes.length;
  return { depth, instance: instances.module('global', {}), value: global[name], isModuleScope: false };
}

function captureOf(
  name: string,
  uses: readonly NameUse[],
  found: Found,
  file: ModuleFile,
  instances: ScopeInstances,
): Capture {
  const imported = found.isModuleScope ? file.imports.get(name) : undefined;
  const reference = imported === undefined ? undefined : importOfPackage(imported, file.url);
  const origin = imported === undefined || reference !== undefined ? undefined : originOf(imported, file);
  const variable =
    origin === undefined
      ? variableOf(found.instance, name, found.value)
      : variableOf(instances.module(origin.scriptId, {}), origin.name, found.value);
  variable.users++;
  if (uses.some(({ isWrite }) => isWrite)) variable.isWritten = true;
  return { name, uses, variable, members: membersUsed(found.value, uses), reference };
}

/** The variable of the user's own module that an imported name is: its writers there and its readers here share it. */
function originOf(imported: ImportedName, importer: ModuleFile): { scriptId: string; name: string } | undefined {
  if (!/^(\.{1,2}\/|\/|file:)/.test(imported.specifier) || !importer.url.startsWith('file:')) return undefined;
  const scriptId = inspect().moduleAt(new URL(imported.specifier, importer.url).href);
  if (scriptId === undefined) return undefined;
  const file = moduleFile(scriptId);
  const name = file.exports.get(imported.imported);
  if (name !== undefined) return name === '*default*' ? undefined : { scriptId, name };
  const forwarded = file.forwarded.get(imported.imported);
  return forwarded === undefined ? undefined : originOf(forwarded, file);
}

/** The members that are used of a module, when it is one and is used in no other way. */
function membersUsed(value: unknown, uses: readonly NameUse[]): UsedMembers | undefined {
  if (!isModuleLike(value)) return undefined;
  const members = new Map<string, Set<string> | undefined>();
  for (const { member, inner } of uses) {
    if (member === undefined) return undefined;
    if (!(member in value)) continue;
    const held = inner === undefined ? undefined : ownProperty(value, member)?.value;
    const known = members.get(member);
    if (inner === undefined || !isModuleLike(held)) members.set(member, undefined);
    else if (!members.has(member)) members.set(member, new Set([inner]));
    else known?.add(inner);
  }
  return new Map([...members].map(([member, inner]) => [member, inner && [...inner]]));
}

/**
 * A module can make it an error to ask for what it hasn't (a notebook, where that is a misspelt name). Elsewhere, where only
 * the members that are there arrive, it would be undefined: so it is asked here, and fails at the place of its use.
 */
function askForMissing(capture: Capture | undefined, frameOfUse: (use: NameUse) => string): void {
  if (capture?.members === undefined) return;
  const value = capture.variable.value as Readonly<Record<string, unknown>>;
  for (const use of capture.uses) {
    const { member } = use;
    if (member === undefined || member in value) continue;
    try {
      void value[member];
    } catch (error) {
      if (error instanceof Error) error.stack = withFrame(String(error.stack), frameOfUse(use));
      throw error;
    }
  }
}

function withFrame(stack: string, frame: string): string {
  const first = stack.search(/\n\s+at /);
  return first < 0 ? `${stack}\n${frame}` : `${stack.slice(0, first)}\n${frame}${stack.slice(first)}`;
}

/** As a stack would show the place, if the function had run. */
function frameOf(
  { name }: AnyFunction,
  { text, offset }: Analysis,
  start: { readonly line: number; readonly column: number },
  { url }: ModuleFile,
  use: NameUse,
): string {
  const before = text.slice(0, use.start - offset).split('\n');
  const line = start.line + before.length;
  const column = (before.at(-1) ?? '').length + 1 + (before.length === 1 ? start.column : 0);
  const place = `${url}:${line}:${column}`;
  return name === '' ? `    at ${place}` : `    at ${name} (${place})`;
}

function isModuleLike(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  if (Object.prototype.toString.call(value) === '[object Module]') return true;
  if (Object.hasOwn(value, '__esModule') || isOwnModule(value)) return true;
  // Compilers to CommonJS copy what `import *` means: the exports, and the module itself as `default`.
  const behind = ownProperty(value, 'default')?.value;
  if ((typeof behind !== 'object' && typeof behind !== 'function') || behind === null) return false;
  return (
    isOwnModule(behind) || builtInOf(behind)?.path.length === 0 || exportOfLoadedPackage(behind)?.path.length === 0
  );
}

/** Only functions of the oldest kind show whether they are strict; of the others the file tells. */
function isSloppyFunction(subject: AnyFunction, text: string, file: ModuleFile): boolean {
  if (file.isModule || text.startsWith('class')) return false;
  if (Object.hasOwn(subject, 'caller')) return true;
  if (text.startsWith('function') && !/^function\s*\*/.test(text)) return false;
  return !file.isStrict;
}

/**
 * Whether a function's text was a declaration, whose name is a variable around it, and not a named expression, whose name
 * is its own. The text before it in the source tells.
 */
function wasDeclared(text: string, view: FunctionView): boolean {
  if (view.location === undefined) return false;
  const source = inspect().source(view.location.scriptId);
  const at = source.indexOf(text);
  if (at < 0) return false;
  const before = source.slice(Math.max(0, at - 200), at).trimEnd();
  return (
    before.endsWith('*/') ||
    !/(?:[=(,:?&|![+\-*/%<>~^]|\b(?:return|typeof|void|new|await|yield|in|of|case|throw))$/.test(before)
  );
}

/** V8 says where a function's parameters begin; the text begins before. */
function startOf(analysis: Analysis, view: FunctionView): { line: number; column: number } {
  const { location } = view;
  if (location === undefined) return { line: 0, column: 0 };
  const { text, kind } = analysis;
  let delta = 0;
  if (kind === 'function') delta = text.indexOf('(');
  else if (kind === 'method') delta = text.indexOf('(', analysis.key?.end ?? 0);
  else if (kind === 'arrow') delta = /^async\b\s*/.exec(text)?.[0].length ?? 0;
  const before = text.slice(0, delta);
  const lines = before.split('\n').length - 1;
  if (lines > 0) return { line: location.line - lines, column: 0 };
  return { line: location.line, column: Math.max(0, location.column - before.length) };
}
