/**
 * Entry of the nanny process: `node nanny.cjs`, spawned with an IPC channel over which its configuration comes. What it needs for the
 * scheduler is loaded after the workers have been spawned.
 */
import { createRequire } from 'node:module';
import process from 'node:process';
import { NannyProcess } from './nanny-process.js';
import type { ToNanny } from './nanny-ipc.js';
import type * as SchedulerLinkModule from './scheduler-link.js';

const nanny = new NannyProcess({
  pid: process.pid,
  send: (message) => {
    // Whoever launched us may be gone: then `disconnect` says what follows.
    if (process.connected) process.send?.(message, () => undefined);
  },
  exit: (code) => process.exit(code),
  connect: async (options) => {
    // A file of its own: loading it takes as long as the rest of this process's start.
    const link = createRequire(import.meta.url)('./nanny-link.cjs') as typeof SchedulerLinkModule;
    return link.linkToScheduler(options);
  },
});

if (process.send === undefined) {
  process.stderr.write(
    'covey nanny: this is started by other programs, with an IPC channel; use `covey worker` instead\n',
  );
  process.exit(2);
}
process.on('message', (message) => nanny.handle(message as ToNanny));
process.on('disconnect', () => nanny.orphaned());
process.on('SIGTERM', () => nanny.end(0));
process.on('SIGINT', () => nanny.end(0));
