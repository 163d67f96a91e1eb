import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Sandbox } from '../support/sandbox.js';

const run = promisify(execFile);
const examples = join(__dirname, '../../examples');

/** Programs, smaller than by default, and what they say. */
const programs: readonly (readonly [name: string, args: readonly string[], says: readonly RegExp[]])[] = [
  ['word-count', [join(examples, '../docs')], [/^\d+ text files/, /words, \d+ different ones/, /tasks ran on:/]],
  ['pi', ['0.001'], [/^π ≈ 3\.1\d+ ± 0\.00\d+, after \d+ darts$/m]],
  ['heat', ['4'], [/^4 steps of 4 bands/, /^in the bands: 0, (\d+), \1, 0$/m]],
  ['queens', ['7'], [/^40 ways to put 7 queens/]],
  ['parameter-server', [], [/^y = 3\.0x - 2\.0$/m, /^learned in 240 steps$/m]],
  ['pipeline', ['1000'], [/^168 primes up to 1000$/m, /tester 3 looked at \d+ pieces$/m]],
];

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
});
afterEach(() => sandbox.expectNothingLeft());

test.each(programs)('%s does what it says', async (name, args, says) => {
  const { stdout } = await run(process.execPath, [join(examples, 'lib', `${name}.js`), ...args], {
    env: sandbox.environment,
  });
  for (const what of says) expect(stdout).toMatch(what);
});

test('all programs are run here, and listed for readers', () => {
  const files = readdirSync(join(examples, 'src')).filter((file) => file !== 'text-files.ts');
  expect(files.sort()).toEqual(programs.map(([name]) => `${name}.ts`).sort());
  const page = readFileSync(join(examples, 'README.md'), 'utf8');
  for (const file of files) expect(page).toContain(`(src/${file})`);
});
