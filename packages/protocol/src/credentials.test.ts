import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { Secret, type HandshakeFacts } from './credentials.js';
import { SecretError } from './transport-errors.js';

const folder = mkdtempSync(join(tmpdir(), 'covey-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(text: string, mode: number): string {
  const path = join(folder, `secret-${mode.toString(8)}-${text.length}`);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

test('a secret never prints itself', () => {
  const secret = Secret.random();
  const nested = { secret, list: [secret] };
  const shown = [
    String(secret),
    JSON.stringify(nested),
    inspect(nested, { depth: 9, showHidden: true }),
    `${Object.values(secret).join()}`,
  ];
  for (const text of shown) expect(text).not.toContain(secret.reveal());
  expect(inspect(secret)).toBe('Secret(redacted)');
});

test('secrets are random, and equal by their text only', () => {
  expect(Secret.random().equals(Secret.random())).toBe(false);
  const secret = Secret.random();
  expect(Secret.fromText(`${secret.reveal()}\n`).equals(secret)).toBe(true);
  expect(secret.httpToken()).toBe(Secret.fromText(secret.reveal()).httpToken());
});

test('a secret comes from a file that only its owner can read', () => {
  const text = 'a-secret-of-enough-length';
  expect(Secret.fromFile(file(text, 0o600)).reveal()).toBe(text);
  expect(Secret.fromFile(file(text, 0o400)).reveal()).toBe(text);
  for (const mode of [0o640, 0o604, 0o644, 0o660])
    expect(() => Secret.fromFile(file(text, mode))).toThrow('open to others');
  expect(() => Secret.fromFile(file('short', 0o600))).toThrow(SecretError);
  expect(() => Secret.fromFile(join(folder, 'missing'))).toThrow(SecretError);
  expect(() => Secret.fromFile(folder)).toThrow(SecretError);
});

test('a secret comes from the environment, the text before the file', () => {
  const path = file('the-one-from-the-file', 0o600);
  expect(Secret.fromEnvironment({})).toBeUndefined();
  expect(Secret.fromEnvironment({ COVEY_SECRET_FILE: path })?.reveal()).toBe('the-one-from-the-file');
  expect(Secret.fromEnvironment({ COVEY_SECRET: 'the-one-from-the-text', COVEY_SECRET_FILE: path })?.reveal()).toBe(
    'the-one-from-the-text',
  );
  expect(() => Secret.fromEnvironment({ COVEY_SECRET: 'short' })).toThrow('COVEY_SECRET');
});

test('a proof changes with each fact, and fields cannot run into each other', () => {
  const secret = Secret.random();
  const facts: HandshakeFacts = {
    purpose: 'comm',
    clientRole: 'worker',
    target: 'host:1',
    clientNonce: new Uint8Array(32).fill(1),
    serverNonce: new Uint8Array(32).fill(2),
    binding: new Uint8Array(0),
  };
  const variants: Partial<HandshakeFacts>[] = [
    {},
    { purpose: 'bulk' },
    { clientRole: 'client' },
    { clientRole: 'workerh', target: 'ost:1' },
    { target: 'host:2' },
    { clientNonce: facts.serverNonce },
    { serverNonce: facts.clientNonce },
    { clientNonce: facts.serverNonce, serverNonce: facts.clientNonce },
    { binding: new Uint8Array(32) },
  ];
  const proofs = variants.flatMap((change) => [
    secret.clientProof({ ...facts, ...change }),
    secret.serverProof({ ...facts, ...change }),
  ]);
  expect(new Set(proofs.map((proof) => proof.toString('hex'))).size).toBe(2 * variants.length);
  expect(secret.clientProof(facts)).toEqual(Secret.fromText(secret.reveal()).clientProof(facts));
});
