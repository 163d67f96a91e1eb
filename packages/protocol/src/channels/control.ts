/** The frames by which a session begins, resumes, or is refused. One map each; they are not numbered. */
import type { Comm } from '../comms/comm.js';
import { ProtocolError, toErrorRecord, type CoveyError } from '../errors.js';
import { fromErrorRecord } from '../transport-errors.js';
import { readErrorRecord } from './calls.js';
import { decode, encode } from './codec.js';
import { FRAME, HEADER_BYTES, writeHeader } from './frame.js';

/** Free facts that one side tells the other when a session begins. */
export type FactMap = Readonly<Record<string, unknown>>;

/** What a client says first on every comm. */
export interface Hello {
  readonly session: string;
  /** Whether it holds state of the session, so that a server that does not know it must say so. */
  readonly resume: boolean;
  /** The last frame that it has received. */
  readonly received: number;
  readonly facts: FactMap;
}

/** What a server answers. */
export type Answer =
  | { readonly kind: 'welcome'; readonly received: number; readonly facts: FactMap }
  | { readonly kind: 'session-lost' }
  | { readonly kind: 'refused'; readonly error: CoveyError };

export function sendHello(comm: Comm, hello: Hello): void {
  sendControl(comm, { ...hello });
}

export function sendAnswer(comm: Comm, answer: Answer): void {
  sendControl(
    comm,
    answer.kind === 'refused' ? { kind: answer.kind, error: [...toErrorRecord(answer.error)] } : { ...answer },
  );
}

/** @throws {ProtocolError} when the frame is no hello. */
export function readHello(frame: Uint8Array): Hello {
  const { session, resume, received, facts } = readControl(frame);
  if (typeof session !== 'string' || !/^[\w-]{8,64}$/.test(session))
    throw new ProtocolError('a hello names no session');
  if (typeof resume !== 'boolean' || !isSequence(received)) throw new ProtocolError('a hello lacks what it must tell');
  return { session, resume, received, facts: readFacts(facts) };
}

/** @throws {ProtocolError} when the frame is no answer to a hello. */
export function readAnswer(frame: Uint8Array): Answer {
  const { kind, received, facts, error } = readControl(frame);
  if (kind === 'session-lost') return { kind };
  if (kind === 'refused') return { kind, error: fromErrorRecord(readErrorRecord(error)) };
  if (kind !== 'welcome' || !isSequence(received)) throw new ProtocolError('a session was not answered with a welcome');
  return { kind, received, facts: readFacts(facts) };
}

function sendControl(comm: Comm, fields: FactMap): void {
  const frame = encode(fields, HEADER_BYTES);
  writeHeader(frame, FRAME.control, 0, 0);
  comm.send(frame);
}

function readControl(frame: Uint8Array): FactMap {
  if (frame.length < HEADER_BYTES || frame[0] !== FRAME.control)
    throw new ProtocolError('a session must begin with a hello');
  return readFacts(decode(frame, HEADER_BYTES));
}

function readFacts(value: unknown): FactMap {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new ProtocolError('a map is missing');
  return value as FactMap;
}

function isSequence(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 0xffff_ffff;
}
