/**
 * TLS under comms. The proofs of the handshake bind the TLS session (its exported key material), so a self-signed certificate is enough to know who is
 * at the other end: nobody between could make the proofs match. A certificate authority can be required on top, in either direction.
 */
import type { Socket } from 'node:net';
import { TLSSocket, type ConnectionOptions, type TlsOptions } from 'node:tls';
import { CertificateError, ListenError } from '../transport-errors.js';
import { makeCertificate } from './certificate.js';

/** TLS of a listener. */
export interface ListenTls {
  /** PEM of the certificate (chain) and its key. Default one made on the spot, signed by nobody, which will do where no authority is asked for. */
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
  /** Authorities whose certificates clients must show: mutual TLS. Without it clients need none. */
  readonly clientAuthority?: string | Buffer;
}

/** TLS of a client; of a process that also listens, what {@link listenTlsOf} makes of it. */
export interface ConnectTls {
  /** Authorities that must have signed the server's certificate. Without it any certificate will do, since the proofs bind the session. */
  readonly authority?: string | Buffer;
  /** The client's own certificate, for mutual TLS. */
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
  /** The name to check the certificate against, if other than the host. */
  readonly serverName?: string;
}

/** TLS of the listener of a process that dials others by `tls`: the same certificate, and the same authorities for who dials it. */
export function listenTlsOf(tls: ConnectTls = {}): ListenTls {
  const { cert, key, authority } = tls;
  return {
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(authority !== undefined && { clientAuthority: authority }),
  };
}

/**
 * Options of Node's server.
 * @throws {ListenError} when half of a certificate is missing, or one that peers could check.
 */
export function serverTlsOptions(tls: ListenTls = {}): TlsOptions {
  const { cert, key, clientAuthority } = tls;
  if ((cert === undefined) !== (key === undefined)) throw new ListenError('TLS needs both tls.cert and tls.key');
  if (cert === undefined && clientAuthority !== undefined) {
    throw new ListenError(
      'certificates are checked here (an authority is given), so this process needs one that peers can check: give tls.cert and tls.key',
    );
  }
  const shown = cert === undefined || key === undefined ? makeCertificate() : { cert, key };
  const base: TlsOptions = { ...shown, minVersion: 'TLSv1.3' };
  if (clientAuthority === undefined) return base;
  // Whoever shows none, or another's, is told so by `clientCertificateError` in words instead of a broken connection.
  return { ...base, ca: clientAuthority, requestCert: true, rejectUnauthorized: false };
}

/**
 * What is wrong with the certificate of a client, where the listener checks them. A resumed session carries none (Node then takes it for checked), so it
 * doesn't count; our own clients never resume.
 */
export function clientCertificateError(socket: Socket, tls: ListenTls | undefined): CertificateError | undefined {
  if (tls?.clientAuthority === undefined || !(socket instanceof TLSSocket)) return undefined;
  if (socket.authorized && !socket.isSessionReused()) return undefined;
  const hasNone = Object.keys(socket.getPeerCertificate()).length === 0;
  return new CertificateError(
    hasNone
      ? 'certificates are checked here and the client showed none: give it tls.cert and tls.key'
      : `the certificate of the client is not accepted here (${String(socket.authorizationError)}): it must be signed by an authority of tls.ca-file`,
  );
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
