/** Calls about the workers themselves: code and files for all of them, and how they come, go and start again. */
import { UnknownWorkerError, WorkerRestartError } from '@covey/protocol';
import type { PerWorker, UploadedFile, WorkerId } from '@covey/protocol/internal';
import type { Fields } from '../fields.js';
import type { Member } from '../fleet.js';
import type { CallTable, ServerParts } from './call-table.js';
import { readKnownWorkers } from './call-table.js';
import { askEach, toErrorReport } from './fan-out.js';
import { Retirement } from './retirement.js';
import { untilSomeWorker } from './some-worker.js';

/** New processes are there in a fraction of it; a machine under load takes longer. */
const RESTART_TIMEOUT_MS = 60_000;
const CLOSE_TIMEOUT_MS = 2_000;

type FleetCalls = 'retire-workers' | 'wait-for-workers' | 'restart' | 'restart-workers' | 'run' | 'upload' | 'shutdown';

export function fleetCalls(parts: ServerParts, retired: Set<WorkerId>): CallTable<FleetCalls> {
  const { conditions, coordination, core, datasets, fleet, logger, now, settle, uploads } = parts;
  const retirement = new Retirement(parts, retired);

  const select = (args: Fields): readonly Member[] => {
    const { workers } = readKnownWorkers(args, core);
    if (workers === undefined) return fleet.members();
    return core.selectWorkers(workers).flatMap((id) => fleet.get(id) ?? []);
  };

  /** Asks a worker to end; one that doesn't answer is dropped all the same. */
  const close = async (member: Member, reason: string): Promise<void> => {
    member.leaving ??= reason;
    try {
      await member.channel.call('close', { reason }, { timeoutMs: CLOSE_TIMEOUT_MS });
    } catch (error) {
      if (!member.gone) {
        logger.warn('a worker did not answer when it was asked to close', { worker: member.hello.name, error });
      }
    }
    await member.channel.close(reason);
  };

  /** Ends a worker's process and starts another under its name. */
  const restart = async (member: Member, timeoutMs: number, signal: AbortSignal): Promise<null> => {
    const { name } = member.hello;
    const nanny = fleet.nannyOf(member);
    if (nanny === undefined) {
      throw new UnknownWorkerError(`the worker '${name}' has no nanny that could start it again`);
    }
    member.leaving ??= 'restarted';
    try {
      await nanny.channel.call('restart', { workers: [name] }, { signal, timeoutMs });
    } catch (error) {
      // It was not restarted: if it dies from now on, that is an accident again.
      member.leaving = undefined;
      throw error;
    }
    const isBack = () => {
      const successor = fleet.named(name);
      return successor !== undefined && successor.id !== member.id;
    };
    await conditions.until(isBack, { signal, timeoutMs, what: `waiting for '${name}' to come back` });
    return null;
  };

  const restartAll = async (
    members: readonly Member[],
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<PerWorker<null>> => {
    const answers: Record<string, PerWorker<null>[string]> = {};
    const one = async (member: Member) => {
      const { address, name } = member.hello;
      try {
        answers[address] = { ok: await restart(member, timeoutMs, signal) };
      } catch (error) {
        signal.throwIfAborted();
        answers[address] = { error: toErrorReport(error, name) };
      }
    };
    await Promise.all(members.map(one));
    return answers;
  };

  return {
    'retire-workers': async (args, { signal }) => {
      const n = args.optionalInteger('n', 0);
      const options = { ...(args.has('workers') && { workers: args.texts('workers') }), ...(n !== undefined && { n }) };
      if (options.workers !== undefined) select(args);
      const addresses = core.retireWorkers(options, now());
      settle();
      const chosen = new Set(addresses);
      const members = fleet.members().filter(({ hello }) => chosen.has(hello.address));
      await retirement.untilReady(members, { signal, timeoutMs: args.optionalTimeoutMs() });
      if (args.flag('close', true)) await Promise.all(members.map((member) => close(member, 'retired')));
      return addresses;
    },

    'wait-for-workers': async (args, { signal }) => {
      const n = args.integer('n', 0);
      await conditions.until(() => fleet.members().length >= n, { signal, what: `waiting for ${n} workers` });
      return null;
    },

    restart: async (args, { signal }) => {
      const timeoutMs = args.optionalTimeoutMs() ?? RESTART_TIMEOUT_MS;
      const reason = 'the cluster was restarted';
      core.restart(reason, now());
      datasets.clear();
      coordination.clear(reason);
      settle();
      const members = fleet.members();
      const watched = members.filter((member) => fleet.nannyOf(member) !== undefined);
      if (watched.length < members.length) {
        logger.warn('workers without a nanny keep their processes in a restart', {
          workers: members.length - watched.length,
        });
      }
      const restarted = restartAll(watched, timeoutMs, signal);
      if (!args.flag('waitForWorkers', true)) {
        restarted.catch((error: unknown) => logger.warn('a restart was not waited for and failed', { error }));
        return null;
      }
      const failed = Object.entries(await restarted).flatMap(([address, answer]) =>
        'error' in answer ? [{ address, message: answer.error.message }] : [],
      );
      if (failed.length > 0) {
        const what = failed.length === 1 ? 'a worker' : `${failed.length} workers`;
        throw new WorkerRestartError(
          `${what} did not come back: ${failed.map(({ address, message }) => `${address}: ${message}`).join('; ')}`,
          { data: { workers: failed.map(({ address }) => address) } },
        );
      }
      return null;
    },

    'restart-workers': (args, { signal }) =>
      restartAll(select(args), args.optionalTimeoutMs() ?? RESTART_TIMEOUT_MS, signal),

    run: async (args, session) => {
      const { signal } = session;
      // Any will do, also one that takes no tasks now.
      const timeoutMs = args.optionalTimeoutMs();
      if (fleet.members().length === 0) await untilSomeWorker(parts, { timeoutMs }, session, 'to run the function');
      const params = { function: readFunction(args), args: args.bytes('args'), wait: args.flag('wait', true) };
      return askEach(select(args), 'run', () => params, { signal, ...(timeoutMs !== undefined && { timeoutMs }) });
    },

    upload: async (args, { signal }) => {
      const content = new Uint8Array(args.bytes('content'));
      const file: UploadedFile = { name: args.text('name'), content, hash: args.text('hash', 200) };
      uploads.add(file);
      return askEach(fleet.members(), 'upload', () => file, { signal });
    },

    shutdown: async () => {
      const reason = 'the cluster was shut down';
      const hangUp = async (channel: Member['channel'], who: string) => {
        try {
          await channel.call('close', { reason }, { timeoutMs: CLOSE_TIMEOUT_MS });
        } catch (error) {
          logger.info('no answer to the request to close', { who, error });
        }
      };
      for (const member of fleet.members()) member.leaving ??= reason;
      const unwatched = fleet.members().filter((member) => fleet.nannyOf(member) === undefined);
      await Promise.all([
        ...fleet.nannies().map(({ channel, hello }) => hangUp(channel, hello.name)),
        ...unwatched.map(({ channel, hello }) => hangUp(channel, hello.name)),
      ]);
      parts.shutDown(reason);
      return null;
    },
  };
}

function readFunction(args: Fields) {
  const blob = args.map('function');
  return {
    hash: blob.text('hash', 200),
    name: blob.text('name'),
    references: blob.integer('references', 0),
    header: blob.bytes('header'),
    buffers: blob.list('buffers').map((_buffer, i) => blob.bytesAt('buffers', i)),
  };
}
