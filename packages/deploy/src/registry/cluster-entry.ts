/** What the registry holds of a cluster, and how it is read from a file that anything may have written. */
import type { AdaptiveRange } from '../adaptive/adaptive-policy.js';
import type { TlsFiles } from '../config/tls-files.js';
import type { ProcessIdentity } from '../host/process-identity.js';
import { isClusterName } from '../names.js';

/** A cluster that can be found by its name on this host. It holds no secret, only the way to it. */
export interface ClusterEntry {
  readonly name: string;
  /** What the cluster is made of: `local`, or `scheduler` for one started by hand. */
  readonly kind: string;
  /** Where executors and workers reach the scheduler. */
  readonly address: string;
  /** Where the cluster's keeper is asked to scale and to stop; null for one that has none. */
  readonly control: string | null;
  /** The process that owns the cluster: when it is gone, so is the cluster. */
  readonly owner: ProcessIdentity;
  readonly user: string;
  /** When the cluster was started, milliseconds of the calendar. */
  readonly createdMs: number;
  /** How long the cluster may have nothing to do before it ends; null for ever. */
  readonly idleTimeoutMs: number | null;
  /** Between which numbers of workers its keeper scales it by what there is to do; null when it does not. */
  readonly adaptive: AdaptiveRange | null;
  readonly secretFile: string;
  /** Certificates by which clients and workers of this host can show themselves and check others; null when none are checked. */
  readonly tls: TlsFiles | null;
  readonly logFile: string | null;
  readonly coveyVersion: string;
}

/** The form of the files. */
const FORMAT = 1;

/** The text of an entry's file. */
export function writeEntry(entry: ClusterEntry): string {
  return `${JSON.stringify({ format: FORMAT, ...entry }, null, 2)}\n`;
}

/**
 * An entry from the text of its file.
 * @throws {TypeError} when the text is none, with what is wrong.
 */
export function readEntry(text: string): ClusterEntry {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new TypeError('it is not JSON');
  }
  const fields = asRecord(value, 'it');
  if (fields['format'] !== FORMAT)
    throw new TypeError(`its format is ${JSON.stringify(fields['format'])}, not ${FORMAT}`);
  const owner = asRecord(fields['owner'], "'owner'");
  const name = textOf(fields, 'name');
  if (!isClusterName(name)) throw new TypeError("'name' is not the name of a cluster");
  return {
    name,
    kind: textOf(fields, 'kind'),
    address: textOf(fields, 'address'),
    control: optionalTextOf(fields, 'control'),
    owner: {
      host: textOf(owner, 'host'),
      bootId: textOf(owner, 'bootId'),
      pid: numberOf(owner, 'pid'),
      startTime: textOf(owner, 'startTime'),
    },
    user: textOf(fields, 'user'),
    createdMs: numberOf(fields, 'createdMs'),
    idleTimeoutMs: fields['idleTimeoutMs'] === null ? null : numberOf(fields, 'idleTimeoutMs'),
    adaptive: adaptiveOf(fields['adaptive']),
    secretFile: textOf(fields, 'secretFile'),
    tls: tlsOf(fields['tls']),
    logFile: optionalTextOf(fields, 'logFile'),
    coveyVersion: textOf(fields, 'coveyVersion'),
  };
}

function adaptiveOf(value: unknown): AdaptiveRange | null {
  if (value === null || value === undefined) return null;
  const fields = asRecord(value, "'adaptive'");
  return { minimum: numberOf(fields, 'minimum'), maximum: numberOf(fields, 'maximum') };
}

function tlsOf(value: unknown): TlsFiles | null {
  if (value === null || value === undefined) return null;
  const fields = asRecord(value, "'tls'");
  const given = ['cert', 'key', 'authority', 'serverName'].filter((name) => fields[name] !== undefined);
  return Object.fromEntries(given.map((name) => [name, textOf(fields, name)]));
}

function asRecord(value: unknown, what: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new TypeError(`${what} is not an object`);
}

function textOf(fields: Record<string, unknown>, name: string): string {
  const value = fields[name];
  if (typeof value === 'string' && value !== '') return value;
  throw new TypeError(`'${name}' is not text`);
}

function optionalTextOf(fields: Record<string, unknown>, name: string): string | null {
  return fields[name] === null ? null : textOf(fields, name);
}

function numberOf(fields: Record<string, unknown>, name: string): number {
  const value = fields[name];
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new TypeError(`'${name}' is not a number`);
}
