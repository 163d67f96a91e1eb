/**
 * The clusters of this user on this host, as files that any process can read: one a cluster, in a folder closed to others.
 *
 * Nobody runs the registry. An entry is worth as much as the process that owns the cluster: the entries of dead owners are
 * removed by whoever comes across them, and a file that can't be read is passed over with a warning.
 */
import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { COVEY_VERSION, Secret, silentLogger } from '@covey/protocol';
import type { ConnectTls, Logger } from '@covey/protocol';
import { readTlsFiles } from '../config/tls-files.js';
import type { TlsFiles } from '../config/tls-files.js';
import { ClusterExistsError, ClusterNotFoundError } from '../errors.js';
import { coveyHome, privateFolder, writePrivateFile } from '../host/private-folder.js';
import { identifyProcess, isAlive, systemProcessTable } from '../host/process-identity.js';
import type { ProcessTable } from '../host/process-identity.js';
import { checkClusterName, isClusterName } from '../names.js';
import { readEntry, writeEntry } from './cluster-entry.js';
import type { ClusterEntry } from './cluster-entry.js';

export interface RegistryOptions {
  /** Default {@link coveyHome}. */
  readonly home?: string;
  readonly logger?: Logger;
  /** Default the system's. */
  readonly processes?: ProcessTable;
}

/** A cluster that wants to be found. */
export interface ClusterFacts {
  readonly name: string;
  readonly kind: string;
  readonly address: string;
  readonly secret: Secret;
  readonly control?: string;
  readonly idleTimeoutMs?: number;
  readonly logFile?: string;
  readonly tls?: TlsFiles;
}

const SUFFIX = '.json';

/**
 * @example
 * ```ts
 * const registry = new Registry();
 * for (const { name, address } of registry.list()) console.log(name, address);
 * ```
 */
export class Registry {
  readonly folder: string;
  readonly #logger: Logger;
  readonly #processes: ProcessTable;

  /** @throws {UnsafeFolderError} when its folder is open to others. */
  constructor(options: RegistryOptions = {}) {
    this.#processes = options.processes ?? systemProcessTable();
    this.#logger = options.logger ?? silentLogger;
    // A home that several hosts share holds a folder for each: what a file says of processes is true on one host only.
    const host = (options.processes?.host ?? hostname()).replace(/[^\w.-]/g, '_') || 'host';
    this.folder = privateFolder(join(options.home ?? coveyHome(), 'clusters', host));
  }

