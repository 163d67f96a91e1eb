/** One kernel with Covey's bridge, and the connections that documents have to it. All connections hear all that it says. */
import type { BridgeCalls, BridgeSkew, FromKernel, ToKernel } from '@covey/protocol/bridge';
import type { Kernel } from '@jupyterlab/services';
import { FakeSignal } from './fake-signal.js';

interface ICommMessage {
  readonly header: { readonly msg_type: string };
  readonly content: { readonly comm_id: string; readonly data: unknown };
}

type Answers = { [Method in keyof BridgeCalls]?: BridgeCalls[Method]['result'] };

export class FakeKernel {
  readonly connections: FakeConnection[] = [];
  /** Of the comms that are open. */
  readonly comms = new Set<string>();
  readonly asked: { readonly comm: string; readonly method: string; readonly params: unknown }[] = [];
  answers: Answers = {};
  skew: BridgeSkew | null = null;
  /** Otherwise comms are opened, and nothing is heard of them. */
  isAnswering = true;

  constructor(
    readonly name = 'covey',
    readonly id = 'kernel',
  ) {}

  connect(): FakeConnection {
    const connection = new FakeConnection(this);
    this.connections.push(connection);
    return connection;
  }

  /** To one comm, or to all. */
  say(message: FromKernel, comm?: string): void {
    for (const id of comm === undefined ? [...this.comms] : [comm]) {
      this.publish('comm_msg', { comm_id: id, data: message });
    }
  }

  publish(type: string, content: object, parent: object = {}): void {
    for (const { iopubMessage } of [...this.connections]) {
      iopubMessage.emit({ header: { msg_type: type }, parent_header: parent, content });
    }
  }

  hear({ header, content }: ICommMessage): void {
    const comm = content.comm_id;
    switch (header.msg_type) {
      case 'comm_open': {
        this.comms.add(comm);
        const versions = { protocol: 1, covey: '0.1.0', mode: 'notebook', host: 'h', user: 'u' } as const;
        if (this.isAnswering) queueMicrotask(() => this.say({ type: 'welcome', ...versions, skew: this.skew }, comm));
        return;
      }
      case 'comm_close':
        this.comms.delete(comm);
        return;
      default:
        this._onMessage(content.data as ToKernel, comm);
    }
  }

  private _onMessage(message: ToKernel, comm: string): void {
    if (message.type !== 'request') return;
    this.asked.push({ comm, method: message.method, params: message.params });
    const result = message.method in this.answers ? this.answers[message.method] : null;
    this.say({ type: 'reply', id: message.id, result }, comm);
  }
}

export class FakeConnection {
  readonly iopubMessage = new FakeSignal<object>();
  readonly clientId = 'client';
  readonly username = 'user';
  readonly executed: unknown[] = [];
  status = 'idle';
  isDisposed = false;

  constructor(private readonly _kernel: FakeKernel) {}

  get id(): string {
    return this._kernel.id;
  }

  get name(): string {
    return this._kernel.name;
  }

  sendShellMessage(message: ICommMessage): void {
    this._kernel.hear(message);
  }

  requestExecute(_content: object, _disposeOnDone?: boolean, metadata?: object): void {
    this.executed.push(metadata);
  }

  get asKernel(): Kernel.IKernelConnection {
    return this as unknown as Kernel.IKernelConnection;
  }
}
