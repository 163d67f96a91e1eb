/**
 * `%help` and `%lsmagic`.
 */
import type { Magic } from './magic.js';

const introduction = `TypeScript cells run in one Node.js process. Variables, functions, classes and imports of one cell are there in all others.

  await …                 works at the top of a cell
  import … from '…'       packages from the notebook's folder, relative files, Node's own modules
  display(value)          shows a value; display.html, .svg, .markdown, .latex, .json, .png, .jpeg, .vega, .vegaLite
  display.clear()         takes the cell's output away
  display.progress(list)  a bar for walking through something; display.progress(100).advance()
  await input('name? ')   asks the person at the keyboard
  prompt('name? ')        asks too, and stands still until it is answered
  comm.open(target, data) talks to code in the front end; comm.onOpen(target, …) answers it
  executor                the cluster: executor.submit(fn, …args)

Magics:
`;

function describe(magics: readonly Magic[]): string {
  const width = Math.max(...magics.map(({ usage }) => usage.length));
  return magics.map(({ usage, summary }) => `  ${usage.padEnd(width)}  ${summary}`).join('\n');
}

export function help(magics: () => readonly Magic[]): Magic {
  return {
    name: 'help',
    usage: '%help',
    summary: 'this text',
    takesLine: true,
    takesCell: false,
    isBare: true,
    run: (_, { page }) => page(introduction + describe(magics())),
  };
}

export function listMagics(magics: () => readonly Magic[]): Magic {
  return {
    name: 'lsmagic',
    usage: '%lsmagic',
    summary: 'lists the magics',
    takesLine: true,
    takesCell: false,
    isBare: true,
    run: (_, { output }) => output.stream('stdout', `${describe(magics())}\n`),
  };
}
