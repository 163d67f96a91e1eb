/**
 * Opens the comm `covey` on a kernel and gives its client. Its messages are written and read here: JupyterLab gives comms to
 * one document of each kernel only, and every notebook is to hear of its own cells.
 */
import { BRIDGE_TARGET, BRIDGE_VERSION } from '@covey/protocol/bridge';
import type { BridgeOpen, FromKernel } from '@covey/protocol/bridge';
import { KernelMessage } from '@jupyterlab/services';
import type { Kernel } from '@jupyterlab/services';
import type { JSONObject } from '@lumino/coreutils';
import { UUID } from '@lumino/coreutils';
import { version } from '../version.js';
import { BridgeClient } from './bridge-client.js';

/** Of a bridge to a process that is no more: another one has its kernel's place, and knows nothing of the comm. */
export const KERNEL_RESTARTED = 'ERR_COVEY_KERNEL_RESTARTED';

/** What the kernel is told of this front end. */
export type BridgeRole = Pick<BridgeOpen, 'manager' | 'drawsDisplays'>;

type CommMessage =
  KernelMessage.ICommOpenMsg<'shell'> | KernelMessage.ICommMsgMsg<'shell'> | KernelMessage.ICommCloseMsg<'shell'>;

export function openBridge(kernel: Kernel.IKernelConnection, role: BridgeRole): BridgeClient {
  const comm = UUID.uuid4();
  const { createMessage } = KernelMessage;
  const head = { channel: 'shell', session: kernel.clientId, username: kernel.username } as const;
  const contentOf = (data: object): { comm_id: string; data: JSONObject } => ({
    comm_id: comm,
    data: data as JSONObject,
  });
  const post = (message: CommMessage): void => {
    if (kernel.isDisposed || kernel.status === 'dead') return;
    // Nobody waits for a comm message's idle status; the future goes with it.
    kernel.sendShellMessage(message, false, true);
  };
  let isClosedThere = false;
  let process: string | undefined;
  const client = new BridgeClient({
    send: (message) =>
      post(
        createMessage<KernelMessage.ICommMsgMsg<'shell'>>({
          ...head,
          msgType: 'comm_msg',
          content: contentOf(message),
        }),
      ),
    close: () => {
      kernel.iopubMessage.disconnect(hear);
      // One that starts anew has forgotten it.
      if (isClosedThere || kernel.status.endsWith('restarting')) return;
      post(
        createMessage<KernelMessage.ICommCloseMsg<'shell'>>({ ...head, msgType: 'comm_close', content: contentOf({}) }),
      );
    },
  });
  const hear = (_: unknown, message: KernelMessage.IIOPubMessage): void => {
    if (isOfAnother(message, process)) {
      client.close('The kernel was restarted.', KERNEL_RESTARTED);
    } else if (KernelMessage.isCommMsgMsg(message) && message.content.comm_id === comm) {
      process ??= message.header.session;
      client.receive(message.content.data as unknown as FromKernel, (message.buffers ?? []).map(bytesOf));
    } else if (KernelMessage.isCommCloseMsg(message) && message.content.comm_id === comm) {
      isClosedThere = true;
      const { reason } = message.content.data;
      client.close(typeof reason === 'string' ? reason : 'The kernel closed the connection: its Covey may be too old.');
    }
  };
  kernel.iopubMessage.connect(hear);
  const content = { ...contentOf({ protocol: BRIDGE_VERSION, covey: version, ...role }), target_name: BRIDGE_TARGET };
  post(createMessage<KernelMessage.ICommOpenMsg<'shell'>>({ ...head, msgType: 'comm_open', content }));
  return client;
}

/**
 * Whether another process than this speaks in the place of its kernel: JupyterLab tells of restarts by its own connection and
 * by the server itself, not of those that somebody else asks for.
 */
function isOfAnother(
  { header, parent_header: parent }: KernelMessage.IIOPubMessage,
  process: string | undefined,
): boolean {
  if (process === undefined || header.session === process) return false;
  // The server speaks in a kernel's place too: only what answers somebody, or greets the server, is the kernel's.
  return 'msg_id' in parent || (header.msg_type as string) === 'iopub_welcome';
}

function bytesOf(buffer: ArrayBuffer | ArrayBufferView): Uint8Array {
  return buffer instanceof ArrayBuffer
    ? new Uint8Array(buffer)
    : new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}
