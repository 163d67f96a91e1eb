/** Runs of tasks come in: each is joined with what has its key already, or made. */
import type { ClientTaskId, TaskRun } from '@covey/protocol/internal';
import { ProtocolError } from '@covey/protocol';
import type { Client, Refusal } from './clients.js';
import type { CoreState } from './core-state.js';
import { dependencyReleased, keyConflict } from './error-reports.js';
import type { FunctionRecord } from './function-registry.js';
import { KeyIndex } from './key-index.js';
import type { OptionSet } from './option-sets.js';
import { retryTask } from './cancel.js';
import { State } from './states.js';
import { Flag } from './task-table.js';
import { wake } from './transitions.js';
import { addWish, refuse, tellState } from './wishes.js';

const MOST_TASKS = 1_000_000;

/** The dependencies of the task at hand, as slots. */
let dependencySlots = new Int32Array(16);

/** Takes in a run. @throws ProtocolError, before anything is changed, for one that makes no sense. */
export function submit(s: CoreState, client: Client, run: TaskRun): void {
  const record = client.functions.get(run.functionId);
  const options = client.options.get(run.optionsId);
  checkRun(client, run, record, options);
  const { count, firstId, argumentEnds } = run;
  const perTask = run.dependencies === null ? 0 : run.dependencies.length / count;
  if (perTask > dependencySlots.length) dependencySlots = new Int32Array(perTask * 2);
  const prefix = typeof run.keys === 'string' ? s.keys.usePrefix(run.keys) : -1;
  s.args.add(run.args, count);
  const { chunk, start } = s.args;
  let from = 0;
  for (let i = 0; i < count; i++) {
    const id = (firstId + i) as ClientTaskId;
    const to = argumentEnds === null ? run.args.length : argumentEnds[i]!;
    submitOne(s, client, run, i, id, prefix, record!, options!, chunk, start + from, start + to, perTask);
    from = to;
  }
  if (prefix !== -1) s.keys.dropPrefix(prefix);
}

function submitOne(
  s: CoreState,
  client: Client,
  run: TaskRun,
  index: number,
  id: ClientTaskId,
  prefix: number,
  record: FunctionRecord,
  options: OptionSet,
  chunk: number,
  argsStart: number,
  argsEnd: number,
  perTask: number,
): void {
  const { tasks, keys, edges } = s;
  const numbered = prefix !== -1 && KeyIndex.isNumbered(id);
  const key = prefix === -1 ? run.keys[index]! : numbered ? '' : `${run.keys as string}-${id}`;

  for (let i = 0; i < perTask; i++) {
    const dependencyId = run.dependencies![index * perTask + i]!;
    const dependency = client.tasks.get(dependencyId);
    if (dependency === -1) {
      const known: Refusal | undefined = client.refused.get(dependencyId);
      const text = numbered ? `${run.keys as string}-${id}` : key;
      refuse(s, client, id, options.wanted, known ?? dependencyReleased(text, dependencyId));
      s.args.drop(chunk);
      return;
    }
    dependencySlots[i] = dependency;
  }

  const existing = numbered ? keys.findNumbered(prefix, id) : keys.find(key);
  const definition = run.definitions === null ? 0 : run.definitions[index]!;
  if (existing !== -1) {
    const isEqual =
      options.contentKeys ||
      (isSameDefinition(s, existing, definition) ??
        (tasks.fn[existing] === record.index &&
          tasks.edgeCount[existing] === perTask &&
          hasDependencies(s, existing, perTask) &&
          equalArguments(s, existing, chunk, argsStart, argsEnd)));
    if (isEqual || !isOnItsWayOut(s, existing)) {
      if (isEqual) joinAnew(s, existing, client, id, options.wanted);
      else refuse(s, client, id, options.wanted, { kind: 'erred', error: keyConflict(keys.text(existing)) });
      s.args.drop(chunk);
      return;
    }
    retireKey(s, existing);
  }

  const slot = tasks.allocate(options.orderBase);
  if (numbered) keys.addNumbered(slot, prefix, id);
  else keys.add(slot, key);
  record.uses++;
  tasks.fn[slot] = record.index;
  options.uses++;
  tasks.options[slot] = options.index;
  tasks.argsChunk[slot] = chunk;
  tasks.argsStart[slot] = argsStart;
  tasks.argsEnd[slot] = argsEnd;
  if (definition !== 0) tasks.coldOf(slot).definition = definition;
  if (perTask > 0) {
    const first = edges.allocate(perTask);
    tasks.firstEdge[slot] = first;
    tasks.edgeCount[slot] = perTask;
    for (let i = 0; i < perTask; i++) {
      const dependency = dependencySlots[i]!;
      edges.link(first + i, slot, dependency, tasks.firstDependent[dependency]!);
      tasks.firstDependent[dependency] = first + i;
      tasks.clear(dependency, Flag.provisional);
    }
  }
  addWish(s, slot, client, id, options.wanted);
  if (options.wanted) wake(s, slot);
  else tasks.set(slot, Flag.provisional);
}

