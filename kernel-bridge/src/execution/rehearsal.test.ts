import { ModuleImporter } from '../cells/module-importer.js';
import { NotebookScope } from '../cells/notebook-scope.js';
import { createRingMemory, RingReader, RingWriter } from '../channel/output-ring.js';
import { readMessage } from '../channel/main-messages.js';
import { Displays } from '../display/display.js';
import { CellRunner } from './cell-runner.js';
import { OriginalBuiltins } from './original-builtins.js';
import { Output } from './output.js';
import { rehearse } from './rehearsal.js';

test('a rehearsal leaves nothing in the notebook, says nothing, and takes no cell’s place', () => {
  const memory = createRingMemory();
  const said: unknown[] = [];
  const builtins = new OriginalBuiltins();
  const note = (what: unknown): void => void said.push(what);
  const output = new Output(new RingWriter(memory, () => undefined), builtins);
  const scope = new NotebookScope();
  const options = {
    ...{
      scope,
      output,
      displays: new Displays(output, note, note),
      folder: import.meta.dirname,
      builtins,
    },
    importer: new ModuleImporter(import.meta.dirname),
    written: () => [],
    isTorn: () => false,
    submit: () => Promise.resolve(),
  };
  const runner = new CellRunner(options);
  rehearse(options);
  new RingReader(memory).drain((bytes) => said.push(readMessage(bytes)));
  expect([scope.names(), said, runner.running]).toEqual([[], [], undefined]);
});
