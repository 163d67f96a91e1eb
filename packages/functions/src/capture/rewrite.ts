/**
 * The text of a function as it is evaluated elsewhere. It stays what the user wrote, so that positions in stack traces
 * hold; only what can't mean the same there is replaced, by something of the same length where possible.
 */
import type { Analysis } from '../analysis/analysis.js';
import type { Range } from '../analysis/class-shape.js';
import type { NameUse } from '../analysis/free-names.js';

/** Names that the surroundings of an evaluated function define. No program would use them by chance. */
export const helper = {
  /** As long as `import`. */
  importFunction: '$mport',
  /** As long as `import.meta`. */
  importMeta: '$importMeta',
  superclass: '$covey$super',
  keys: '$covey$keys',
  hooks: '$covey$hooks',
  raw: '$covey$raw',
  cell: (name: string): string => `$covey$${name}`,
} as const;

/** How the text around an evaluated function begins. */
export const wrapperStart = `(function({superclass:${helper.superclass}`;

/** How a constructor begins that does nothing while instances are made again. */
export const leaveConstructor = `if(${helper.raw}.on)return;`;
export const leaveDerived = `if(${helper.raw}.on){super(...${helper.raw}.argumentsFor(${helper.superclass}));return}`;

/** How the static block begins that lets private members be set. Text that was rewritten before has it already. */
const hooksBlock = `static{${helper.hooks}`;

const helperNames: ReadonlySet<string> = new Set(Object.values(helper).filter((name) => typeof name === 'string'));

/** Whether a name is one of those that the surroundings of an evaluated function define. */
export function isHelperName(name: string): boolean {
  return helperNames.has(name);
}

interface Edit extends Range {
  readonly text: string;
}

export function rewrite(
  analysis: Analysis,
  cells: readonly { readonly name: string; readonly uses: readonly NameUse[] }[],
  /** The value of a computed key, to stand in for the expression. */
  key: string | undefined,
): string {
  const { offset, free } = analysis;
  const edits: Edit[] = [];
  for (const { kind, start, end } of free.special) {
    const length = end - start;
    const name = kind === 'import()' ? helper.importFunction : helper.importMeta;
    edits.push({ start: start - offset, end: end - offset, text: name.padEnd(length) });
  }
  for (const { name, uses } of cells) {
    for (const use of uses) edits.push(useOfCell(use, helper.cell(name), name, offset));
  }
  if (analysis.class !== undefined) edits.push(...editsOfClass(analysis, analysis.class));
  if (analysis.key !== undefined && key !== undefined) {
    edits.push({ start: analysis.key.start, end: analysis.key.end, text: key });
  }
  return apply(analysis.text, edits);
}

function useOfCell({ start, end, form }: NameUse, cell: string, name: string, offset: number): Edit {
  const text = form === 'shorthand' ? `${name}: ${cell}.v` : form === 'callee' ? `(0, ${cell}.v)` : `${cell}.v`;
  return { start: start - offset, end: end - offset, text };
}

function editsOfClass({ text }: Analysis, shape: NonNullable<Analysis['class']>): Edit[] {
  const edits: Edit[] = [];
  if (shape.heritage !== undefined) edits.push({ ...shape.heritage, text: helper.superclass });
  // Static state is what it is now, not what its initializers would make of it there.
  shape.computedMethods.forEach(({ start, end }, index) => {
    edits.push({ start, end, text: `[${helper.keys}[${index}]]` });
  });
  for (const range of shape.staticBlocks) {
    if (!text.startsWith(hooksBlock, range.start)) edits.push({ ...range, text: blank(text, range) });
  }
  for (const range of shape.staticFields) edits.push({ ...range, text: blank(text, range).replace(' ', ';') });
  for (const range of shape.staticValues) edits.push({ ...range, text: `void 0${newlines(text, range)}` });
  // An instance that is made again runs neither initializers nor constructors.
  for (const { start, end } of shape.instanceValues) {
    if (text.startsWith(`${helper.raw}.on?`, start)) continue;
    edits.push({ start, end: start, text: `${helper.raw}.on?void 0:(` }, { start: end, end, text: ')' });
  }
  if (shape.constructorBody !== undefined) {
    const at = shape.constructorBody;
    const leave = shape.isDerived ? leaveDerived : leaveConstructor;
    if (!text.startsWith(leave, at)) edits.push({ start: at, end: at, text: leave });
  }
  const hooks = hooksOf(shape);
  if (hooks !== '' && !text.includes(hooksBlock)) edits.push({ start: shape.bodyEnd, end: shape.bodyEnd, text: hooks });
  return edits;
}

/** Code in the class that sets private members from outside: only code in there can. */
function hooksOf({ privateFields, privateStatics }: NonNullable<Analysis['class']>): string {
  if (privateFields.length + privateStatics.length === 0) return '';
  const setter = (names: readonly string[]): string =>
    `(o,n,v)=>{switch(n){${names.map((name) => `case "#${name}":o.#${name}=v;break;`).join('')}}}`;
  return `;${hooksBlock}.field=${setter(privateFields)};${helper.hooks}.static=${setter(privateStatics)}}`;
}

function newlines(text: string, { start, end }: Range): string {
  return text.slice(start, end).replace(/[^\n]/g, '');
}

function blank(text: string, { start, end }: Range): string {
  return text.slice(start, end).replace(/[^\n]/g, ' ');
}

/** Edits inside of a region that is replaced as a whole are dropped with it. */
function apply(text: string, edits: readonly Edit[]): string {
  const sorted = [...edits].sort(
    (a, b) => a.start - b.start || Number(b.start === b.end) - Number(a.start === a.end) || b.end - a.end,
  );
  let result = '';
  let at = 0;
  for (const edit of sorted) {
    if (edit.start < at) continue;
    result += text.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return result + text.slice(at);
}
