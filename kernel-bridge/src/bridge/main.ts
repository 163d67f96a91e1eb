/**
 * The bridge's thread: started at the first comm of the target `covey`, so that kernels without one never load it, and apart
 * from the protocol thread, so that a slow disk or a table of processes holds up no message of a notebook.
 */
import { parentPort } from 'node:worker_threads';
import { Bridge } from './bridge.js';
import type { FromBridge, ToBridge } from './thread-messages.js';

const port = parentPort;
if (port === null) throw new Error('The bridge was started as a program');

/** Buffers are parts of what came from a scheduler, which other front ends are sent too: each gets its own copy, once. */
function post(message: FromBridge): void {
  if (message.type !== 'say' || message.buffers === undefined) {
    port?.postMessage(message);
    return;
  }
  const buffers = message.buffers.map((bytes) => bytes.slice());
  port?.postMessage(
    { ...message, buffers },
    buffers.map(({ buffer }) => buffer),
  );
}

const bridge = new Bridge(post);
port.on('message', (message: ToBridge) => bridge.hear(message));
