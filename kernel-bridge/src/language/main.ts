/**
 * The language thread: the only one that loads `typescript`, after everything else, so that nobody waits for it.
 */
import { parentPort } from 'node:worker_threads';
import ts from 'typescript';
import { NotebookLanguage } from './language-service.js';
import type { FromLanguage, ToLanguage } from './messages.js';

/** Messages that come together are answered first. */
const QUIET_MS = 20;

const port = parentPort;
if (port === null) throw new Error('The language thread was started as a program');
const language = new NotebookLanguage(ts, process.cwd());
const say = (message: FromLanguage): void => port.postMessage(message);
/** Between two cells there is time for what the next question needs. */
let preparing: NodeJS.Timeout | undefined;
const prepareSoon = (): void => {
  preparing = setTimeout(() => language.prepare(), QUIET_MS);
};

port.on('message', (message: ToLanguage) => {
  clearTimeout(preparing);
  switch (message.type) {
    case 'cell':
      language.addCell(message.code);
      prepareSoon();
      return;
    case 'reset':
      language.reset();
      prepareSoon();
      return;
    case 'check':
      say(language.check(message.id, message.code));
      return;
    case 'complete':
      say(language.complete(message.id, message.code, message.cursor));
      return;
    case 'inspect':
      say(language.inspect(message.id, message.code, message.cursor));
  }
});
// The first questions load the libraries' types, bind them, and check what all checks need.
language.complete(0, 'console.', 8);
language.check(0, 'const a = [1].map(String); await Promise.resolve(a); console.log(a)');
say({ type: 'warm' });
