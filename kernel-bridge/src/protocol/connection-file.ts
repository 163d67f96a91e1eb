/**
 * What a front end writes down for the kernel that it starts: where to listen, and the key that signs messages.
 */
import { readFileSync } from 'node:fs';

export type Channel = 'shell' | 'control' | 'stdin' | 'iopub' | 'heartbeat';

export interface ConnectionInfo {
  /** The endpoint of each socket, as ZeroMQ writes them. */
  readonly endpoints: Readonly<Record<Channel, string>>;
  /** Empty: messages are not signed. */
  readonly key: string;
}

/** The connection file can't be used, and why. */
export class ConnectionFileError extends Error {
  override readonly name = 'ConnectionFileError';
}

/** @throws {ConnectionFileError} when it is unreadable, or asks for what this kernel doesn't do. */
export function readConnectionFile(path: string): ConnectionInfo {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConnectionFileError(`The connection file ${path} can't be read`, { cause: error });
  }
  return parseConnectionInfo(text);
}

export function parseConnectionInfo(text: string): ConnectionInfo {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ConnectionFileError('The connection file is not JSON', { cause: error });
  }
  if (typeof value !== 'object' || value === null) throw new ConnectionFileError('The connection file holds no object');
  const fields = value as Record<string, unknown>;
  const transport = textOf(fields, 'transport', 'tcp');
  if (transport !== 'tcp' && transport !== 'ipc') {
    throw new ConnectionFileError(`The transport '${transport}' is not supported; use tcp or ipc`);
  }
  const scheme = textOf(fields, 'signature_scheme', 'hmac-sha256');
  if (scheme !== 'hmac-sha256') {
    throw new ConnectionFileError(`The signature scheme '${scheme}' is not supported; use hmac-sha256`);
  }
  const curve = Object.keys(fields).find((name) => name.startsWith('curve_') && fields[name] !== '');
  if (curve !== undefined) {
    throw new ConnectionFileError(`The connection file asks for encryption (${curve}), which is not supported`);
  }
  const ip = textOf(fields, 'ip', '127.0.0.1');
  const endpoint = (name: string): string => {
    const port = fields[name];
    if (typeof port !== 'number' || !Number.isInteger(port) || port < 0) {
      throw new ConnectionFileError(`The connection file has no usable ${name}`);
    }
    return transport === 'tcp' ? `tcp://${ip}:${port}` : `ipc://${ip}-${port}`;
  };
  return {
    endpoints: {
      shell: endpoint('shell_port'),
      control: endpoint('control_port'),
      stdin: endpoint('stdin_port'),
      iopub: endpoint('iopub_port'),
      heartbeat: endpoint('hb_port'),
    },
    key: textOf(fields, 'key', ''),
  };
}

function textOf(fields: Record<string, unknown>, name: string, otherwise: string): string {
  const value = fields[name] ?? otherwise;
  if (typeof value !== 'string') throw new ConnectionFileError(`The connection file's ${name} is not a text`);
  return value;
}
