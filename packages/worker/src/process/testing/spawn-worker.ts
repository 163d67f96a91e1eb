/** Starts the bundled worker process as a nanny would, for tests and measurements. */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { workerEntry } from '../../nanny/entry-files.js';
import type { FromWorkerProcess, WorkerProcessConfig } from '../../nanny/worker-ipc.js';
import type { WorkerOptions } from '../worker-options.js';
import type { FakeScheduler } from './fake-scheduler.js';

export interface SpawnOptions extends WorkerOptions {
  readonly name?: string;
  readonly memoryLimit?: number;
  readonly secret?: string;
  readonly scheduler?: string;
  readonly environment?: NodeJS.ProcessEnv;
  readonly execArgv?: string[];
}

export class SpawnedWorker implements AsyncDisposable {
  readonly child: ChildProcess;
  /** What it answers to its configuration. */
  readonly answer: Promise<FromWorkerProcess>;
  readonly exit: Promise<number | null>;
  /** What it wrote to standard error so far. */
  stderr = '';

  constructor(scheduler: FakeScheduler, more: SpawnOptions = {}) {
    const {
      name = 'alice',
      memoryLimit = 0,
      environment,
      execArgv = [],
      secret,
      scheduler: address,
      ...options
    } = more;
    this.child = fork(workerEntry(), [], {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: { ...process.env, ...environment },
      execArgv,
    });
    // Not inherited: a test runner that reads 'out of memory' there would take it for its own end.
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.exit = once(this.child, 'exit').then(([code]) => code as number | null);
    this.answer = once(this.child, 'message').then(([message]) => message as FromWorkerProcess);
    this.answer.catch(() => undefined);
    const config: WorkerProcessConfig = {
      type: 'config',
      name,
      scheduler: address ?? scheduler.address,
      secret: secret ?? scheduler.secret.reveal(),
      nanny: 'nanny-1',
      memoryLimit,
      options: { nthreads: 1, ...options },
    };
    this.child.send(config);
  }

  /** Resolves when it has written this. */
  async untilSaid(text: string): Promise<void> {
    while (!this.stderr.includes(text)) await once(this.child.stderr as Readable, 'data');
  }

  async stop(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill('SIGKILL');
    await this.exit;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}
