/**
 * A front end for tests: starts the real kernel process, speaks Jupyter's protocol with it over ZeroMQ, and keeps every
 * message in the order in which it came.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Dealer, Request, Subscriber } from 'zeromq';
import { kernelNodeFlags } from '../entry.js';
import { Wire } from '../protocol/message.js';
import type { Dictionary, Message } from '../protocol/message.js';
import { MessageFactory } from '../protocol/message-factory.js';
import { freePorts } from './free-ports.js';

export interface Executed {
  readonly reply: Dictionary;
  /** What iopub said about it, without `status` and `execute_input`. */
  readonly outputs: readonly Message[];
}

type AskingChannel = 'shell' | 'control' | 'stdin';

export class KernelClient {
  readonly process: ChildProcess;
  /** All of iopub, from the beginning. */
  readonly iopub: Message[] = [];
  readonly folder: string;
  readonly #factory = new MessageFactory();
  readonly #wire: Wire;
  readonly #dealers: Readonly<Record<AskingChannel, Dealer>>;
  readonly #subscriber = new Subscriber({ linger: 0 });
  readonly #heartbeat = new Request({ linger: 0 });
  readonly #replies: Message[] = [];
  /** By the request that they are about: tests look at them at each message that comes, some of thousands. */
  readonly #about = new Map<unknown, Message[]>();
  readonly #replyTo = new Map<unknown, Message>();
  readonly #watchers = new Set<() => void>();
  /** A socket of ZeroMQ takes one send at a time. */
  readonly #sent: Record<AskingChannel, Promise<void>>;
  readonly #exit: Promise<number | NodeJS.Signals | null>;
  #log = '';

  private constructor(child: ChildProcess, folder: string, key: string) {
    this.process = child;
    this.folder = folder;
    this.#wire = new Wire(key);
    const routingId = randomUUID();
    const dealer = (): Dealer => new Dealer({ linger: 0, routingId });
    this.#dealers = { shell: dealer(), control: dealer(), stdin: dealer() };
    this.#sent = { shell: Promise.resolve(), control: Promise.resolve(), stdin: Promise.resolve() };
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#log += text));
    this.#exit = new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal)));
  }

  /** @param log what descriptor 2 is; a pipe that is read for error messages of tests. */
  static async start(
    environment: NodeJS.ProcessEnv = {},
    cwd?: string,
    log: 'pipe' | number = 'pipe',
  ): Promise<KernelClient> {
    const client = KernelClient.launch(await freePorts(5), environment, cwd, log);
    await client.waitFor(() => client.iopub.some(({ header }) => header.msg_type === 'iopub_welcome'));
    await client.request('shell', 'kernel_info_request', {});
    return client;
  }

  /** Starts a kernel, and does not wait for it. */
  static launch(
    ports: readonly number[],
    environment: NodeJS.ProcessEnv = {},
    cwd?: string,
    log: 'pipe' | number = 'pipe',
  ): KernelClient {
    const folder = mkdtempSync(join(tmpdir(), 'covey-kernel-'));
    const key = randomUUID();
    const [shell = 0, control = 0, stdin = 0, iopub = 0, heartbeat = 0] = ports;
    const connection = { transport: 'tcp', ip: '127.0.0.1', key, signature_scheme: 'hmac-sha256' };
    const portsByName = {
      shell_port: shell,
      control_port: control,
      stdin_port: stdin,
      iopub_port: iopub,
      hb_port: heartbeat,
    };
    const file = join(folder, 'connection.json');
    writeFileSync(file, JSON.stringify({ ...connection, ...portsByName }));
    const entry = join(import.meta.dirname, '../../bundle/kernel.cjs');
    const child = spawn(process.execPath, [...kernelNodeFlags, entry, file], {
      cwd: cwd ?? folder,
      env: { ...process.env, JPY_PARENT_PID: String(process.pid), COVEY_HOME: join(folder, 'home'), ...environment },
      stdio: ['ignore', 'ignore', log],
    });
    const client = new KernelClient(child, folder, key);
    client.#connect({ shell, control, stdin, iopub, heartbeat });
    return client;
  }

