/** TLS as an operator configures it: paths of PEM files. Registry entries hold the paths, processes and connections the texts. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ConnectTls } from '@covey/protocol';
import { ConfigurationError } from '../errors.js';
import type { Configuration } from './configuration.js';

/** Where the certificates of a process are. */
export interface TlsFiles {
  readonly cert?: string;
  readonly key?: string;
  /** Authorities that must have signed the certificates of peers. */
  readonly authority?: string;
  /** The name that certificates of peers are for, if other than the host that is dialled. */
  readonly serverName?: string;
}

/**
 * What the settings say of TLS; undefined when they say nothing.
 * @throws {ConfigurationError} for half of a certificate.
 */
export function tlsFilesOf(configuration: Configuration): TlsFiles | undefined {
  const cert = configuration.get('tls.cert');
  const key = configuration.get('tls.key');
  const authority = configuration.get('tls.ca-file');
  const serverName = configuration.get('tls.server-name');
  if ((cert === undefined) !== (key === undefined))
    throw new ConfigurationError('TLS needs both --tls-cert and --tls-key');
  if (cert === undefined && authority === undefined) return undefined;
  return {
    // Absolute: who reads the registry is somewhere else.
    ...(cert !== undefined && { cert: resolve(cert) }),
    ...(key !== undefined && { key: resolve(key) }),
    ...(authority !== undefined && { authority: resolve(authority) }),
    ...(serverName !== undefined && { serverName }),
  };
}

/** Reads the files. @throws {ConfigurationError} naming the one that can't be read. */
export function readTlsFiles(files: TlsFiles): ConnectTls {
  const { cert, key, authority, serverName } = files;
  return {
    ...(cert !== undefined && { cert: readPem(cert) }),
    ...(key !== undefined && { key: readPem(key) }),
    ...(authority !== undefined && { authority: readPem(authority) }),
    ...(serverName !== undefined && { serverName }),
  };
}

/** The TLS of the settings, read; undefined when they say nothing of it. */
export function configuredTls(configuration: Configuration): ConnectTls | undefined {
  const files = tlsFilesOf(configuration);
  return files && readTlsFiles(files);
}

function readPem(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new ConfigurationError(`can't read ${path}: ${(cause as Error).message}`, { cause });
  }
}