  /** The running clusters, oldest first. */
  list(): ClusterEntry[] {
    return readdirSync(this.folder)
      .filter((file) => file.endsWith(SUFFIX) && isClusterName(file.slice(0, -SUFFIX.length)))
      .flatMap((file) => this.#readLiving(file.slice(0, -SUFFIX.length)) ?? [])
      .sort((a, b) => a.createdMs - b.createdMs || (a.name < b.name ? -1 : 1));
  }

  /** The running cluster of that name, if there is one. */
  find(name: string): ClusterEntry | undefined {
    return this.#readLiving(checkClusterName(name));
  }

  /**
   * The running cluster of that name.
   * @throws {ClusterNotFoundError} when there is none, with what runs instead and how to start one.
   */
  get(name: string): ClusterEntry {
    const entry = this.find(name);
    if (entry !== undefined) return entry;
    const others = this.list().map((other) => `'${other.name}'`);
    throw new ClusterNotFoundError(
      `no cluster named '${name}' runs on this host${others.length > 0 ? ` (running: ${others.join(', ')})` : ''}; start it by 'covey clusters start ${name}'`,
      { data: { name, option: 'name' } },
    );
  }

  /**
   * The secret of a cluster.
   * @throws {SecretError} when its file is gone or open to others.
   */
  secretOf(entry: ClusterEntry): Secret {
    return Secret.fromFile(entry.secretFile);
  }

  /**
   * How to dial a cluster over TLS; undefined when it takes any certificate, or none.
   * @throws {ConfigurationError} when a file of its certificates can't be read.
   */
  tlsOf(entry: ClusterEntry): ConnectTls | undefined {
    return entry.tls === null ? undefined : readTlsFiles(entry.tls);
  }

  /**
   * Enters a cluster that this process owns; it stays in the list until {@link remove} or the end of this process.
   * @throws {ClusterExistsError} when a running cluster has the name.
   */
  add(facts: ClusterFacts): ClusterEntry {
    const name = checkClusterName(facts.name);
    const owner = identifyProcess(this.#processes);
    if (owner === undefined) throw new Error('the system does not tell when this process started');
    const secretFile = join(this.folder, `${name}.${randomBytes(6).toString('hex')}.secret`);
    const entry: ClusterEntry = {
      name,
      kind: facts.kind,
      address: facts.address,
      control: facts.control ?? null,
      owner,
      user: userInfo().username,
      createdMs: Date.now(),
      idleTimeoutMs: facts.idleTimeoutMs ?? null,
      adaptive: null,
      secretFile,
      tls: facts.tls ?? null,
      logFile: facts.logFile ?? null,
      coveyVersion: COVEY_VERSION,
    };
    writeFileSync(secretFile, `${facts.secret.reveal()}\n`, { mode: 0o600, flag: 'wx' });
    try {
      this.#claim(name, writeEntry(entry));
    } catch (error) {
      rmSync(secretFile, { force: true });
      throw error;
    }
    return entry;
  }

  /** Says something new of a cluster that this process owns, if it is still listed. */
  update(entry: ClusterEntry, changes: Pick<ClusterEntry, 'adaptive'>): ClusterEntry {
    const updated = { ...entry, ...changes };
    const path = this.#pathOf(entry.name);
    if (readIfEntry(path)?.secretFile === entry.secretFile) writePrivateFile(path, writeEntry(updated));
    return updated;
  }

  /** Takes an entry and its secret away. Safe to call again; an entry that took its name since is left alone. */
  remove(entry: ClusterEntry): void {
    // The file of a secret has a name of its own, so it tells entries apart.
    this.#removeIf(entry.name, (found) => found?.secretFile === entry.secretFile);
    rmSync(entry.secretFile, { force: true });
  }

  #pathOf(name: string): string {
    return join(this.folder, `${name}${SUFFIX}`);
  }

  /** Gives the name to the entry, unless a running cluster has it. A link is made or refused in one step, unlike a rename. */
  #claim(name: string, text: string): void {
    const draft = `${this.#pathOf(name)}.${randomBytes(6).toString('hex')}.draft`;
    writeFileSync(draft, text, { mode: 0o600, flag: 'wx' });
    try {
      for (;;) {
        if (this.#readLiving(name) !== undefined) {
          throw new ClusterExistsError(
            `a cluster named '${name}' is running; choose another name, or stop it by 'covey clusters stop ${name}'`,
            { data: { name, option: 'name' } },
          );
        }
        // What is left under the name is nobody's, or nothing that this version can read.
        this.#removeIf(name, (found) => found === undefined || isAlive(this.#processes, found.owner) !== true);
        try {
          return linkSync(draft, this.#pathOf(name));
        } catch (error) {
          if (!isErrno(error, 'EEXIST')) throw error;
        }
      }
    } finally {
      rmSync(draft, { force: true });
    }
  }

  #readLiving(name: string): ClusterEntry | undefined {
    const path = this.#pathOf(name);
    let entry: ClusterEntry;
    try {
      entry = readEntry(readFileSync(path, 'utf8'));
      if (entry.name !== name) throw new TypeError(`it is an entry of '${entry.name}'`);
    } catch (error) {
      if (!isErrno(error, 'ENOENT')) {
        this.#logger.warn(`passed over ${path}: ${(error as Error).message}; remove it if nothing needs it`);
      }
      return undefined;
    }
    const alive = isAlive(this.#processes, entry.owner);
    if (alive === true) return entry;
    if (alive === false) {
      this.#logger.debug(`removed the entry of '${name}': process ${entry.owner.pid}, which owned it, is gone`);
      this.remove(entry);
      // An owner that was killed could not take its sockets away.
      for (const address of [entry.control, entry.address]) removeSocket(address);
    }
    return undefined;
  }

  /**
   * Removes a file if it holds what is expected (undefined: no entry). It is moved aside first, so that what is judged is
   * what is removed; somebody else's entry that was caught between the two is put back.
   */
  #removeIf(name: string, isExpected: (found: ClusterEntry | undefined) => boolean): void {
    const path = this.#pathOf(name);
    if (!isExpected(readIfEntry(path))) return;
    const aside = `${path}.${randomBytes(6).toString('hex')}.draft`;
    try {
      renameSync(path, aside);
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return;
      throw error;
    }
    try {
      if (!isExpected(readIfEntry(aside))) linkSync(aside, path);
    } finally {
      rmSync(aside, { force: true, recursive: true });
    }
  }
}

function readIfEntry(path: string): ClusterEntry | undefined {
  try {
    return readEntry(readFileSync(path, 'utf8'));
  } catch {
    return undefined; // Whatever the reason: no entry can be had from there.
  }
}

function removeSocket(address: string | null): void {
  if (address?.startsWith('unix:///') === true) rmSync(address.slice('unix://'.length), { force: true });
}

function isErrno(error: unknown, code: string): boolean {
  return (error as NodeJS.ErrnoException).code === code;
}
