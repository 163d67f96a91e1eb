/** Runs tables that were imported as plain modules, and prints what failed as JSON. For `tables-elsewhere.test.ts`. */
import { pathToFileURL } from 'node:url';
import { TestChild } from './child-process.js';
import { collected } from './table.js';

async function main(files: readonly string[]): Promise<void> {
  for (const file of files) await import(pathToFileURL(file).href);
  const child = TestChild.start(process.env['COVEY_TEST_CHILD']);
  const failures: string[] = [];
  for (const { title, name, run } of collected) {
    try {
      await run(child);
    } catch (error) {
      failures.push(`${title} › ${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    }
  }
  await child.stop();
  process.stdout.write(JSON.stringify({ rows: collected.length, failures }));
}

void main(process.argv.slice(2));
