/** The client's way to a socket, for comms and bulk connections alike, and the errors that tell why there is none. */
import { connect as netConnect, type OnReadOpts, type Socket } from 'node:net';
import { basename } from 'node:path';
import { connect as tlsConnect } from 'node:tls';
import { formatAddress, formatAuthority, isLoopbackHost, type Address } from '../address.js';
import { AddressError, CertificateError, ConnectError } from '../transport-errors.js';
import { clientTlsOptions, type ConnectTls } from './tls.js';

/** An address that a socket leads to. */
export type SocketAddress = Exclude<Address, { readonly kind: 'inproc' }>;

/** Narrows an address to those that sockets lead to. */
export function socketAddressOf(address: Address): SocketAddress {
  if (address.kind === 'inproc')
    throw new AddressError(`${formatAddress(address)} is in-process: no socket leads there`);
  return address;
}

/** Begins to connect. With `onread`, bytes go straight into the caller's buffers. */
export function dial(address: SocketAddress, tls: ConnectTls = {}, onread?: OnReadOpts): Socket {
  const reading = onread === undefined ? {} : { onread };
  switch (address.kind) {
    case 'unix':
      return netConnect({ path: address.path, ...reading });
    case 'ws':
      return netConnect({
        host: address.host,
        port: address.port,
        noDelay: true,
        keepAlive: true,
        keepAliveInitialDelay: 10_000,
        ...reading,
      });
    case 'wss': {
      const target = { host: address.host, port: address.port, ...reading };
      const socket = tlsConnect({ ...target, ...clientTlsOptions(tls, address.host) });
      return socket.setNoDelay(true).setKeepAlive(true, 10_000);
    }
  }
}

/** The `Host` field, and what proofs bind as the place that was dialled. */
export function dialTarget(address: SocketAddress): { readonly host: string; readonly target: string } {
  if (address.kind === 'unix') return { host: 'localhost', target: `unix:${basename(address.path)}` };
  const authority = formatAuthority(address);
  return { host: authority, target: authority.toLowerCase() };
}

/** Whether an address is on this machine. */
export function isLocal(address: Address): boolean {
  return address.kind === 'unix' || address.kind === 'inproc' || isLoopbackHost(address.host);
}

const NO_TLS = 'there is no TLS there; use ws:// or start it with a certificate';

const WHY: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody listens there; check that the process is running and that the port is right',
  ENOENT: 'there is no such socket; check that the process is running on this machine',
  ENOTFOUND: 'that host name is not known; check its spelling',
  EAI_AGAIN: 'that host name could not be looked up; check the network',
  EACCES: 'this user may not connect there',
  EHOSTUNREACH: 'no route leads to that host',
  ENETUNREACH: 'no route leads to that network',
  ECONNRESET: 'the peer dropped the connection at once; it may be stopping, or flooded by others',
  EPIPE: 'the peer dropped the connection at once; it may be stopping, or flooded by others',
  ETIMEDOUT: 'the host did not answer',
  EPROTO: NO_TLS,
  ERR_SSL_WRONG_VERSION_NUMBER: NO_TLS,
};

/** What is wrong with the certificate that was shown. Other codes of OpenSSL's verification stand for themselves. */
const DISTRUST: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'nobody but itself has signed it',
  SELF_SIGNED_CERT_IN_CHAIN: 'an authority that is not in tls.ca-file has signed it',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'an authority that is not in tls.ca-file has signed it',
  UNABLE_TO_GET_ISSUER_CERT: 'an authority that is not in tls.ca-file has signed it',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'an authority that is not in tls.ca-file has signed it',
  CERT_SIGNATURE_FAILURE: 'its signature is not that of the authority of this name in tls.ca-file',
  CERT_HAS_EXPIRED: 'it has expired',
  CERT_NOT_YET_VALID: 'it is not valid yet; check the clocks',
  CERT_REVOKED: 'it was revoked',
  CERT_REJECTED: 'it was rejected',
  CERT_UNTRUSTED: 'it is not trusted',
  INVALID_CA: 'who signed it may not sign',
  INVALID_PURPOSE: 'it is made for another use',
  ERR_TLS_CERT_ALTNAME_INVALID: 'it is not for this host; make it for the host, or give tls.server-name',
};

/** The error of a failed attempt. */
export function connectError(address: Address, cause: unknown): ConnectError | CertificateError {
  const { code = '', message } = cause as NodeJS.ErrnoException;
  const where = formatAddress(address);
  const distrust = DISTRUST[code];
  if (distrust !== undefined) {
    return new CertificateError(`the certificate of ${where} is not accepted: ${distrust}`, {
      cause,
      data: { reason: code },
    });
  }
  const why = code.startsWith('HPE_') ? `what answers there does not speak HTTP; ${MAYBE_TLS}` : (WHY[code] ?? message);
  const hint = !DROPPED.has(code)
    ? ''
    : address.kind === 'ws'
      ? `; or ${MAYBE_TLS}`
      : address.kind === 'wss'
        ? `; or ${NO_TLS}`
        : '';
  return new ConnectError(`cannot connect to ${where}: ${why}${hint}`, { cause, data: { reason: code } });
}

/** Whether the peer went without an answer. */
export function isDropped(error: unknown): boolean {
  return (
    error instanceof ConnectError && DROPPED.has((error.data as { readonly reason?: string } | undefined)?.reason ?? '')
  );
}

const DROPPED: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE']);
const MAYBE_TLS = 'if it is a port with TLS, dial wss:// instead';
