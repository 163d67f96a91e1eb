/**
 * The secret of a cluster and the proofs made from it.
 *
 * Whoever knows the secret owns the cluster, so it never leaves this object: it prints as a placeholder, and only keyed hashes (HMAC-SHA-256) of it travel.
 * Each use has a context of its own, so that no proof can be replayed in another role, direction or place.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { SecretError } from './transport-errors.js';

/** Bytes of a nonce and of a proof. */
export const PROOF_BYTES = 32;
const MIN_SECRET_BYTES = 16;
const REDACTED = 'Secret(redacted)';

/** What both sides of a handshake know, and what a proof therefore binds. */
export interface HandshakeFacts {
  /** What the connection is for. */
  readonly purpose: 'comm' | 'bulk';
  readonly clientRole: string;
  /** Where the client believes it is dialling; the server checks that this is itself. */
  readonly target: string;
  readonly clientNonce: Uint8Array;
  readonly serverNonce: Uint8Array;
  /** Key material of the TLS session below, so that nobody can sit between; empty without TLS. */
  readonly binding: Uint8Array;
}

/** The secret shared by all processes of a cluster. */
export class Secret {
  readonly #bytes: Buffer;

  private constructor(bytes: Buffer, origin: string) {
    if (bytes.length < MIN_SECRET_BYTES) {
      throw new SecretError(
        `the secret from ${origin} has ${bytes.length} bytes; at least ${MIN_SECRET_BYTES} are needed`,
      );
    }
    this.#bytes = bytes;
  }

  /** A fresh secret of 256 bits. */
  static random(): Secret {
    return Secret.fromText(randomBytes(32).toString('base64url'), 'the random generator');
  }

  /** A secret from its text. `origin` appears in errors, the text never. */
  static fromText(text: string, origin = 'the program'): Secret {
    return new Secret(Buffer.from(text.trim(), 'utf8'), origin);
  }

  /**
   * Reads a secret from a file that only its owner can read.
   * @throws {SecretError} when the file is missing, too short, another user's, or open to group or others.
   */
  static fromFile(path: string): Secret {
    let file: number;
    try {
      file = openSync(path, constants.O_RDONLY);
    } catch (cause) {
      throw new SecretError(`cannot read the secret file ${path}: ${(cause as Error).message}`, { cause });
    }
    try {
      const status = fstatSync(file);
      if (!status.isFile()) throw new SecretError(`the secret file ${path} is not a file`);
      if (process.platform !== 'win32' && (status.mode & 0o077) !== 0) {
        throw new SecretError(`the secret file ${path} is open to others; run 'chmod 600 ${path}'`);
      }
      const userId = process.getuid?.();
      if (userId !== undefined && userId !== 0 && status.uid !== userId) {
        throw new SecretError(`the secret file ${path} belongs to another user`);
      }
      return Secret.fromText(readFileSync(file, 'utf8'), path);
    } finally {
      closeSync(file);
    }
  }

  /**
   * The secret named by the environment: `COVEY_SECRET`, or the file `COVEY_SECRET_FILE`; undefined when neither is set.
   * @throws {SecretError} as {@link Secret.fromFile}.
   */
  static fromEnvironment(environment: NodeJS.ProcessEnv = process.env): Secret | undefined {
    const text = environment['COVEY_SECRET'];
    if (text) return Secret.fromText(text, 'COVEY_SECRET');
    const path = environment['COVEY_SECRET_FILE'];
    return path ? Secret.fromFile(path) : undefined;
  }

  /** The text, for writing it to a 0600 file or a child's environment, and for nothing else. */
  reveal(): string {
    return this.#bytes.toString('utf8');
  }

  /** What the server sends to prove that it knows the secret. */
  serverProof(facts: HandshakeFacts): Buffer {
    return this.#proof('server', facts);
  }

  /** What the client sends to prove it. */
  clientProof(facts: HandshakeFacts): Buffer {
    return this.#proof('client', facts);
  }

  /**
   * The token for HTTP paths (`Authorization: Bearer …`): derived, so that it opens those paths and no connection.
   * `covey token` prints it for a person who runs a browser or `curl`.
   */
  httpToken(): string {
    return this.#hmac('http').digest('base64url');
  }

  /** Whether two holders know the same secret; compares in constant time. */
  equals(other: Secret): boolean {
    return sameBytes(this.#hmac('equal').digest(), other.#hmac('equal').digest());
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [inspect.custom](): string {
    return REDACTED;
  }

  #proof(direction: 'server' | 'client', facts: HandshakeFacts): Buffer {
    const hmac = this.#hmac('handshake');
    for (const part of [
      direction,
      facts.purpose,
      facts.clientRole,
      facts.target,
      facts.clientNonce,
      facts.serverNonce,
      facts.binding,
    ]) {
      const bytes = typeof part === 'string' ? Buffer.from(part, 'utf8') : part;
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      hmac.update(length).update(bytes);
    }
    return hmac.digest();
  }

  #hmac(context: string) {
    return createHmac('sha256', this.#bytes).update(`covey.v1 ${context}\0`);
  }
}

/** Equality in constant time. */
export function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && timingSafeEqual(left, right);
}
