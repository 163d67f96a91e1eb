/** A Jupyter kernel of any kind as a process, and the least of a front end: what benchmarks need to ask and to time. */
import { spawn } from 'node:child_process';
import { createHmac, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Dealer, Subscriber } from 'zeromq';

const TIMEOUT_MS = 60_000;
const TICK_MS = 10;
const NAMES = ['shell', 'control', 'stdin', 'iopub', 'hb'];

export class KernelProcess {
  #key = randomUUID();
  #session = randomUUID();
  #folder = mkdtempSync(join(tmpdir(), 'covey-bench-kernel-'));
  #waiting = new Map();
  #child;
  #shell;
  #iopub;

  /** Milliseconds from the start of the process to the reply to `kernel_info_request`, and of processor time until then. */
  startMs = 0;
  startProcessorMs = 0;

  static async start(argvOf) {
    const kernel = new KernelProcess();
    const ports = await freePorts();
    const file = join(kernel.#folder, 'connection.json');
    const named = Object.fromEntries(NAMES.map((name, at) => [`${name}_port`, ports[at]]));
    const common = { transport: 'tcp', ip: '127.0.0.1', key: kernel.#key, signature_scheme: 'hmac-sha256' };
    writeFileSync(file, JSON.stringify({ ...common, ...named, kernel_name: 'bench' }));
    // Tried often, so that its grain doesn't hide when the kernel was there.
    const options = { linger: 0, reconnectInterval: 5, reconnectMaxInterval: 5 };
    kernel.#shell = new Dealer({ ...options, routingId: kernel.#session });
    kernel.#iopub = new Subscriber(options);
    kernel.#shell.connect(`tcp://127.0.0.1:${ports[0]}`);
    kernel.#iopub.connect(`tcp://127.0.0.1:${ports[3]}`);
    kernel.#iopub.subscribe();
    const [command, ...args] = argvOf(file);
    const startedMs = performance.now();
    kernel.#child = spawn(command, args, {
      cwd: kernel.#folder,
      stdio: 'ignore',
      detached: true,
      env: { ...process.env, COVEY_HOME: join(kernel.#folder, 'home') },
    });
    void kernel.#listen(kernel.#shell);
    void kernel.#listen(kernel.#iopub);
    await kernel.#ask('kernel_info_request', {}).reply;
    kernel.startMs = performance.now() - startedMs;
    kernel.startProcessorMs = kernel.#tree().reduce((sum, pid) => sum + processorMs(pid), 0);
    return kernel;
  }

  async execute(code) {
    const startedMs = performance.now();
    const content = { code, silent: false, store_history: true, user_expressions: {}, allow_stdin: false };
    const { reply, idle } = this.#ask('execute_request', { ...content, stop_on_error: true });
    const replyMs = (await reply) - startedMs;
    return { replyMs, idleMs: (await idle) - startedMs };
  }

  async complete(code) {
    const startedMs = performance.now();
    return { ms: (await this.#ask('complete_request', { code, cursor_pos: code.length }).reply) - startedMs };
  }

  /** Memory of the whole tree of processes, what is shared divided among those who share it. */
  pssMegabytes() {
    return this.#tree().reduce((sum, pid) => {
      const text = readOrEmpty(`/proc/${pid}/smaps_rollup`);
      return sum + Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1] ?? 0) / 1024;
    }, 0);
  }

  async end() {
    try {
      process.kill(-this.#child.pid, 'SIGKILL');
    } catch (error) {
      if (error.code !== 'ESRCH') throw error;
    }
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, 'exit');
    this.#shell.close();
    this.#iopub.close();
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }

  /** When the reply came, and when iopub said that the kernel is idle again. */
  #ask(type, content) {
    const id = randomUUID();
    const waiter = { reply: deferred(type), idle: deferred(type) };
    this.#waiting.set(id, waiter);
    const header = { msg_id: id, session: this.#session, username: 'bench', msg_type: type, version: '5.3' };
    const parts = [{ ...header, date: new Date().toISOString() }, {}, {}, content].map((part) => JSON.stringify(part));
    const signature = createHmac('sha256', this.#key).update(parts.join('')).digest('hex');
    void this.#shell.send(['<IDS|MSG>', signature, ...parts]);
    return { reply: waiter.reply.promise, idle: waiter.idle.promise };
  }

  async #listen(socket) {
    for await (const frames of socket) {
      const at = frames.findIndex((frame) => frame.toString() === '<IDS|MSG>');
      const [header, parent, , content] = frames.slice(at + 2, at + 6).map((frame) => JSON.parse(frame.toString()));
      const waiter = this.#waiting.get(parent?.msg_id);
      if (header.msg_type.endsWith('_reply')) waiter?.reply.resolve(performance.now());
      else if (content.execution_state === 'idle') waiter?.idle.resolve(performance.now());
    }
  }

  #tree() {
    const children = new Map();
    for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
      const parent = Number(fieldsOf(name)[1]);
      children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
    }
    const tree = [this.#child.pid];
    for (const pid of tree) tree.push(...(children.get(pid) ?? []));
    return tree;
  }
}

function processorMs(pid) {
  const fields = fieldsOf(pid);
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * TICK_MS;
}

/** Of `stat`, behind the name, which may hold anything. */
function fieldsOf(pid) {
  const text = readOrEmpty(`/proc/${pid}/stat`);
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}

function readOrEmpty(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'EACCES'].includes(error.code)) return '';
    throw error;
  }
}

function deferred(what) {
  const { promise, resolve, reject } = withResolvers();
  const timer = setTimeout(() => reject(new Error(`The kernel did not answer ${what}`)), TIMEOUT_MS);
  timer.unref();
  promise.then(
    () => clearTimeout(timer),
    () => undefined,
  );
  return { promise, resolve };
}

function withResolvers() {
  let resolve;
  let reject;
  const promise = new Promise((...functions) => ([resolve, reject] = functions));
  return { promise, resolve, reject };
}

async function freePorts() {
  const servers = NAMES.map(() => createServer());
  const ports = await Promise.all(
    servers.map(async (server) => {
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      return server.address().port;
    }),
  );
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
