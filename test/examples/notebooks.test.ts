/** The notebooks for readers: each runs from top to bottom without a person, and what is saved with it is what comes out. */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runNotebook, textOf } from '@covey/kernel/testing';
import type { Cell, Notebook } from '@covey/kernel/testing';
import { Sandbox } from '../support/sandbox.js';

const folder = join(__dirname, '../../examples/notebooks');
const files = readdirSync(folder).filter((file) => file.endsWith('.ipynb'));

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
});
afterEach(async () => {
  rmSync(join(sandbox.environment['COVEY_HOME'] ?? '', 'kernel-history.jsonl'), { force: true });
  await sandbox.expectNothingLeft();
});

const read = (file: string): Notebook => JSON.parse(readFileSync(join(folder, file), 'utf8')) as Notebook;
/** Names of clusters, times and places differ from run to run: such cells are tagged. */
const varies = ({ metadata }: Cell): boolean => metadata.tags?.includes('varies') === true;
const typesOf = ({ outputs = [] }: Cell): unknown[] =>
  outputs.map((output) => [output['output_type'], Object.keys((output['data'] as object | undefined) ?? {}).sort()]);

test.each(files)('%s runs, and its saved outputs are real', async (file) => {
  const saved = read(file);
  const { notebook, error } = await runNotebook(saved, folder, sandbox.environment);
  expect(error).toBeUndefined();
  for (const [at, cell] of notebook.cells.entries()) {
    const before = saved.cells[at] as Cell;
    expect([cell.id, cell.execution_count, typesOf(cell)]).toEqual([
      before.id,
      before.execution_count,
      typesOf(before),
    ]);
    if (!varies(cell)) expect([cell.id, cell.outputs]).toEqual([before.id, before.outputs]);
  }
});

test('all are listed for readers, and have something to read', () => {
  const page = readFileSync(join(folder, '../README.md'), 'utf8');
  for (const file of files) {
    expect(page).toContain(`(notebooks/${file})`);
    const [first] = read(file).cells;
    expect(textOf(first?.source ?? '')).toMatch(/^# .{5}/);
  }
});