  /** Sends without waiting; the message's id tells what belongs to it. */
  send(channel: AskingChannel, type: string, content: Dictionary, parent?: Message, metadata?: Dictionary): string {
    const message = this.#factory.make({ type, content, parent: parent?.header, metadata });
    this.sendRaw(channel, this.#wire.encode(message));
    return message.header.msg_id;
  }

  sendRaw(channel: AskingChannel, frames: Uint8Array[]): void {
    this.#sent[channel] = this.#sent[channel].then(() => this.#dealers[channel].send(frames));
  }

  async request(channel: AskingChannel, type: string, content: Dictionary): Promise<Dictionary> {
    return this.reply(this.send(channel, type, content));
  }

  async reply(id: string): Promise<Dictionary> {
    await this.waitFor(() => this.#replyTo.has(id));
    return this.#replyTo.get(id)?.content ?? {};
  }

  submit(code: string, options: Dictionary = {}, metadata: Dictionary = {}): string {
    const content = {
      ...{ code, silent: false, store_history: true, user_expressions: {}, allow_stdin: false, stop_on_error: true },
      ...options,
    };
    return this.send('shell', 'execute_request', content, undefined, metadata);
  }

  async execute(code: string, options: Dictionary = {}, metadata: Dictionary = {}): Promise<Executed> {
    return this.finished(this.submit(code, options, metadata));
  }

  async finished(id: string): Promise<Executed> {
    const reply = await this.reply(id);
    await this.waitFor(() => this.states(id).includes('idle'));
    const outputs = this.about(id).filter(({ header }) => !['status', 'execute_input'].includes(header.msg_type));
    return { reply, outputs };
  }

  /** Drops what was heard so far, for tests that say much. */
  forget(): void {
    this.iopub.length = 0;
    this.#replies.length = 0;
    this.#about.clear();
    this.#replyTo.clear();
  }

  /** What iopub said about a request, in order. */
  about(id: string): readonly Message[] {
    return this.#about.get(id) ?? [];
  }

  states(id: string): unknown[] {
    return this.about(id).flatMap(({ header, content }) =>
      header.msg_type === 'status' ? [content['execution_state']] : [],
    );
  }

  /** Messages on stdin and replies, for tests that look at them one by one. */
  get replies(): readonly Message[] {
    return this.#replies;
  }

  /** Looks again at each message that comes, until it holds. Fails when the kernel ends before. */
  async waitFor(holds: () => boolean): Promise<void> {
    if (holds()) return;
    await Promise.race([
      new Promise<void>((resolve) => {
        const look = (): void => {
          if (!holds()) return;
          this.#watchers.delete(look);
          resolve();
        };
        this.#watchers.add(look);
      }),
      this.#exit.then((status) => {
        if (!holds()) throw new Error(`The kernel ended (${String(status)}) before: ${holds.toString()}\n${this.#log}`);
      }),
    ]);
  }

  async beat(): Promise<void> {
    await this.#heartbeat.send('ping');
    await this.#heartbeat.receive();
  }

  exited(): Promise<number | NodeJS.Signals | null> {
    return this.#exit;
  }

  /** What the kernel wrote to its own log so far. */
  get log(): string {
    return this.#log;
  }

  /** Ends the kernel as front ends do, and what is left of it. Throws, with its log, when a signal ended it. */
  async close(): Promise<number | null> {
    if (this.process.exitCode === null && this.process.signalCode === null) {
      this.send('control', 'shutdown_request', { restart: false });
    }
    const status = await this.#exit;
    this.release();
    if (typeof status === 'string') throw new Error(`The kernel was ended by ${status}\n${this.#log}`);
    return status;
  }

  release(): void {
    for (const socket of [...Object.values(this.#dealers), this.#subscriber, this.#heartbeat]) socket.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  #connect(ports: Record<AskingChannel | 'iopub' | 'heartbeat', number>): void {
    const address = (port: number): string => `tcp://127.0.0.1:${port}`;
    this.#subscriber.connect(address(ports.iopub));
    this.#subscriber.subscribe();
    this.#heartbeat.connect(address(ports.heartbeat));
    void this.#listen(this.#subscriber, (message) => {
      this.iopub.push(message);
      const about = this.#about.get(parentOf(message));
      if (about === undefined) this.#about.set(parentOf(message), [message]);
      else about.push(message);
    });
    for (const channel of ['shell', 'control', 'stdin'] as const) {
      this.#dealers[channel].connect(address(ports[channel]));
      void this.#listen(this.#dealers[channel], (message) => {
        this.#replies.push(message);
        if (message.header.msg_type.endsWith('_reply')) this.#replyTo.set(parentOf(message), message);
      });
    }
  }

  async #listen(socket: Dealer | Subscriber, heard: (message: Message) => void): Promise<void> {
    for await (const frames of socket) {
      heard(this.#wire.decode(frames));
      for (const look of this.#watchers) look();
    }
  }
}

export function parentOf({ parent }: Message): unknown {
  return (parent as Dictionary)['msg_id'];
}

/** The text that a request printed. */
export function printed(outputs: readonly Message[], name = 'stdout'): string {
  return outputs
    .filter(({ header, content }) => header.msg_type === 'stream' && content['name'] === name)
    .map(({ content }) => content['text'])
    .join('');
}

/** Representations of what a request displayed or gave as its result. */
export function shown(outputs: readonly Message[], type: string, mime = 'text/plain'): unknown[] {
  return outputs
    .filter(({ header }) => header.msg_type === type)
    .map(({ content }) => (content['data'] as Dictionary)[mime]);
}
