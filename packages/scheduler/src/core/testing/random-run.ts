/**
 * A random sequence of stimuli against toy workers, with every invariant checked after each one; and at its end, when
 * everybody behaves, that whatever is still wanted ends, and that nothing stays once nobody wants anything.
 */
import type {
  CancelScope,
  ClientId,
  ClientTaskId,
  FunctionId,
  OptionsId,
  ScatterItem,
  TaskId,
  TaskOptions,
  WorkerId,
} from '@covey/protocol/internal';
import { SchedulerCore } from '../core.js';
import type { Scattered } from '../scatter.js';
import { RandomSource } from './random-source.js';
import { recordingOutput } from './recording-output.js';
import type { Message } from './recording-output.js';
import { ToyWorker } from './toy-worker.js';
import { workerHello } from './world.js';

const OPTIONS: readonly TaskOptions[] = [
  {},
  {},
  {},
  { wanted: false },
  { wanted: false },
  { priority: 3 },
  { retries: 2 },
  { workers: ['w0', 'w1'] },
  { workers: ['w1'], allowOtherWorkers: true },
  { workers: ['special'] },
  { resources: { gpu: 1 } },
  { resources: { gpu: 2 }, workers: ['special', 'w0'] },
  { actor: true },
];

const CANCEL_SCOPES: readonly CancelScope[] = ['numbers', 'client', 'everybody'];

interface ToyClient {
  readonly id: ClientId;
  nextId: number;
  /** The client's ids, wanted or not, that it has not released. */
  readonly known: Map<number, { wanted: boolean; news: string; key: string }>;
}

/** Limits of a run. */
export interface RandomRunOptions {
  readonly steps: number;
}

/** Plays the sequence that a seed stands for. @throws Error when an invariant breaks or something never ends. */
export function playRandomRun(seed: number, options: RandomRunOptions): void {
  new RandomRun(seed).play(options.steps);
}

class RandomRun {
  readonly #random: RandomSource;
  readonly #core: SchedulerCore;
  readonly #workers = new Map<WorkerId, ToyWorker>();
  readonly #clients = new Map<ClientId, ToyClient>();
  readonly #uploads: { readonly worker: WorkerId; readonly taskId: TaskId }[] = [];
  readonly #unplaced: { readonly client: ClientId; readonly item: ScatterItem }[] = [];
  readonly #retired: WorkerId[] = [];
  #now = 0;
  #workerNumber = 0;

