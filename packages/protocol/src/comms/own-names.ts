/**
 * Which `Host` a listener answers for. A request for another name is somebody's rebound DNS entry or a relayed handshake, and is refused; a proof binds
 * the name, so a relay on another host or port cannot pass a client on.
 */
import { hostname, networkInterfaces } from 'node:os';
import { formatAuthority, isLoopbackHost, type Address } from '../address.js';

export interface OwnNames {
  /** What the listener was told to listen on. */
  readonly listenHost: string;
  readonly port: number;
  /** The address that peers are given. */
  readonly contact: Address;
  /** Further names: `name` for any port, or `name:port`. */
  readonly allowed: readonly string[];
}

/** Whether an authority (`host:port`, as in a `Host` field) is this listener. */
export function isOwnAuthority(authority: string, names: OwnNames): boolean {
  const text = authority.toLowerCase();
  const match = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(text);
  if (match === null) return false;
  const host = match[1] ?? match[2] ?? '';
  if (names.allowed.some((name) => name.toLowerCase() === text || name.toLowerCase() === host)) return true;
  if (names.contact.kind !== 'unix' && names.contact.kind !== 'inproc' && formatAuthority(names.contact) === text)
    return true;
  if (Number(match[3] ?? 80) !== names.port) return false;
  return host === names.listenHost || isLoopbackHost(host) || host === hostname().toLowerCase() || isOwnIp(host);
}

function isOwnIp(host: string): boolean {
  return Object.values(networkInterfaces()).some((entries) =>
    entries?.some((entry) => entry.address.toLowerCase() === host),
  );
}

/** An address of this machine that other machines can reach: its first external IPv4 one, else its name. */
export function externalHost(): string {
  for (const entries of Object.values(networkInterfaces())) {
    const entry = entries?.find((candidate) => !candidate.internal && candidate.family === 'IPv4');
    if (entry !== undefined) return entry.address;
  }
  return hostname();
}
