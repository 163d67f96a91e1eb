/**
 * `%npm install …`: packages into the notebook's folder, with npm's own words under the cell.
 */
import { spawn } from 'node:child_process';
import { MagicError } from './magic.js';
import type { Magic } from './magic.js';

export const npm: Magic = {
  name: 'npm',
  usage: '%npm install PACKAGE…',
  summary: "runs npm in the notebook's folder",
  takesLine: true,
  takesCell: false,
  words: ['install', 'uninstall', 'update', 'outdated', 'ls', 'view', 'init', 'run'],
  run: async ({ line }, { folder, output }) => {
    const args = wordsOf(line);
    if (args.length === 0) throw new MagicError('Use it as %npm install PACKAGE…');
    // Without a package.json here npm would look for one further up, and install there.
    const child = spawn('npm', [...args, '--prefix', folder], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.setEncoding('utf8').on('data', (text: string) => output.stream('stdout', text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => output.stream('stderr', text));
    const status = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    if (status !== 0) throw new MagicError(`npm ${args.join(' ')} ended with ${status ?? 'a signal'}`);
  },
};

/** As a shell would have them: quotes keep a word together, and are no part of it. */
function wordsOf(line: string): string[] {
  const words = line.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? [];
  return words.map((word) => word.replace(/"([^"]*)"|'([^']*)'/g, '$1$2'));
}
