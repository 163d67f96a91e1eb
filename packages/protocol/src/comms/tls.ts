/**
 * TLS under comms. The proofs of the handshake bind the TLS session (its exported key material), so a self-signed certificate is enough to know who is
 * at the other end: nobody between could make the proofs match. A certificate authority can be required on top, in either direction.
 */
import type { Socket } from 'node:net';
import { TLSSocket, type ConnectionOptions, type TlsOptions } from 'node:tls';

/** TLS of a listener. */
export interface ListenTls {
  /** PEM of the certificate (chain) and its key. */
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
  /** Authorities whose certificates clients must show: mutual TLS. Without it clients need none. */
  readonly clientAuthority?: string | Buffer;
}

/** TLS of a client. */
export interface ConnectTls {
  /** Authorities that must have signed the server's certificate. Without it any certificate will do, since the proofs bind the session. */
  readonly authority?: string | Buffer;
  /** The client's own certificate, for mutual TLS. */
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
  /** The name to check the certificate against, if other than the host. */
  readonly serverName?: string;
}

/** Options of Node's server. */
export function serverTlsOptions(tls: ListenTls): TlsOptions {
  const base: TlsOptions = { cert: tls.cert, key: tls.key, minVersion: 'TLSv1.3' };
  if (tls.clientAuthority === undefined) return base;
  return { ...base, ca: tls.clientAuthority, requestCert: true, rejectUnauthorized: true };
}

/** Options of Node's client. */
export function clientTlsOptions(tls: ConnectTls, host: string): ConnectionOptions {
  const serverName = tls.serverName ?? (/^[\d.]+$|:/.test(host) ? undefined : host);
  return {
    minVersion: 'TLSv1.3',
    rejectUnauthorized: tls.authority !== undefined,
    ...(tls.authority !== undefined && { ca: tls.authority }),
    ...(tls.cert !== undefined && { cert: tls.cert }),
    ...(tls.key !== undefined && { key: tls.key }),
    ...(serverName !== undefined && { servername: serverName }),
  };
}

/** Key material that only the two ends of this TLS session know; empty without TLS. */
export function sessionBinding(socket: Socket): Uint8Array {
  if (!(socket instanceof TLSSocket)) return new Uint8Array(0);
  return socket.exportKeyingMaterial(32, 'EXPORTER-covey-v1', Buffer.alloc(0));
}
