/** Every invariant of the core, checked from scratch: for tests after each stimulus, and for hunting a fault. */
import type { CoreState } from './core-state.js';
import { SUSPECTS_QUEUE } from './core-state.js';
import { holderCount, holdersOf, isActor } from './holders.js';
import { placeOfClass } from './restrictions.js';
import { ARGUMENT_KEEPER, RESULT_KEEPER } from './result-holds.js';
import { State, TASK_STATES } from './states.js';
import { Flag, NOWHERE, SHARED_QUEUE } from './task-table.js';
import { wishesOf } from './wishes.js';

/** @throws Error that lists what does not hold. */
export function validateCore(s: CoreState): void {
  const faults: string[] = [];
  const check = (holds: boolean, what: () => string): void => {
    if (!holds && faults.length < 20) faults.push(what());
  };
  checkTasks(s, check);
  checkWorkers(s, check);
  checkShared(s, check);
  if (faults.length > 0) throw new Error(`The scheduler's state is inconsistent:\n${faults.join('\n')}`);
}

type Check = (holds: boolean, what: () => string) => void;

const UNFINISHED: readonly number[] = [State.waiting, State.queued, State.noWorker, State.processing];

function checkTasks(s: CoreState, check: Check): void {
  const { tasks, edges, keys } = s;
  const counts = new Array<number>(8).fill(0);
  const needed = new Map<number, number>();
  const linked = new Map<number, number>();
  let edgeTotal = 0;
  let alive = 0;
  for (let slot = 0; slot < tasks.used; slot++) {
    const state = tasks.state[slot]!;
    if (state === State.forgotten) continue;
    alive++;
    counts[state]!++;
    edgeTotal += tasks.edgeCount[slot]!;
    for (let i = 0; i < tasks.edgeCount[slot]!; i++) {
      const edge = tasks.firstEdge[slot]! + i;
      const to = edges.to[edge]!;
      check(edges.from[edge] === slot, () => `edge ${edge} of slot ${slot} starts elsewhere`);
      check(tasks.state[to] !== State.forgotten, () => `${keys.text(slot)} depends on a forgotten task`);
      linked.set(to, (linked.get(to) ?? 0) + 1);
      if (UNFINISHED.includes(state)) needed.set(to, (needed.get(to) ?? 0) + 1);
    }
  }
  for (let slot = 0; slot < tasks.used; slot++) {
    if (tasks.state[slot] === State.forgotten) continue;
    checkTask(s, slot, needed.get(slot) ?? 0, linked.get(slot) ?? 0, check);
  }
  for (const [index, name] of TASK_STATES.entries()) {
    check(
      tasks.counts[index] === counts[index],
      () => `${name}: counted ${tasks.counts[index]!}, are ${counts[index]!}`,
    );
  }
  check(tasks.size === alive, () => `${tasks.size} ids for ${alive} tasks`);
  check(keys.size === alive, () => `${keys.size} keys for ${alive} tasks`);
  check(edges.size === edgeTotal, () => `${edges.size} edges allocated, ${edgeTotal} in use`);
}

