/** Launching a cluster that outlives its launcher: a keeper in a session of its own, with a log file. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { deferred, fromErrorRecord } from '@covey/protocol/internal';
import { ClusterExistsError, ClusterStartError } from '../errors.js';
import { bundledEntry } from '../host/bundled-entry.js';
import { coveyHome, privateFolder } from '../host/private-folder.js';
import { checkClusterName, inventName } from '../names.js';
import type { ClusterEntry } from '../registry/cluster-entry.js';
import { Registry } from '../registry/registry.js';
import { readClusterRequest } from './cluster-kinds.js';
import type { FromKeeper, KeepRequest } from './keeper-messages.js';
import { RunningCluster } from './running-cluster.js';

/** The cluster that `startCluster` starts. */
export interface StartClusterOptions {
  /** Default one is invented. */
  readonly name?: string;
  /** Default `local`. */
  readonly kind?: string;
  /** What the kind of cluster takes, see `clusterKinds`. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** The cluster ends when it had nothing to do for so long. Default never. */
  readonly idleTimeoutMs?: number;
  /** Where the registry is. Default `COVEY_HOME`, or the XDG state folder. */
  readonly home?: string;
  /** Gives up the start; nothing is left then. */
  readonly signal?: AbortSignal;
}

const LOGS_KEPT_MS = 14 * 86_400_000;

/**
 * Starts a cluster that stays when this program ends, and can be found by its name.
 *
 * @example
 * ```ts
 * const cluster = await startCluster({ name: 'sums', options: { workers: 2 }, idleTimeoutMs: 3_600_000 });
 * ```
 * @throws {ConfigurationError} for an option that is not what it must be; {@link ClusterExistsError} when a running cluster has the
 * name; {@link ClusterStartError} or the kind's own error when it does not start. Nothing is left behind then, except its log.
 */
export async function startCluster(options: StartClusterOptions = {}): Promise<RunningCluster> {
  const { signal, idleTimeoutMs, kind = 'local', home = coveyHome() } = options;
  signal?.throwIfAborted();
  const written = options.options ?? {};
  readClusterRequest(kind, written); // What is wrong with it is told here, before a process is started.
  const registry = new Registry({ home });
  const name = options.name === undefined ? freeName(registry) : checkClusterName(options.name);
  if (registry.find(name) !== undefined) {
    throw new ClusterExistsError(
      `a cluster named '${name}' is running; choose another name, or stop it by 'covey clusters stop ${name}'`,
      { data: { name, option: 'name' } },
    );
  }
  const logFile = newLogFile(home, name);
  const request: KeepRequest = {
    type: 'keep',
    name,
    kind,
    options: written,
    home,
    logFile,
    ...(idleTimeoutMs !== undefined && { idleTimeoutMs }),
  };
  const entry = await launch(request, signal);
  return new RunningCluster(entry, registry);
}

async function launch(request: KeepRequest, signal: AbortSignal | undefined): Promise<ClusterEntry> {
  const log = openSync(request.logFile, 'a', 0o600);
  let child: ChildProcess;
  try {
    child = spawn(process.execPath, [bundledEntry('keeper')], {
      detached: true,
      env: process.env,
      stdio: ['ignore', log, log, 'ipc'],
      serialization: 'advanced',
    });
  } finally {
    closeSync(log);
  }
  const started = deferred<ClusterEntry>();
  const gone = deferred();
  const giveUp = () => {
    child.kill('SIGTERM');
    started.reject(signal?.reason);
  };
  signal?.addEventListener('abort', giveUp, { once: true });
  let running = false;
  child.on('message', (message: FromKeeper) => {
    running ||= message.type === 'ready';
    if (message.type === 'ready') started.resolve(message.entry);
    else started.reject(failure(request, message));
  });
  child.once('error', (error) => {
    if (child.pid === undefined) gone.resolve(); // No exit will follow.
    started.reject(new ClusterStartError(`the keeper could not be started: ${error.message}`, { cause: error }));
  });
  child.once('exit', (exitCode, exitSignal) => {
    gone.resolve();
    if (running) return;
    const words = readFileSync(request.logFile, 'utf8').split('\n').slice(-20).join('\n').trim();
    const how = exitSignal === null ? `ended with status ${exitCode ?? 'unknown'}` : `was ended by ${exitSignal}`;
    started.reject(
      new ClusterStartError(
        `the keeper of '${request.name}' ${how} as it started${words === '' ? '' : `; its log ends with:\n${words}`}`,
      ),
    );
  });
  child.send(request, () => undefined); // A child that can't hear it ends, which is told above.
  try {
    const entry = await started.promise;
    child.once('disconnect', () => gone.resolve());
    child.send({ type: 'part' }, () => undefined);
    return entry;
  } finally {
    signal?.removeEventListener('abort', giveUp);
    // Either the keeper has parted from us, or it ends: nothing of a failed start shall be left when we say so.
    await gone.promise;
    child.unref();
  }
}

function failure(request: KeepRequest, message: Extract<FromKeeper, { type: 'failed' }>): Error {
  if (message.code === undefined)
    return new ClusterStartError(
      `the cluster '${request.name}' could not start: ${message.message}; its log is ${request.logFile}`,
    );
  return fromErrorRecord([message.code, 'Error', message.message, null]);
}

/** An invented name that no running cluster has. */
export function freeName(registry: Registry): string {
  for (;;) {
    const name = inventName();
    if (registry.find(name) === undefined) return name;
  }
}

/** A new file in the folder of logs, from which old ones are taken away. */
function newLogFile(home: string, name: string): string {
  const folder = privateFolder(join(home, 'logs'));
  const now = Date.now();
  for (const file of readdirSync(folder)) {
    const path = join(folder, file);
    if (file.endsWith('.log') && now - statSync(path).mtimeMs > LOGS_KEPT_MS) rmSync(path, { force: true });
  }
  return join(folder, `${name}.${new Date(now).toISOString().replace(/[:.]/g, '-')}.log`);
}
