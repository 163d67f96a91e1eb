/** `npm start`: makes the clone ready, then counts words on a local cluster. Arguments after `--` go to the example. */
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { ensureReady } from './ensure-ready.mjs';

ensureReady();
const example = new URL('../examples/lib/word-count.js', import.meta.url);
// In this very process, so that Ctrl-C and signals reach the example as if it had been started by hand.
process.argv[1] = fileURLToPath(example);
await import(example.href);
