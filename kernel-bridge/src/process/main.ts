/**
 * The kernel's process: user code runs in this thread, and only user code. Its first deed is to start the protocol
 * thread, so that the front end is answered while the rest is still being loaded.
 */
import { writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { getHeapStatistics } from 'node:v8';
import { MessageChannel, Worker } from 'node:worker_threads';
import { AnswerReceiver } from '../channel/answers.js';
import { removeDescriptorFiles, takeDescriptors, writtenNow } from '../channel/descriptors.js';
import { Flags } from '../channel/flags.js';
import type { ProtocolThreadData, ToMain } from '../channel/messages.js';
import { createRingMemory, RingWriter } from '../channel/output-ring.js';
import { OriginalBuiltins } from '../execution/original-builtins.js';
import { starterNow } from '../channel/starter.js';
import type * as cells from './kernel.js';
import { keptListeners } from './kept-listeners.js';

/** The longest that closing sockets may hold up the end of the process. */
const CLOSE_TIMEOUT_MS = 10_000;

const notStarted = { ename: 'KernelEnded', evalue: 'The kernel could not start.', traceback: [] };

function main(): void {
  const starter = starterNow();
  const connectionFile = process.argv[2];
  if (connectionFile === undefined) {
    process.stderr.write('usage: kernel CONNECTION_FILE (front ends start it; see `covey jupyter install`)\n');
    process.exitCode = 2;
    return;
  }
  const memory = createRingMemory();
  const flags = new Flags();
  const descriptors = takeDescriptors(connectionFile);
  const { port1, port2 } = new MessageChannel();
  const workerData: ProtocolThreadData = {
    ...{ connectionFile, ring: memory, flags: flags.memory, answers: port2 },
    ...{ descriptors, starter },
    heapLimit: getHeapStatistics().heap_size_limit,
  };
  const thread = new Worker(join(import.meta.dirname, 'protocol.cjs'), { workerData, transferList: [port2] });
  const ring = new RingWriter(memory, () => thread.postMessage(0));
  let hasThreadEnded = false;
  const onEnd = (message: string): void => {
    hasThreadEnded = true;
    // By now `process.stderr` leads into the notebook, to which nothing leads any more.
    writeSync(descriptors.log, `covey kernel: ${message}\n`);
    process.exit(1);
  };
  thread.once('error', (error) => onEnd(error.stack ?? String(error)));
  thread.once('exit', () => onEnd('the protocol thread ended'));
  const builtins = new OriginalBuiltins();
  const listen = keptListeners(builtins);
  let endedBy: string | undefined;
  let tellExit: cells.Kernel['tellExit'] = () =>
    ring.write(`j${JSON.stringify({ type: 'exiting', report: notStarted, cell: 0 })}`);
  // Sockets that are open when a process exits abort it, whatever way leads out.
  const onExit = (status: number): void => {
    if (!hasThreadEnded) {
      tellExit(status, endedBy);
      flags.waitForSocketsClosed(CLOSE_TIMEOUT_MS);
    }
    // Last: the other thread reads them, also when it is told to end before it has begun.
    removeDescriptorFiles(descriptors);
  };
  listen('exit', (status: number) => builtins.with(() => onExit(status)));
  // Front ends ask for interrupts by message; a terminal's Ctrl-C goes to its whole group, and is meant for them.
  listen('SIGINT', () => undefined);
  for (const signal of ['SIGTERM', 'SIGHUP']) {
    listen(signal, () => {
      endedBy = signal;
      process.exit(0);
    });
  }
  // What runs cells is loaded when the other thread needs the processor no more: that one has to answer first.
  thread.once('message', (first: ToMain) => {
    const { startKernel } = createRequire(import.meta.url)('./cells.cjs') as typeof cells;
    const answers = new AnswerReceiver(port1, flags);
    const written = () => builtins.with(() => writtenNow(descriptors.files));
    ({ tellExit } = startKernel({ thread, ring, flags, answers, written, builtins, listen }, first));
  });
}

main();
