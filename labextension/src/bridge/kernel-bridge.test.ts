import type { Kernel, KernelMessage } from '@jupyterlab/services';
import { KERNEL_RESTARTED, openBridge } from './kernel-bridge.js';

jest.mock('@jupyterlab/services', () => jest.requireActual('../testing/fake-services'), { virtual: true });
jest.mock('@lumino/coreutils', () => ({ UUID: { uuid4: () => 'comm' } }), { virtual: true });

type Listener = (sender: unknown, message: KernelMessage.IIOPubMessage) => void;

/** A kernel's connection, on which any process may speak. */
class Connection {
  readonly listeners = new Set<Listener>();
  readonly status = 'idle';
  readonly iopubMessage = {
    connect: (listener: Listener) => this.listeners.add(listener),
    disconnect: (listener: Listener) => this.listeners.delete(listener),
  };

  sendShellMessage(): void {
    // Nobody answers.
  }

  publish(session: string, parent: object, type = 'status', content: object = {}): void {
    const message = { header: { session, msg_type: type }, parent_header: parent, content };
    for (const listener of [...this.listeners]) listener(this, message as KernelMessage.IIOPubMessage);
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
  connection.publish('one', someone, 'comm_msg', { comm_id: 'comm', data: { type: 'clusters', clusters: [] } });
  connection.publish('one', someone);
  connection.publish('the server', {});
  expect(client.isClosed).toBe(false);
  connection.publish('two', parent, type);
  expect(closed).toEqual([KERNEL_RESTARTED]);
  expect(connection.listeners.size).toBe(0);
});