/** A submission is for a task that exists. An error is no answer to it, whoever holds that: the task runs again. */
function joinAnew(s: CoreState, slot: number, client: Client, id: ClientTaskId, wanted: boolean): void {
  if (wanted) retryTask(s, slot);
  join(s, slot, client, id, wanted);
}

/** A client's number is one more for a task that exists. */
export function join(s: CoreState, slot: number, client: Client, id: ClientTaskId, wanted: boolean): void {
  addWish(s, slot, client, id, wanted);
  if (wanted) becomeWanted(s, slot, client, id);
}

/** A client wants the result from now on: it is told what there is, and what there isn't is computed. */
export function becomeWanted(s: CoreState, slot: number, client: Client, id: ClientTaskId): void {
  s.tasks.clear(slot, Flag.provisional);
  if (s.tasks.state[slot] === State.released) wake(s, slot);
  else tellState(s, slot, client, id);
}

/** Whether a task computes the same, as far as submitters say; undefined when its definition has to be looked at. */
function isSameDefinition(s: CoreState, slot: number, definition: number): boolean | undefined {
  if (definition === 0) return undefined;
  const other = s.tasks.coldIfAny(slot)?.definition;
  return other === undefined ? undefined : other === definition;
}

/** It was let go and is only not over yet: its attempt is being stopped. */
function isOnItsWayOut(s: CoreState, slot: number): boolean {
  return s.tasks.state[slot] === State.processing && !s.tasks.isKept(slot);
}

/** A task that is on its way out gives its key to another that needs it. */
function retireKey(s: CoreState, slot: number): void {
  const text = s.keys.text(slot);
  s.keys.remove(slot);
  s.keys.add(slot, `${text} (stopped, task ${s.tasks.taskId(slot)})`);
}

function hasDependencies(s: CoreState, slot: number, count: number): boolean {
  const first = s.tasks.firstEdge[slot]!;
  for (let i = 0; i < count; i++) if (s.edges.to[first + i] !== dependencySlots[i]) return false;
  return true;
}

function equalArguments(s: CoreState, slot: number, chunk: number, start: number, end: number): boolean {
  const { tasks, args } = s;
  const given = args.view(chunk, start, end);
  return args.equals(tasks.argsChunk[slot]!, tasks.argsStart[slot]!, tasks.argsEnd[slot]!, given, 0, end - start);
}

function checkRun(
  client: Client,
  run: TaskRun,
  record: FunctionRecord | undefined,
  options: OptionSet | undefined,
): void {
  const { count, firstId, keys, args, argumentEnds, dependencies, definitions } = run;
  const complain = (what: string): never => {
    throw new ProtocolError(`Client ${client.id} (${client.name}) sent a run of tasks ${what}`);
  };
  if (record === undefined) complain(`that names the unknown function ${run.functionId}`);
  if (options === undefined) complain(`that names the unknown options ${run.optionsId}`);
  if (!Number.isInteger(count) || count < 1 || count > MOST_TASKS) complain(`of ${count}`);
  if (!Number.isInteger(firstId) || firstId < 1 || firstId > 2 ** 52) complain(`whose first id is ${firstId}`);
  if (typeof keys !== 'string' && (!Array.isArray(keys) || keys.length !== count))
    complain(`of ${count} with other keys`);
  if (!(args instanceof Uint8Array)) complain('without arguments');
  if (argumentEnds === null) {
    if (count !== 1) complain('without the ends of their arguments');
  } else {
    if (argumentEnds.length !== count) complain(`of ${count} with ${argumentEnds.length} ends of arguments`);
    let last = 0;
    for (const end of argumentEnds) {
      if (!(end >= last && end <= args.length)) complain(`with an end of arguments out of order: ${end}`);
      last = end;
    }
  }
  if (dependencies !== null && dependencies.length % count !== 0) {
    complain(`of ${count} with ${dependencies.length} dependencies`);
  }
  if (definitions !== null && definitions.length !== count) complain(`of ${count} with other definitions`);
  for (let i = 0; i < count; i++) {
    const id = (firstId + i) as ClientTaskId;
    if (client.tasks.get(id) !== -1 || client.refused.has(id)) complain(`with the id ${id}, which is in use`);
    if (typeof keys !== 'string' && typeof keys[i] !== 'string') complain('with a key that is no text');
  }
}