function checkTask(s: CoreState, slot: number, needed: number, linked: number, check: Check): void {
  const { tasks, edges } = s;
  const state = tasks.state[slot]!;
  const name = (): string => `${s.keys.text(slot)} (${TASK_STATES[state]!})`;
  const isScattered = tasks.has(slot, Flag.scattered);

  check(tasks.find(tasks.taskId(slot)) === slot, () => `${name()}: its id leads elsewhere`);
  check(s.keys.find(s.keys.text(slot)) === slot, () => `${name()}: its key leads elsewhere`);
  check(tasks.needed[slot] === needed, () => `${name()}: needed by ${tasks.needed[slot]!}, should be ${needed}`);
  let dependents = 0;
  for (let edge = tasks.firstDependent[slot]!; edge !== -1; edge = edges.next[edge]!) {
    dependents++;
    check(edges.to[edge] === slot, () => `${name()}: its list of dependents holds a foreign edge`);
  }
  check(dependents === linked, () => `${name()}: ${dependents} dependents in the list, should be ${linked}`);

  let missing = 0;
  for (let i = 0; i < tasks.edgeCount[slot]!; i++) {
    const dependency = edges.to[tasks.firstEdge[slot]! + i]!;
    if (tasks.state[dependency] !== State.memory) missing++;
    if (UNFINISHED.includes(state)) {
      const isDead = tasks.state[dependency] === State.released || tasks.state[dependency] === State.erred;
      check(
        !isDead || state === State.processing,
        () => `${name()}: waits for ${s.keys.text(dependency)}, which rests`,
      );
    }
  }
  if (state === State.waiting) {
    const expected = isScattered ? 1 : missing;
    check(tasks.waiting[slot] === expected, () => `${name()}: misses ${expected}, counts ${tasks.waiting[slot]!}`);
    check(expected > 0, () => `${name()}: waits for nothing`);
  }
  if (state === State.queued || state === State.noWorker)
    check(missing === 0, () => `${name()}: a dependency is missing`);

  const isPlaced = state === State.queued || state === State.noWorker || state === State.processing;
  check(isPlaced === (tasks.place[slot] !== NOWHERE), () => `${name()}: place ${tasks.place[slot]!}`);
  const isRunning = state === State.processing;
  check(isRunning === (tasks.attempt[slot] !== 0), () => `${name()}: attempt ${tasks.attempt[slot]!}`);
  if (isRunning) {
    check(s.attempts.get(tasks.attempt[slot]!) === slot, () => `${name()}: its attempt leads elsewhere`);
    check(s.workers.get(tasks.place[slot]!) !== undefined, () => `${name()}: on a worker that is gone`);
    check(tasks.isNeeded(slot) || tasks.has(slot, Flag.stopping), () => `${name()}: nobody needs it, and it goes on`);
  } else {
    const running = Flag.started | Flag.suspended | Flag.stopping | Flag.suspect | Flag.recalled | Flag.pipelined;
    check(!tasks.has(slot, running), () => `${name()}: flags of an attempt`);
  }
  check((state === State.memory) === holderCount(s, slot) > 0, () => `${name()}: ${holderCount(s, slot)} holders`);
  for (const id of holdersOf(s, slot)) check(s.workers.get(id) !== undefined, () => `${name()}: a holder is gone`);
  check(state === State.memory || tasks.cached[slot] === -1, () => `${name()}: cached`);
  check((state === State.erred) === (tasks.coldIfAny(slot)?.error !== undefined), () => `${name()}: error`);
  if (state === State.released) {
    // What can't be computed any more is needed until the last of its dependents has been stopped.
    check(!tasks.isHeld(slot), () => `${name()}: held, but not on its way`);
    for (let edge = tasks.firstDependent[slot]!; edge !== -1; edge = edges.next[edge]!) {
      const dependent = edges.from[edge]!;
      if (!UNFINISHED.includes(tasks.state[dependent]!)) continue;
      check(
        tasks.has(dependent, Flag.stopping),
        () =>
          `${name()}: needed by ${s.keys.text(dependent)} (${TASK_STATES[tasks.state[dependent]!]!}), but not on its way`,
      );
    }
  } else if (state !== State.erred && !isRunning && !(isScattered && state === State.waiting)) {
    check(tasks.isNeeded(slot), () => `${name()}: nobody needs it`);
  }
  const cold = tasks.coldIfAny(slot);
  check(cold?.attemptHolds === undefined || isRunning, () => `${name()}: holds tasks for an attempt`);
  check(cold?.argumentHolds === undefined || isRunning, () => `${name()}: holds tasks of an attempt's arguments`);
  check(cold?.resultHolds === undefined || tasks.isNeeded(slot), () => `${name()}: its result holds tasks in vain`);
  if (!isRunning) check(tasks.isKept(slot), () => `${name()}: nobody keeps it`);
  checkWishes(s, slot, name, check);
}

