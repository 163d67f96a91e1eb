/**
 * The bridge's thread: started at the first comm of the target `covey`, so that kernels without one never load it, and apart
 * from the protocol thread, so that a slow disk or a table of processes holds up no message of a notebook.
 */
import { parentPort } from 'node:worker_threads';
import { Bridge } from './bridge.js';
import type { FromBridge, ToBridge } from './thread-messages.js';

const port = parentPort;
if (port === null) throw new Error('The bridge was started as a program');
const bridge = new Bridge((message: FromBridge) => port.postMessage(message));
port.on('message', (message: ToBridge) => bridge.hear(message));
