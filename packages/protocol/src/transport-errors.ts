/** The kinds of errors that connections raise. Every message says what happened, to which address, and what to do. */
import { CoveyError, defineError, errorClassOf, type CoveyErrorOptions, type ErrorRecord } from './errors.js';

/** The two sides do not share the secret, or a token is missing or wrong. */
export class AuthenticationError extends CoveyError {
  static {
    defineError(this, {
      code: 'ERR_COVEY_AUTHENTICATION',
      name: 'AuthenticationError',
      summary: 'The two sides of a connection do not share the secret of the cluster.',
      remedy: 'Give both the same secret, by COVEY_SECRET or COVEY_SECRET_FILE.',
    });
  }
}

/** A certificate is missing, or not signed by an authority that the other side trusts, or not for the host that was dialled. */
export class CertificateError extends CoveyError {
  static {
    defineError(this, {
      code: 'ERR_COVEY_CERTIFICATE',
      name: 'CertificateError',
      summary: 'One side of a TLS connection does not accept the certificate of the other, or was shown none.',
      remedy:
        'Give both sides certificates (tls.cert, tls.key) signed by an authority of the tls.ca-file of the other.',
    });
  }
}

/** The secret could not be read, or its file is open to others. */
export class SecretError extends CoveyError {
  static {
    defineError(this, {
      code: 'ERR_COVEY_SECRET',
      name: 'SecretError',
      summary: 'No usable secret: missing, too short, or in a file that others can read.',
      remedy: 'Set COVEY_SECRET or COVEY_SECRET_FILE; the file needs mode 0600.',
    });
  }
}

/** The two sides speak different versions of the protocol. */
export class VersionMismatchError extends CoveyError {
  static {
    defineError(this, {
      code: 'ERR_COVEY_VERSION_MISMATCH',
      name: 'VersionMismatchError',
      summary: 'The two sides run versions of Covey that cannot talk to each other.',
      remedy: 'Install the same version of covey on both sides.',
    });
  }

  /** Our own version and the peer's, e.g. `0.1.0 (protocol 1)`. */
  get versions(): { readonly local: string; readonly remote: string } | undefined {
    return this.data as { readonly local: string; readonly remote: string } | undefined;
  }
}

/** An address that cannot be read as one. */
export class AddressError extends CoveyError {
  static {
    defineError(this, {
      code: 'ERR_COVEY_ADDRESS',
      name: 'AddressError',
      summary: 'The text is not an address of Covey.',
      remedy: "Write 'ws://host:port', 'wss://host:port', 'unix:///path', 'inproc://name' or 'host:port'.",
    });
  }
}

/** Nobody answers at an address, or who answers is not Covey. */
export class ConnectError extends CoveyError {
  static {
    defineError(this, {
      code: 'ERR_COVEY_CONNECT',
      name: 'ConnectError',
      summary: 'No connection could be made to an address.',
      remedy: 'Check that the process is running and that the address and port are right.',
    });
  }
}

/** An address could not be listened on. */
export class ListenError extends CoveyError {
  static {
    defineError(this, {
      code: 'ERR_COVEY_LISTEN',
      name: 'ListenError',
      summary: 'An address could not be listened on.',
      remedy: 'Choose another port (or 0 for any), or stop the process that uses it.',
    });
  }
}

/** The connection or session ended while something was waited for. */
export class ConnectionClosedError extends CoveyError {
  static {
    defineError(this, {
      code: 'ERR_COVEY_CONNECTION_CLOSED',
      name: 'ConnectionClosedError',
      summary: 'A connection ended while an answer was waited for.',
      remedy: 'Look for the reason in the message; connect again.',
    });
  }
}

/** More was written than the peer takes in. */
export class BackpressureError extends CoveyError {
  static {
    defineError(this, {
      code: 'ERR_COVEY_BACKPRESSURE',
      name: 'BackpressureError',
      summary: 'More was written than the peer has read, beyond the limit of bytes kept for it.',
      remedy: 'Wait for drained() between large submissions, or raise the limit.',
    });
  }
}

/** A call was not answered in time. */
export class CallTimeoutError extends CoveyError {
  static {
    defineError(this, {
      code: 'ERR_COVEY_CALL_TIMEOUT',
      name: 'CallTimeoutError',
      summary: 'A call to a peer was not answered in time.',
      remedy: 'Give it more time, or look at what keeps the peer busy.',
    });
  }
}

/** A call failed at the peer with an error that has no class here; `remoteName` and `remoteCode` say which. */
export class RemoteCallError extends CoveyError {
  declare readonly remoteName: string;
  declare readonly remoteCode: string | null;

  static {
    defineError(this, {
      code: 'ERR_COVEY_REMOTE_CALL',
      name: 'RemoteCallError',
      summary: 'A call failed at the peer with an error that has no class of its own here.',
      remedy: 'Read the message and the remote name; the log of the peer has the stack.',
    });
  }

  static of(record: ErrorRecord): RemoteCallError {
    const [code, name, message, data] = record;
    const error = new RemoteCallError(message, { data: data ?? undefined });
    return Object.assign(error, { remoteName: name, remoteCode: code });
  }
}

/** An error again from its record: the declared class of its code where there is one, else a {@link RemoteCallError}. */
export function fromErrorRecord(record: ErrorRecord): CoveyError {
  const errorClass = record[0] === null ? undefined : errorClassOf(record[0]);
  if (errorClass === undefined) return RemoteCallError.of(record);
  const options: CoveyErrorOptions = { data: record[3] ?? undefined };
  return new errorClass(record[2], options);
}