function checkWishes(s: CoreState, slot: number, name: () => string, check: Check): void {
  const { tasks } = s;
  const wishes = wishesOf(s, slot);
  for (const wish of wishes) {
    const client = s.clients.get(wish.client);
    check(client?.tasks.get(wish.id) === slot, () => `${name()}: client ${wish.client} doesn't know it as ${wish.id}`);
  }
  const isWanted = wishes.some((wish) => wish.wanted);
  check(isWanted === tasks.has(slot, Flag.wanted | Flag.wantedToo), () => `${name()}: wanted flags`);
  const keepers = tasks.coldIfAny(slot)?.keepers?.size ?? 0;
  check(keepers > 0 === tasks.has(slot, Flag.kept), () => `${name()}: ${keepers} keepers`);
  if (tasks.has(slot, Flag.provisional)) {
    check(tasks.firstDependent[slot] === -1 && !isWanted, () => `${name()}: provisional, but in use`);
  }
}

function checkWorkers(s: CoreState, check: Check): void {
  const { tasks, workers } = s;
  let idleThreads = 0;
  let openThreads = 0;
  let open = 0;
  for (const worker of workers.all()) {
    let processing = 0;
    let suspended = 0;
    let pipelined = 0;
    let pipelinedMs = 0;
    let held = 0;
    let heldBytes = 0;
    let queued = 0;
    let actors = 0;
    let load = 0;
    let queuedMs = 0;
    for (let slot = 0; slot < tasks.used; slot++) {
      const state = tasks.state[slot]!;
      const isHere = tasks.place[slot] === worker.id;
      if (state === State.processing && isHere) {
        processing++;
        if (tasks.has(slot, Flag.suspended)) suspended++;
        else if (tasks.has(slot, Flag.pipelined)) {
          pipelined++;
          pipelinedMs += tasks.charge[slot]!;
        } else load += tasks.charge[slot]!;
        if (isActor(s, slot)) actors++;
      } else if (state === State.queued && isHere) {
        queued++;
        queuedMs += tasks.charge[slot]!;
        if (isActor(s, slot) && tasks.has(slot, Flag.bound)) actors++;
      } else if (state === State.memory && holdersOf(s, slot).includes(worker.id)) {
        held++;
        heldBytes += tasks.nbytes[slot]!;
        if (isActor(s, slot)) actors++;
      }
    }
    const same = (what: string, has: number, should: number): void =>
      check(Math.abs(has - should) < 1e-3, () => `${worker.name}: ${what} ${has}, should be ${should}`);
    same('processing', worker.processing, processing);
    same('suspended', worker.suspended, suspended);
    same('pipelined', worker.pipelined, pipelined);
    same('pipelinedMs', worker.pipelinedMs, pipelinedMs);
    check(worker.leads.length === 0 || s.leading.has(worker), () => `${worker.name}: its leads are forgotten`);
    same('held', worker.held, held);
    same('heldBytes', worker.heldBytes, heldBytes);
    same('queued', worker.queue.live, queued);
    same('actors', worker.actors, actors);
    same('load', worker.load, load);
    same('queuedMs', worker.queuedMs, queuedMs);
    check(workers.backlogged.has(worker) === queued > 0, () => `${worker.name}: backlogged`);
    checkResources(s, worker.id, check);
    check(
      !(worker.isOpen && (!worker.isRunning || worker.reserved)),
      () => `${worker.name}: open though it takes no work`,
    );
    check(workers.open.has(worker) === worker.isOpen, () => `${worker.name}: in the set of open workers`);
    check(workers.idle.has(worker) === worker.countedIdle > 0, () => `${worker.name}: in the set of idle workers`);
    idleThreads += worker.countedIdle;
    if (worker.isOpen) {
      open++;
      openThreads += worker.nthreads;
    }
  }
  check(workers.idleThreads === idleThreads, () => `idle threads: ${workers.idleThreads}, are ${idleThreads}`);
  check(workers.openThreads === openThreads, () => `open threads: ${workers.openThreads}, are ${openThreads}`);
  check(workers.open.size === open, () => `open workers: ${workers.open.size}, are ${open}`);
}

