/**
 * Addresses of processes: `ws://host:port`, `wss://host:port`, `unix:///path`, `inproc://name`, or a bare `host:port`.
 * Text is read here once; everything else passes {@link Address} values.
 */
import { AddressError } from './transport-errors.js';

/** Where a process listens. */
export type Address =
  | { readonly kind: 'ws' | 'wss'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'inproc'; readonly name: string };

/** The longest path of a Unix socket, in bytes; the kernel cuts longer ones silently. */
export const MAX_UNIX_PATH_BYTES = 107;

const FORMS = "write 'ws://host:port', 'wss://host:port', 'unix:///path/to/socket', 'inproc://name' or 'host:port'";

/**
 * Reads an address.
 * @throws {AddressError} when the text is none, its port is out of range, or its path is too long for a Unix socket.
 */
export function parseAddress(text: Address | string): Address {
  if (typeof text !== 'string') return text;
  const match = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/is.exec(text);
  const scheme = match === null ? 'ws' : (match[1] ?? '').toLowerCase();
  const rest = match === null ? text : (match[2] ?? '');
  switch (scheme) {
    case 'ws':
    case 'wss':
      return { kind: scheme, ...parseAuthority(rest, text) };
    case 'unix':
      return unixAddress(rest, text);
    case 'inproc':
      if (!/^[\w.-]+$/.test(rest))
        throw bad(text, 'the name of an in-process address is letters, digits, dots and dashes');
      return { kind: 'inproc', name: rest };
    default:
      throw bad(text, `unknown scheme '${scheme}'; ${FORMS}`);
  }
}

/** The canonical text of an address. */
export function formatAddress(address: Address): string {
  switch (address.kind) {
    case 'ws':
    case 'wss':
      return `${address.kind}://${formatAuthority(address)}`;
    case 'unix':
      return `unix://${address.path}`;
    case 'inproc':
      return `inproc://${address.name}`;
  }
}

/** `host:port`, with brackets around IPv6. */
export function formatAuthority(address: { readonly host: string; readonly port: number }): string {
  return `${address.host.includes(':') ? `[${address.host}]` : address.host}:${address.port}`;
}

/** Whether a host is this machine by any network's account. */
export function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host) || /^::ffff:127\./i.test(host);
}

function parseAuthority(rest: string, text: string): { host: string; port: number } {
  const match = /^(?:\[([0-9a-f:.%]+)\]|([^\s:/?#@[\]\\]+)):(\d{1,5})\/?$/i.exec(rest);
  if (match === null) throw bad(text, FORMS);
  const port = Number(match[3]);
  if (port > 65535) throw bad(text, `port ${port} is above 65535`);
  return { host: (match[1] ?? match[2] ?? '').toLowerCase(), port };
}

function unixAddress(path: string, text: string): Address {
  if (!path.startsWith('/') || path.includes('\0') || path.length < 2)
    throw bad(text, 'a Unix socket needs an absolute path');
  const bytes = Buffer.byteLength(path);
  if (bytes > MAX_UNIX_PATH_BYTES) {
    throw bad(text, `the path has ${bytes} bytes and the system allows ${MAX_UNIX_PATH_BYTES}; use a shorter folder`);
  }
  return { kind: 'unix', path };
}

function bad(text: string, why: string): AddressError {
  const shown = text.length > 120 ? `${text.slice(0, 120)}…` : text;
  return new AddressError(`${JSON.stringify(shown)} is not an address: ${why}`);
}
