/**
 * The language thread: the only one that loads `typescript`, after everything else, so that nobody waits for it.
 */
import { parentPort } from 'node:worker_threads';
import ts from 'typescript';
import { NotebookLanguage } from './language-service.js';
import type { FromLanguage, ToLanguage } from './messages.js';

const port = parentPort;
if (port === null) throw new Error('The language thread was started as a program');
const language = new NotebookLanguage(ts, process.cwd());
const say = (message: FromLanguage): void => port.postMessage(message);
port.on('message', (message: ToLanguage) => {
  switch (message.type) {
    case 'cell':
      language.addCell(message.code);
      return;
    case 'complete':
      say(language.complete(message.id, message.code, message.cursor));
      return;
    case 'inspect':
      say(language.inspect(message.id, message.code, message.cursor));
  }
});
// The first question loads the libraries' types and binds them.
language.complete(0, 'console.', 8);
say({ type: 'warm' });