  constructor(seed: number) {
    this.#random = new RandomSource(seed);
    this.#core = new SchedulerCore({
      output: recordingOutput((message) => this.#hear(message)),
      config: {
        resultCacheBytes: this.#random.oneIn(2) ? 1 << 20 : 0,
        storyLength: 64,
        allowedFailures: this.#random.below(3),
        windowTasks: 1 + this.#random.below(3),
        windowMs: this.#random.oneIn(2) ? 5 : 1000,
        recallAfterMs: this.#random.oneIn(2) ? 5 : 200,
      },
      validate: true,
    });
  }

  play(steps: number): void {
    this.#addWorker();
    this.#addClient();
    for (let i = 0; i < steps; i++) {
      this.#now += this.#random.below(10);
      this.#step();
      if (this.#random.oneIn(2)) this.#core.flushAssignments(this.#now);
      if (this.#random.oneIn(8)) this.#core.wake(this.#now);
    }
    this.#calm();
    this.#expectEverythingEnded();
    this.#leaveEverything();
  }

  #step(): void {
    const random = this.#random;
    const client = random.pick([...this.#clients.values()]);
    const worker = random.pick([...this.#workers.values()]);
    switch (random.below(30)) {
      case 0:
        if (this.#workers.size < 5) this.#addWorker();
        break;
      case 1:
        if (worker !== undefined) this.#removeWorker(worker, random.oneIn(3));
        break;
      case 2:
        if (this.#clients.size < 3) this.#addClient();
        break;
      case 3:
        if (client !== undefined && random.oneIn(6)) this.#removeClient(client);
        break;
      case 4:
      case 5:
      case 6:
      case 7:
      case 8:
        if (client !== undefined) for (let i = random.oneIn(3) ? 4 : 1; i > 0; i--) this.#submit(client, i > 1);
        break;
      case 9:
        if (client !== undefined) this.#scatter(client);
        break;
      case 10:
        if (client !== undefined) this.#releaseSome(client);
        break;
      case 11:
        if (client !== undefined) this.#speak(client);
        break;
      case 12:
        if (worker !== undefined) this.#core.pauseWorker(worker.id, random.oneIn(2), this.#now);
        break;
      case 13:
        this.#operate(client);
        break;
      case 14:
        if (worker !== undefined) this.#loseOne(worker);
        break;
      case 15:
        this.#upload();
        break;
      default:
        if (worker !== undefined) this.#advance(worker);
    }
  }

  #advance(worker: ToyWorker): void {
    const random = this.#random;
    for (let i = random.below(6); i >= 0; i--) {
      const what = random.below(3);
      if (what === 0) worker.receive();
      else if (what === 1) worker.act(random, true);
      else this.#deliver(worker);
    }
  }

  #deliver(worker: ToyWorker): boolean {
    const message = worker.outbox.shift();
    if (message === undefined || !this.#workers.has(worker.id)) return false;
    message(this.#core, this.#now);
    return true;
  }

  #addWorker(): void {
    const number = this.#workerNumber++;
    const name = number % 3 === 2 ? `special${number}` : `w${number % 3}-${number}`;
    const nthreads = 1 + this.#random.below(3);
    const host = number % 3 === 2 ? 'special' : `w${number % 3}`;
    const resources = this.#random.oneIn(2) ? { gpu: 2 } : {};
    const id = this.#core.addWorker(workerHello(name, { nthreads, host, resources }), this.#now);
    this.#adoptWorker(id, name, nthreads);
  }

  #adoptWorker(id: WorkerId, name: string, nthreads: number): void {
    const worker = new ToyWorker(id, name, nthreads);
    worker.meet({ holds: (peer, taskId) => this.#workers.get(peer)?.held.has(taskId) ?? false });
    this.#workers.set(id, worker);
  }

  #removeWorker(worker: ToyWorker, graceful: boolean): void {
    this.#workers.delete(worker.id);
    this.#core.removeWorker(worker.id, { graceful, reason: graceful ? 'retired' : 'connection lost' }, this.#now);
  }

  #addClient(): void {
    const id = this.#core.addClient({ name: `client ${this.#clients.size}` }, this.#now);
    this.#clients.set(id, { id, nextId: 1, known: new Map() });
    const header = new Uint8Array(1);
    for (let fn = 1; fn <= 3; fn++) {
      const blob = { hash: `h${fn}`, name: `f${fn}`, references: 0, header, buffers: [] };
      this.#core.defineFunction(id, fn as FunctionId, blob, this.#now);
    }
    OPTIONS.forEach((options, i) => this.#core.defineOptions(id, (i + 1) as OptionsId, options, this.#now));
  }

  #removeClient(client: ToyClient): void {
    this.#clients.delete(client.id);
    this.#core.removeClient(client.id, this.#now);
  }

  /** As a link, one task that depends on the client's last one. */
  #submit(client: ToyClient, isLink: boolean): void {
    const random = this.#random;
    const count = isLink ? 1 : 1 + (random.oneIn(2) ? random.below(6) : 0);
    const optionsIndex = random.below(isLink ? 5 : OPTIONS.length);
    const perTask = isLink ? 1 : random.below(4);
    const firstId = client.nextId;
    const ids = isLink ? [firstId - 1] : [...client.known.keys()];
    const dependencies: ClientTaskId[] = [];
    for (let i = 0; i < count * perTask; i++) {
      // Mostly what it knows; now and then an id that it released or never had.
      const id = random.oneIn(30) ? 1 + random.below(firstId) : random.pick(ids);
      if (id === undefined || id >= firstId) break;
      dependencies.push(id as ClientTaskId);
    }
    const isComplete = dependencies.length === count * perTask && perTask > 0;
    client.nextId += count;
    const wanted = OPTIONS[optionsIndex]!.wanted !== false;
    const keys = Array.from({ length: count }, (_, i) => {
      const kind = random.oneIn(12) ? 'bad' : random.oneIn(12) ? 'pin' : 'k';
      // Some keys are everybody's, and some of those clash.
      const key = random.oneIn(4) ? `${kind}${random.below(10)}` : `${kind}${client.id}-${firstId + i}`;
      client.known.set(firstId + i, { wanted, news: 'none', key });
      return key;
    });
    this.#core.submitRun(
      client.id,
      {
        optionsId: (optionsIndex + 1) as OptionsId,
        functionId: (1 + random.below(2)) as FunctionId,
        firstId: firstId as ClientTaskId,
        count,
        keys: random.oneIn(3) ? 'run' : keys,
        args: new Uint8Array(count),
        argumentEnds: keys.map((_, i) => i + 1),
        dependencies: isComplete ? dependencies : null,
        definitions: random.oneIn(3) ? Array.from({ length: count }, () => random.below(3)) : null,
      },
      this.#now,
    );
  }

  #scatter(client: ToyClient): void {
    const random = this.#random;
    const id = client.nextId++;
    const key = random.oneIn(4) ? `data${random.below(3)}` : `data-${client.id}-${id}`;
    client.known.set(id, { wanted: true, news: 'none', key });
    const inline = random.oneIn(2) ? { inline: new Uint8Array(8) } : {};
    const item = { id: id as ClientTaskId, key, nbytes: 8, type: 'Buffer', ...inline };
    const broadcast = random.oneIn(3) ? { broadcast: true } : {};
    const [scattered] = this.#core.scatter(client.id, [item], broadcast, this.#now);
    this.#noteScattered(client.id, item, scattered!);
  }

  /** Asks again for data that no worker could take. */
  #placeAgain(): void {
    for (const { client, item } of this.#unplaced.splice(0)) {
      if (!this.#clients.has(client)) continue;
      const [scattered] = this.#core.placeScattered(client, [item], {}, this.#now);
      this.#noteScattered(client, item, scattered!);
    }
  }

  #noteScattered(client: ClientId, item: ScatterItem, { taskId, addresses, unplaced }: Scattered): void {
    if (unplaced === true) this.#unplaced.push({ client, item });
    for (const address of addresses) {
      const worker = [...this.#workers.values()].find((it) => `tcp://${it.name}` === address)!;
      this.#uploads.push({ worker: worker.id, taskId });
    }
  }

  #upload(): void {
    this.#placeAgain();
    const upload = this.#uploads.shift();
    const worker = upload === undefined ? undefined : this.#workers.get(upload.worker);
    if (upload === undefined || worker === undefined) return;
    worker.held.add(upload.taskId);
    worker.outbox.push((core, now) => core.workerStored(worker.id, upload.taskId, 8, 'Buffer', now));
  }

  #releaseSome(client: ToyClient): void {
    const ids = [...client.known.keys()].filter(() => this.#random.oneIn(3));
    for (const id of ids) client.known.delete(id);
    this.#core.release(
      client.id,
      ids.flatMap((id) => [id, 1]),
      this.#now,
    );
  }

  #speak(client: ToyClient): void {
    const random = this.#random;
    const ids = [...client.known.keys()].filter(() => random.oneIn(4)) as ClientTaskId[];
    switch (random.below(8)) {
      case 0:
        this.#core.cancel(client.id, ids, CANCEL_SCOPES[random.below(3)]!, 'at random', this.#now);
        break;
      case 1:
        this.#core.retry(client.id, ids, this.#now);
        break;
      case 2:
        for (const id of ids) client.known.get(id)!.wanted = true;
        this.#core.hold(client.id, ids, this.#now);
        break;
      case 3: {
        const firstId = client.nextId;
        const keys = ['k1', 'k2', 'data1', 'bad1', 'nothing'];
        client.nextId += keys.length;
        keys.forEach((key, i) => client.known.set(firstId + i, { wanted: true, news: 'none', key }));
        const found = this.#core.adopt(client.id, keys, firstId as ClientTaskId, this.#now);
        found.forEach((isThere, i) => {
          if (!isThere) client.known.delete(firstId + i);
        });
        break;
      }
      case 4:
        this.#core.fireAndForget(client.id, ids, this.#now);
        break;
      case 5: {
        const absent = random.oneIn(3) ? [`tcp://${random.pick([...this.#workers.values()])?.name ?? ''}`] : undefined;
        this.#core.locate(client.id, ids, absent, this.#now);
        break;
      }
      case 6: {
        const worker = random.pick([...this.#workers.values()]);
        const attempt = random.pick([...(worker?.attempts.values() ?? [])]);
        if (attempt !== undefined && !attempt.holdsTasks)
          attempt.holdsTasks = this.#core.holdInResult(client.id, attempt.attempt, ids, this.#now) === 'held';
        break;
      }
      default:
        this.#core.holdFor(`set ${random.below(3)}`, client.id, { ids }, this.#now);
    }
  }

  #operate(client: ToyClient | undefined): void {
    const random = this.#random;
    const name = random.pick([...this.#workers.values()])?.name;
    switch (random.below(8)) {
      case 0:
        this.#core.releaseFor(`set ${random.below(3)}`, undefined, this.#now);
        break;
      case 1:
        if (random.oneIn(4)) this.#core.restart('at random', this.#now);
        break;
      case 2:
        if (name === undefined) break;
        if (random.oneIn(3)) this.#core.keepWorkers(this.#core.selectWorkers([name]), this.#now);
        else this.#core.retireWorkers({ workers: [name] }, this.#now);
        break;
      case 3:
        if (client !== undefined) this.#core.replicate(client.id, {}, { n: 2 }, this.#now);
        break;
      case 4:
        if (client !== undefined) this.#core.rebalance(client.id, {}, {}, this.#now);
        break;
      case 5:
        this.#closeRetired();
        break;
      default:
        for (const key of this.#core.keys(3)) this.#core.explain(key);
        this.#core.story(null, { keys: this.#core.keys(3) });
        this.#core.demand();
    }
  }

  #closeRetired(): boolean {
    const retired = this.#retired.shift();
    const worker = retired === undefined ? undefined : this.#workers.get(retired);
    if (worker !== undefined) this.#removeWorker(worker, true);
    return worker !== undefined;
  }

  #loseOne(worker: ToyWorker): void {
    const taskId = this.#random.pick([...worker.held]);
    if (taskId === undefined) return;
    worker.held.delete(taskId);
    worker.outbox.push((core, now) => core.workerLost(worker.id, [taskId], now));
  }

  /** Everybody behaves from here on, and there are workers for every restriction. */
  #calm(): void {
    const everything = { nthreads: 2, resources: { gpu: 4 } };
    for (const host of ['w0', 'w1', 'special']) {
      const id = this.#core.addWorker(workerHello(`calm-${host}`, { ...everything, host }), this.#now);
      this.#adoptWorker(id, `calm-${host}`, 2);
    }
    for (const worker of this.#workers.values()) this.#core.pauseWorker(worker.id, false, this.#now);
    this.#settle();
  }

  /** Until nothing is under way and nobody can do anything. */
  #settle(): void {
    let quietRounds = 0;
    for (let round = 0; round < 3000; round++) {
      this.#now += 1;
      let moved = false;
      do this.#upload();
      while (this.#uploads.length > 0);
      for (const worker of this.#workers.values()) {
        while (worker.inbox.length > 0) {
          worker.receive();
          moved = true;
        }
        for (let i = 0; i < 8; i++) moved = worker.act(this.#random, false) || moved;
        while (worker.outbox.length > 0) moved = this.#deliver(worker) || moved;
      }
      this.#core.flushAssignments(this.#now);
      moved = this.#closeRetired() || moved;
      const isQuiet = !moved && [...this.#workers.values()].every((worker) => worker.inbox.length === 0);
      // What a toy worker tries next is drawn by lot, so one round without a move proves nothing.
      quietRounds = isQuiet ? quietRounds + 1 : 0;
      if (quietRounds === 20) return;
    }
    throw new Error('the cluster never comes to rest');
  }

  #expectEverythingEnded(): void {
    for (const client of this.#clients.values()) {
      for (const [id, { wanted, news, key }] of client.known) {
        if (!wanted) continue;
        const info = this.#core.explain(key);
        if (news === 'done') {
          this.#expectHeld(client, id, key);
          continue;
        }
        if (news === 'erred' || news === 'cancelled') continue;
        const why = info === undefined ? 'forgotten' : `${info.state}: ${info.because}`;
        throw new Error(`client ${client.id} waits for ${id} (${key}), last heard '${news}'; it is ${why}`);
      }
    }
  }

  /** Whoever is said to hold a result holds it. */
  #expectHeld(client: ToyClient, id: number, key: string): void {
    const [located] = this.#core.locate(client.id, [id as ClientTaskId], undefined, this.#now);
    const addresses = located?.addresses ?? [];
    if (addresses.length === 0)
      throw new Error(`client ${client.id} heard that ${id} (${key}) is done, and nobody has it`);
    for (const worker of this.#workers.values()) {
      if (!addresses.includes(`tcp://${worker.name}`) || worker.held.has(located!.taskId)) continue;
      throw new Error(`${worker.name} is said to hold ${id} (${key}), and doesn't`);
    }
  }

  #leaveEverything(): void {
    for (const client of [...this.#clients.values()]) this.#removeClient(client);
    for (let i = 0; i < 3; i++) this.#core.releaseFor(`set ${i}`, undefined, this.#now);
    this.#settle();
    const left = this.#core.keys(10);
    if (left.length > 0)
      throw new Error(`tasks are left: ${left.map((key) => this.#core.explain(key)?.because).join()}`);
    for (const worker of this.#workers.values()) {
      if (worker.held.size > 0) throw new Error(`${worker.name} still holds ${[...worker.held].join()}`);
    }
  }

  #hear(message: Message): void {
    switch (message.said) {
      case 'done':
      case 'erred':
      case 'cancelled':
      case 'pending': {
        const [client, id] = message.args;
        const known = this.#clients.get(client)?.known.get(id);
        if (known !== undefined) known.news = message.said;
        break;
      }
      case 'wakeAt':
        break;
      case 'retired':
        this.#retired.push(message.args[0]);
        break;
      default:
        this.#workers.get(message.args[0])?.inbox.push(message);
    }
  }
}
