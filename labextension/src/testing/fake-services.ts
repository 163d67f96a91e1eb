/** What is used of `@jupyterlab/services`, where that is not installed: one server, kept in memory. */
import { FakeKernel } from './fake-kernel.js';
import type { FakeConnection } from './fake-kernel.js';
import { FakeSignal } from './fake-signal.js';

interface IMessage {
  readonly header: { readonly msg_type: string };
}

export const KernelMessage = {
  createMessage: ({ msgType, ...message }: { msgType: string }): object => ({
    ...message,
    header: { msg_type: msgType },
  }),
  isCommMsgMsg: ({ header }: IMessage): boolean => header.msg_type === 'comm_msg',
  isCommCloseMsg: ({ header }: IMessage): boolean => header.msg_type === 'comm_close',
};

interface ISessionModel {
  readonly id: string;
  readonly type: string;
}

/** A Jupyter server, with the calls of its session and kernel managers. */
export class FakeServer {
  running: ISessionModel[] = [];
  kernel = new FakeKernel();
  /** Nothing answers. */
  isAway = false;
  began = 'monday';
  started = 0;
  installed: Record<string, object> = { covey: {} };
  session: FakeSession | undefined;

  readonly services = {
    ready: Promise.resolve(),
    serverSettings: { baseUrl: 'http://server/' },
    kernelspecs: { specs: this._specs, refreshSpecs: async () => undefined },
    kernels: { shutdown: async () => undefined, shutdownAll: async () => undefined },
    sessions: {
      connectTo: () => (this.session = new FakeSession(this.kernel.connect())),
      shutdown: async (id: string) => this.end(id),
      shutdownAll: async () => undefined,
    },
  };

  private get _specs(): object {
    const specs = {};
    Object.defineProperty(specs, 'kernelspecs', { get: () => this.installed });
    return specs;
  }

  answer(): void {
    if (this.isAway) throw new ServerConnection.NetworkError();
  }

  /** Its kernel ends, for whatever reason; documents hear of it. */
  end(id: string): void {
    this.running = this.running.filter((session) => session.id !== id);
    this.kernel = new FakeKernel();
    this.session?.dispose();
  }
}

class FakeSession {
  readonly disposed = new FakeSignal<void>();
  readonly statusChanged = new FakeSignal<string>();
  readonly connectionStatusChanged = new FakeSignal<string>();
  readonly iopubMessage: FakeSignal<object>;
  readonly id = 'session-1';
  isDisposed = false;

  constructor(readonly kernel: FakeConnection) {
    this.iopubMessage = kernel.iopubMessage;
  }

  dispose(): void {
    if (this.isDisposed) return;
    this.isDisposed = true;
    this.kernel.isDisposed = true;
    this.disposed.emit();
  }
}

let server = new FakeServer();

/** From now on this one is asked. */
export function serve(): FakeServer {
  server = new FakeServer();
  return server;
}

class NetworkError extends Error {}
class ResponseError extends Error {
  constructor(readonly response: { readonly status: number }) {
    super(`status ${response.status}`);
  }
}

export const ServerConnection = {
  NetworkError,
  ResponseError,
  makeRequest: async () => {
    server.answer();
    return { ok: true, json: async () => ({ started: server.began }) };
  },
};

export const SessionAPI = {
  listRunning: async () => {
    server.answer();
    return [...server.running];
  },
  startSession: async ({ type }: { type: string }) => {
    server.answer();
    server.started += 1;
    const session = { id: `session-${server.started}`, type };
    server.running.push(session);
    return session;
  },
  shutdownSession: async (id: string) => server.end(id),
};
