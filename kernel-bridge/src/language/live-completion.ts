/**
 * Completion from the values that are there: names of the notebook's variables and globals, and properties of real
 * objects, without running getters. At once, and true also where types say nothing. Only where tokens tell what is
 * wanted: in strings, import clauses or the properties of an object only types know what fits.
 */
import type { NotebookScope } from '../cells/notebook-scope.js';
import { placeOf } from './cursor-place.js';
import type { CursorPlace } from './cursor-place.js';
import { chainOf, firstGlobals, valueAt } from './live-values.js';
import type { Entry, LiveCompletion } from './messages.js';

const keywords = [
  ...['abstract', 'async', 'await', 'break', 'case', 'catch', 'class', 'const', 'continue', 'debugger', 'default'],
  ...['delete', 'do', 'else', 'enum', 'export', 'extends', 'false', 'finally', 'for', 'function', 'if', 'implements'],
  ...[
    'import',
    'in',
    'instanceof',
    'interface',
    'let',
    'new',
    'null',
    'of',
    'private',
    'protected',
    'public',
    'return',
  ],
  ...['static', 'super', 'switch', 'this', 'throw', 'true', 'try', 'type', 'typeof', 'undefined', 'var', 'void'],
  ...['while', 'yield'],
].map((name): Entry => ({ name, kind: 'keyword' }));
const MATCHES_MAX = 1000;

/** The best first. */
type Groups = readonly (readonly Entry[])[];

interface Found {
  /** Worth telling beside what the types tell. */
  readonly extra: readonly Entry[];
  readonly others: Groups;
}

export function completeLive(code: string, cursor: number, scope: NotebookScope): LiveCompletion {
  const before = code.slice(0, cursor);
  const place = placeOf(before);
  const start = 'start' in place ? place.start : cursor;
  const prefix = before.slice(start);
  const { extra, others } = foundAt(place, prefix, scope);
  const known = new Set<string>();
  const fitting = (entries: readonly Entry[]): Entry[] =>
    entries.toSorted(byName).filter(({ name }) => {
      if (!name.startsWith(prefix) || known.has(name)) return false;
      known.add(name);
      return true;
    });
  const first = fitting(extra);
  const entries = [...first, ...others.flatMap(fitting)].slice(0, MATCHES_MAX);
  const areMembers = place.kind === 'member' || place.kind === 'key';
  return { type: 'completed', start, entries, extras: Math.min(first.length, entries.length), areMembers };
}

function foundAt(place: CursorPlace, prefix: string, scope: NotebookScope): Found {
  if (place.kind === 'name') return namesOf(scope);
  if (!('owner' in place) || place.owner === undefined) return { extra: [], others: [] };
  const owner = valueAt(place.owner.names, scope);
  const members = place.kind === 'key' ? keysOf(owner) : membersOf(owner, prefix);
  // Another variable of that name is what has a value.
  return place.owner.isDeclaredHere ? { extra: [], others: [members] } : { extra: members, others: [] };
}

/** The types know what cells declare and what Node.js has, and which of it fits; not what code added to the globals. */
function namesOf({ variables }: NotebookScope): Found {
  const entriesOf = (holder: object, names: readonly string[]): Entry[] =>
    names.filter(isIdentifier).map((name) => ({ name, kind: kindOf(holder, name, 'variable') }));
  const globals = Object.getOwnPropertyNames(globalThis);
  const added = globals.filter((name) => !firstGlobals.has(name));
  const own = entriesOf(variables, Object.getOwnPropertyNames(variables));
  return { extra: entriesOf(globalThis, added), others: [own, entriesOf(globalThis, globals), keywords] };
}

function membersOf(value: unknown, prefix: string): Entry[] {
  const entries: Entry[] = [];
  for (const at of chainOf(value)) {
    // What every object has is only of use to those who ask for it.
    if (at === Object.prototype && prefix === '') break;
    const isList = at === value && (Array.isArray(at) || ArrayBuffer.isView(at));
    const names = isList ? ['length'] : Object.getOwnPropertyNames(at).filter(isIdentifier);
    if (prefix === '' && at !== value) remove(names, 'constructor');
    for (const name of names) entries.push({ name, kind: kindOf(at, name, 'property') });
    if (entries.length > 10 * MATCHES_MAX) break;
  }
  return entries;
}

/** For `value["…`: what can be written in quotes. */
function keysOf(value: unknown): Entry[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || ArrayBuffer.isView(value)) return [];
  const [own] = chainOf(value);
  const keys = own === undefined ? [] : Object.keys(own);
  return keys.filter((key) => !/["'\\\n]/.test(key)).map((name) => ({ name, kind: 'property' }));
}

function remove(names: string[], name: string): void {
  const at = names.indexOf(name);
  if (at >= 0) names.splice(at, 1);
}

function isIdentifier(name: string): boolean {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name) && !name.startsWith('__');
}

function kindOf(holder: object, name: string, otherwise: 'variable' | 'property'): string {
  const value: unknown = Object.getOwnPropertyDescriptor(holder, name)?.value;
  if (typeof value !== 'function') return otherwise;
  if (otherwise === 'property') return 'method';
  return /^class\b/.test(Function.prototype.toString.call(value)) ? 'class' : 'function';
}

/** In the order of the alphabet, those with an underscore last. */
function byName(a: Entry, b: Entry): number {
  const weight = ({ name }: Entry): number => (name.startsWith('_') ? 1 : 0);
  return weight(a) - weight(b) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
}
