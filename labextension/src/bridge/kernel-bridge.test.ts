import type { Kernel, KernelMessage } from '@jupyterlab/services';
import { KERNEL_RESTARTED, openBridge } from './kernel-bridge.js';

type Listener = (sender: unknown, message: KernelMessage.IIOPubMessage) => void;

/** A kernel's connection, as far as a bridge needs one. */
class Connection {
  readonly listeners = new Set<Listener>();
  readonly comm: { onMsg: (message: unknown) => void } & Record<string, unknown> = {
    onMsg: () => undefined,
    open: () => undefined,
    close: () => undefined,
    isDisposed: false,
  };
  readonly iopubMessage = {
    connect: (listener: Listener) => this.listeners.add(listener),
    disconnect: (listener: Listener) => this.listeners.delete(listener),
  };

  createComm(): unknown {
    return this.comm;
  }

  publish(session: string, parent: object, type = 'status'): void {
    for (const listener of [...this.listeners]) {
      listener(this, { header: { session, msg_type: type }, parent_header: parent } as KernelMessage.IIOPubMessage);
    }
  }
}

const someone = { msg_id: 'a request of somebody' };

test.each([
  ['answers somebody', someone, 'status'],
  ['greets the server', {}, 'iopub_welcome'],
])('a bridge is closed when another process has the place of its kernel, which %s', (_, parent, type) => {
  const connection = new Connection();
  const client = openBridge(connection as unknown as Kernel.IKernelConnection, { manager: true });
  const closed: string[] = [];
  client.closed.add(({ code }) => closed.push(code));
  connection.publish('before', someone);
  connection.comm.onMsg({ header: { session: 'one' }, content: { data: { type: 'clusters', clusters: [] } } });
  connection.publish('one', someone);
  connection.publish('the server', {});
  expect(client.isClosed).toBe(false);
  connection.publish('two', parent, type);
  expect(closed).toEqual([KERNEL_RESTARTED]);
  expect(connection.listeners.size).toBe(0);
});
