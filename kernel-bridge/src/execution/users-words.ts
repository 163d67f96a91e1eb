/**
 * Text as the author of the cells would write it. V8's messages, the text of functions and stacks from workers speak of the
 * compiled code: of the object that the variables are members of, and of columns that only the compiler knows.
 */
import { SCOPE } from '../cells/compile-cell.js';
import { PERHAPS } from '../cells/notebook-scope.js';
import { IMPORTS } from '../submit/compile-submitted.js';

const holder = `(?:${pattern(IMPORTS)}|${pattern(SCOPE)})`;
const perhaps = `(?:${pattern(PERHAPS)})?`;
const name = String.raw`[\p{ID_Start}$_][\p{ID_Continue}$]*`;
/** `(0, $nb.f)(…)`, which V8 prints with another space. */
const callee = new RegExp(String.raw`\(0 ?, ${holder}\.${perhaps}(${name})\)`, 'gu');
const member = new RegExp(String.raw`(?<![\p{ID_Continue}$])${holder}\.${perhaps}(?=${name})`, 'gu');
const frame = /^(\s*at .*\bcell-\d+\.ts:\d+):\d+/gm;

export function inUsersWords(text: string): string {
  const named = text.includes(SCOPE) ? text.replace(callee, '$1').replace(member, '') : text;
  return named.includes('.ts:') ? named.replace(frame, '$1') : named;
}

function pattern(text: string): string {
  return text.replaceAll('$', String.raw`\$`);
}
