/** Workers and a client that answer without delay: what is measured is the core. */

const CHUNK = 2000;

export class ToyCluster {
  /** Attempts sent and not answered, by worker. */
  pending = [];
  done = 0;
  now = 0;
  finished = [];

  constructor(SchedulerCore, { workers, nthreads, config = {} }) {
    const nothing = () => undefined;
    const output = {
      sendFunction: nothing,
      compute: (worker, taskId, attempt) => void this.pending[worker].push(taskId, attempt),
      cancelAttempt: nothing,
      free: nothing,
      holders: nothing,
      acquire: nothing,
      store: nothing,
      peer: nothing,
      peerGone: nothing,
      releaseFunctions: nothing,
      pause: nothing,
      done: (_client, id) => void this.finished.push(id),
      erred: nothing,
      cancelled: nothing,
      pending: nothing,
      wakeAt: nothing,
      retired: nothing,
    };
    this.core = new SchedulerCore({ output, config });
    this.client = this.core.addClient({ name: 'bench' }, 0);
    const blob = { hash: 'h', name: 'f', references: 0, header: new Uint8Array(10), buffers: [] };
    this.core.defineFunction(this.client, 1, blob, 0);
    this.core.defineOptions(this.client, 1, {}, 0);
    this.workers = [];
    for (let i = 0; i < workers; i++) {
      const hello = { name: `w${i}`, address: `tcp://w${i}`, host: 'h', pid: i, nthreads, memoryLimit: 0 };
      const worker = this.core.addWorker({ ...hello, resources: {}, versions: {} }, 0);
      this.workers.push(worker);
      this.pending[worker] = [];
    }
    this.nextId = 1;
  }

  /** Sends one chunk of `count` tasks, each depending on the `dependencies` tasks before it in the chunk before. */
  submit(count, { dependencies, numbered }) {
    const firstId = this.nextId;
    this.nextId += count;
    const args = new Uint8Array(count * 8);
    const argumentEnds = Array.from({ length: count }, (_, i) => (i + 1) * 8);
    const ids = dependencies > 0 && firstId > CHUNK ? [] : null;
    if (ids !== null) {
      for (let i = 0; i < count; i++)
        for (let d = 0; d < dependencies; d++) ids.push(firstId - CHUNK + ((i + d) % CHUNK));
    }
    const keys = numbered
      ? 'work-0123456789abcdef'
      : Array.from({ length: count }, (_, i) => `work-${hexOf(firstId + i)}${hexOf(i * 7919)}`);
    const run = {
      optionsId: 1,
      functionId: 1,
      firstId,
      count,
      keys,
      args,
      argumentEnds,
      dependencies: ids,
      definitions: null,
    };
    this.core.submitRun(this.client, run, this.now);
  }

  /** Has every worker answer what it was sent, a batch each. */
  answer() {
    this.now += 0.1;
    for (const worker of this.workers) {
      const batch = this.pending[worker];
      if (batch.length === 0) continue;
      this.pending[worker] = [];
      for (let i = 0; i < batch.length; i += 2) {
        this.core.workerDone(worker, batch[i], batch[i + 1], 28, 'number', 0, 0.005, 0, INLINE, this.now);
      }
      this.core.flushAssignments(this.now);
    }
  }

  /** Passes `count` tasks through; the client releases chunks of them, `live` chunks after they were sent (default 2). */
  runAll(count, { dependencies, numbered, live = 2 }) {
    const chunks = [];
    for (let sent = 0; sent < count; sent += CHUNK) {
      chunks.push([this.nextId, CHUNK]);
      this.submit(CHUNK, { dependencies, numbered });
      this.core.flushAssignments(this.now);
      while (this.pending.some((batch) => batch.length > 0)) this.answer();
      this.finished.length = 0;
      if (chunks.length > live) this.core.release(this.client, chunks.shift(), this.now);
    }
    for (const range of chunks) this.core.release(this.client, range, this.now);
    this.core.flushAssignments(this.now);
  }

  /** Has `count` tasks done, and the client hold them all. */
  keepAll(count, { dependencies, numbered }) {
    for (let sent = 0; sent < count; sent += CHUNK) {
      this.submit(CHUNK, { dependencies, numbered });
      this.core.flushAssignments(this.now);
      while (this.pending.some((batch) => batch.length > 0)) this.answer();
      this.finished.length = 0;
    }
  }
}

const INLINE = new Uint8Array(28);

function hexOf(n) {
  return Math.imul(n, 0x9e3779b1).toString(16).replace('-', 'f').padStart(12, '0');
}