function checkResources(s: CoreState, workerId: number, check: Check): void {
  const worker = s.workers.get(workerId)!;
  for (const [name, total] of Object.entries(worker.resources)) {
    let used = 0;
    for (let slot = 0; slot < s.tasks.used; slot++) {
      if (s.tasks.state[slot] !== State.processing || s.tasks.place[slot] !== workerId) continue;
      const { restrictions } = s.options.at(s.tasks.options[slot]!);
      for (const [needed, amount] of restrictions?.resources ?? []) if (needed === name) used += amount;
    }
    const free = worker.resourcesFree.get(name)!;
    check(
      Math.abs(total - used - free) < 1e-6,
      () => `${worker.name}: ${free} of ${name} free, ${used} of ${total} used`,
    );
    check(free > -1e-6, () => `${worker.name}: more of ${name} used than there is`);
  }
}

function checkShared(s: CoreState, check: Check): void {
  const { tasks } = s;
  const places = new Map<number, number>();
  let withFunction = 0;
  let withOptions = 0;
  for (let slot = 0; slot < tasks.used; slot++) {
    const state = tasks.state[slot]!;
    if (state === State.forgotten) continue;
    if (tasks.fn[slot] !== -1) withFunction++;
    if (tasks.options[slot] !== -1) withOptions++;
    if (state === State.queued || state === State.noWorker) {
      places.set(tasks.place[slot]!, (places.get(tasks.place[slot]!) ?? 0) + 1);
    }
  }
  const queued = (place: number): number => places.get(place) ?? 0;
  check(s.ready.live === queued(SHARED_QUEUE), () => `shared queue: ${s.ready.live}, are ${queued(SHARED_QUEUE)}`);
  check(s.suspects.live === queued(SUSPECTS_QUEUE), () => `suspects: ${s.suspects.live}`);
  for (const restrictions of s.classes.all()) {
    const expected = queued(placeOfClass(restrictions.index));
    check(restrictions.queue.live === expected, () => `class ${restrictions.identity}: ${restrictions.queue.live}`);
    const isActive = expected > 0 && restrictions.eligible.size > 0;
    check(s.activeClasses.has(restrictions) === isActive, () => `class ${restrictions.identity}: active`);
  }
  let functions = 0;
  let options = 0;
  for (const client of s.clients.all()) {
    functions += client.functions.size;
    options += client.options.size;
    client.tasks.forEach((id, slot) => {
      const isKnown = wishesOf(s, slot).some((wish) => wish.client === client.id && wish.id === id);
      check(isKnown, () => `client ${client.id}: its ${id} is a task that doesn't know it`);
    });
  }
  check(s.functions.totalUses() === withFunction + functions, () => `functions: ${s.functions.totalUses()} uses`);
  check(s.options.totalUses() === withOptions + options, () => `options: ${s.options.totalUses()} uses`);
  check(s.args.totalUses() === withFunction, () => `arguments: ${s.args.totalUses()} uses, ${withFunction} tasks`);
  check(s.slack.length === 0 && s.lostData.length === 0, () => 'something was left for the end of the stimulus');
  const holding = new Set(
    [...tasks.cold.values()].flatMap((cold) => [cold.attemptHolds, cold.argumentHolds, cold.resultHolds]),
  );
  for (const [keeper, slots] of s.keepers) {
    const isOfTask = keeper.startsWith(RESULT_KEEPER) || keeper.startsWith(ARGUMENT_KEEPER);
    check(!isOfTask || holding.has(keeper), () => `${keeper} holds tasks, and there is none`);
    for (const slot of slots) {
      check(tasks.coldIfAny(slot)?.keepers?.has(keeper) === true, () => `${keeper} holds a task that doesn't know it`);
    }
  }
}
