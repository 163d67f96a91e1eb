/**
 * Opens the comm `covey` on a kernel and gives its client.
 */
import { BRIDGE_TARGET, BRIDGE_VERSION } from '@covey/protocol/bridge';
import type { BridgeOpen, FromKernel } from '@covey/protocol/bridge';
import type { Kernel, KernelMessage } from '@jupyterlab/services';
import type { JSONValue } from '@lumino/coreutils';
import { version } from '../version.js';
import { BridgeClient } from './bridge-client.js';

/** What the kernel is told of this front end. */
export type BridgeRole = Pick<BridgeOpen, 'manager' | 'drawsDisplays'>;

export function openBridge(kernel: Kernel.IKernelConnection, role: BridgeRole): BridgeClient {
  const comm = kernel.createComm(BRIDGE_TARGET);
  const client = new BridgeClient({
    send: (message) => {
      // Nobody waits for a comm message's idle status; the future goes with it.
      if (!comm.isDisposed) comm.send(message as unknown as JSONValue, undefined, undefined, true);
    },
    close: () => {
      if (!comm.isDisposed && !kernel.isDisposed && kernel.status !== 'dead') comm.close();
    },
  });
  comm.onMsg = (message: KernelMessage.ICommMsgMsg) => {
    client.receive(message.content.data as unknown as FromKernel, (message.buffers ?? []).map(bytesOf));
  };
  comm.onClose = (message: KernelMessage.ICommCloseMsg) => {
    const { reason } = message.content.data;
    client.close(typeof reason === 'string' ? reason : 'The kernel closed the connection: its Covey may be too old.');
  };
  comm.open({ protocol: BRIDGE_VERSION, covey: version, ...role });
  return client;
}

function bytesOf(buffer: ArrayBuffer | ArrayBufferView): Uint8Array {
  return buffer instanceof ArrayBuffer
    ? new Uint8Array(buffer)
    : new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}
