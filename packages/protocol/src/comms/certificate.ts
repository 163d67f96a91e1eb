/**
 * Certificates made on the spot. Node can read certificates but not make any, and a `wss` listener needs one: since the proofs of the handshake bind the
 * TLS session, one that nobody has signed is enough to keep a connection private. This writes the few structures of X.509 (RFC 5280) that takes, in DER.
 */
import { createPrivateKey, generateKeyPairSync, randomBytes, sign, X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { isIPv4, isIPv6 } from 'node:net';

/** PEM texts of a certificate and its key. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

export interface CertificateOptions {
  /** The subject, for people. Default `covey`. */
  readonly commonName?: string;
  /** Host names and IP addresses that it is good for. Default `localhost`, 127.0.0.1 and ::1. */
  readonly hosts?: readonly string[];
  /** Who signs it. Default itself. */
  readonly issuer?: Certificate;
  /** Whether it may sign others. Default false. */
  readonly authority?: boolean;
}

/** Makes a certificate with a fresh key (ECDSA, P-256), good from a day ago and for thirty years. */
export function makeCertificate(options: CertificateOptions = {}): Certificate {
  const { commonName = 'covey', hosts = ['localhost', '127.0.0.1', '::1'], issuer, authority = false } = options;
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const subject = nameOf(commonName);
  const now = new Date();
  const body = sequence(
    explicit(0, integer(Uint8Array.of(2))),
    integer(serialNumber()),
    ECDSA_WITH_SHA256,
    issuer === undefined ? subject : subjectOf(issuer),
    sequence(time(new Date(now.getTime() - DAY_MS)), time(new Date(now.getTime() + 30 * 365 * DAY_MS))),
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
    explicit(3, sequence(...extensions(hosts, authority))),
  );
  const signer: KeyObject = issuer === undefined ? privateKey : createPrivateKey(issuer.key);
  const certificate = sequence(body, ECDSA_WITH_SHA256, bitString(sign('sha256', body, signer)));
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${certificate.toString('base64').replace(/.{1,64}/g, '$&\n')}-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
  };
}

const DAY_MS = 86_400_000;

function extensions(hosts: readonly string[], authority: boolean): Buffer[] {
  const list = [extension(OIDS.basicConstraints, true, sequence(...(authority ? [boolean(true)] : [])))];
  // Bits from the left: keyCertSign is 5, digitalSignature 0. The first byte counts the unused ones.
  list.push(extension(OIDS.keyUsage, true, element(0x03, authority ? Buffer.of(2, 0b0000_0100) : Buffer.of(7, 0x80))));
  if (hosts.length > 0) list.push(extension(OIDS.subjectAltName, false, sequence(...hosts.map(hostName))));
  return list;
}

function extension(oid: Buffer, critical: boolean, value: Buffer): Buffer {
  return sequence(oid, ...(critical ? [boolean(true)] : []), element(0x04, value));
}

function hostName(host: string): Buffer {
  if (isIPv4(host)) return element(0x87, Buffer.from(host.split('.').map(Number)));
  if (isIPv6(host)) return element(0x87, ipv6Bytes(host));
  return element(0x82, Buffer.from(host, 'latin1'));
}

function ipv6Bytes(host: string): Buffer {
  const [left = '', right] = host.split('::').map((part) => part.split(':').filter((group) => group !== ''));
  const groups = [...left, ...Array<string>(8 - left.length - (right?.length ?? 0)).fill('0'), ...(right ?? [])];
  return Buffer.from(groups.map((group) => group.padStart(4, '0')).join(''), 'hex');
}

/** A positive number. */
function serialNumber(): Buffer {
  const bytes = randomBytes(16);
  bytes[0] = (bytes[0]! & 0x7f) | 0x40;
  return bytes;
}

/** The subject of a certificate as it stands in there: what it issues must name it byte for byte. */
function subjectOf({ cert }: Certificate): Buffer {
  const { subject } = new X509Certificate(cert);
  const commonName = /^CN=(.*)$/.exec(subject)?.[1];
  if (commonName === undefined)
    throw new TypeError(`an issuer made here has a common name and no more, not ${subject}`);
  return nameOf(commonName);
}

function nameOf(commonName: string): Buffer {
  return sequence(element(0x31, sequence(OIDS.commonName, element(0x0c, Buffer.from(commonName, 'utf8')))));
}

function time(date: Date): Buffer {
  const text = date.toISOString().replace(/[-:T]/g, '').slice(0, 14);
  // Before 2050 years have two digits.
  const short = date.getUTCFullYear() < 2050;
  return short ? element(0x17, Buffer.from(`${text.slice(2)}Z`)) : element(0x18, Buffer.from(`${text}Z`));
}

function sequence(...parts: readonly Uint8Array[]): Buffer {
  return element(0x30, Buffer.concat(parts));
}

function explicit(tag: number, value: Uint8Array): Buffer {
  return element(0xa0 + tag, value);
}

function integer(bytes: Uint8Array): Buffer {
  return element(0x02, bytes);
}

function boolean(value: boolean): Buffer {
  return element(0x01, Buffer.of(value ? 0xff : 0));
}

function bitString(bytes: Uint8Array): Buffer {
  return element(0x03, Buffer.concat([Buffer.of(0), bytes]));
}

function objectId(...arcs: readonly number[]): Buffer {
  const [first = 0, second = 0, ...rest] = arcs;
  const bytes = [first * 40 + second];
  for (const arc of rest) {
    const groups = [arc & 0x7f];
    for (let more = arc >> 7; more > 0; more >>= 7) groups.unshift((more & 0x7f) | 0x80);
    bytes.push(...groups);
  }
  return element(0x06, Buffer.from(bytes));
}

function element(tag: number, value: Uint8Array): Buffer {
  const { length } = value;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...size), value]);
}

const OIDS = {
  commonName: objectId(2, 5, 4, 3),
  keyUsage: objectId(2, 5, 29, 15),
  subjectAltName: objectId(2, 5, 29, 17),
  basicConstraints: objectId(2, 5, 29, 19),
} as const;
const ECDSA_WITH_SHA256 = sequence(objectId(1, 2, 840, 10045, 4, 3, 2));
