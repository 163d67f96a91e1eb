import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AddressError, Secret, SecretError } from '@covey/protocol';
import { Configuration } from './config/configuration.js';
import { ClusterNotFoundError, ConfigurationError } from './errors.js';
import { Registry } from './registry/registry.js';
import { resolveTarget } from './resolve-target.js';

let home: string;
let registry: Registry;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'covey-resolve-'));
  registry = new Registry({ home });
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const resolve = (target: string | undefined, environment: NodeJS.ProcessEnv = {}, secret?: Secret) =>
  resolveTarget(target, {
    registry,
    configuration: Configuration.read({ environment, file: join(home, 'config.json') }),
    ...(secret !== undefined && { secret }),
  });

function list(name: string, address = `ws://127.0.0.1:${name.length}`): Secret {
  const secret = Secret.random();
  registry.add({ name, kind: 'local', address, secret });
  return secret;
}

test('a cluster that is passed is taken as it is', async () => {
  const cluster = { address: 'ws://host:1', secret: Secret.random(), name: 'given' };
  expect(await resolveTarget(cluster)).toEqual({ ...cluster, why: 'it was passed' });
});

test('a name is looked up', async () => {
  const secret = list('sums');
  const found = await resolve('sums');
  expect(found).toMatchObject({ name: 'sums', address: 'ws://127.0.0.1:4' });
  expect(found.secret.equals(secret)).toBe(true);
});

test('a name under which nothing runs is an error, also when it comes from the settings', async () => {
  list('sums');
  await expect(resolve('others')).rejects.toThrow(ClusterNotFoundError);
  await expect(resolve(undefined, { COVEY_CLUSTER: 'others' })).rejects.toThrow(
    "start it by 'covey clusters start others'",
  );
});

test('nothing named: the environment, then the file', async () => {
  list('sums');
  list('others');
  writeFileSync(join(home, 'config.json'), '{ "cluster": "others" }');
  expect(await resolve(undefined, { COVEY_CLUSTER: 'sums' })).toMatchObject({
    name: 'sums',
    why: 'COVEY_CLUSTER names it',
  });
  expect(await resolve(undefined)).toMatchObject({ name: 'others', why: `${join(home, 'config.json')} names it` });
});

test('for an address the secret is what was passed, or said, or listed', async () => {
  const listed = list('sums', 'ws://127.0.0.1:8786');
  const passed = Secret.random();
  expect((await resolve('127.0.0.1:8786', {}, passed)).secret.equals(passed)).toBe(true);
  expect((await resolve('ws://127.0.0.1:8786')).secret.equals(listed)).toBe(true);
  const file = join(home, 'secret');
  writeFileSync(file, passed.reveal(), { mode: 0o600 });
  expect((await resolve('ws://127.0.0.1:8786', { COVEY_SECRET_FILE: file })).secret.equals(passed)).toBe(true);
  await expect(resolve('ws://127.0.0.1:9')).rejects.toThrow(SecretError);
});

test('what is neither name nor address is told', async () => {
  await expect(resolve('http://example.org')).rejects.toThrow(AddressError);
});

describe('certificates', () => {
  const pem = (name: string, text: string) => {
    const path = join(home, name);
    writeFileSync(path, text);
    return path;
  };

  test('are those that the registry knows of a cluster, found by name or address, unless the settings say others', async () => {
    const tls = { cert: pem('cert', 'C'), key: pem('key', 'K'), authority: pem('ca', 'A'), serverName: 'covey' };
    registry.add({ name: 'sums', kind: 'scheduler', address: 'wss://host:1', secret: Secret.random(), tls });
    const known = { cert: 'C', key: 'K', authority: 'A', serverName: 'covey' };
    expect((await resolve('sums')).tls).toEqual(known);
    expect((await resolve('wss://host:1')).tls).toEqual(known);
    expect((await resolve('sums', { COVEY_TLS_CA_FILE: pem('other', 'B') })).tls).toEqual({ authority: 'B' });
  });

  test('of the settings hold for addresses that nobody listed; half of one, or a missing file, is an error', async () => {
    const secret = Secret.random();
    const find = (environment: NodeJS.ProcessEnv) => resolve('wss://host:1', environment, secret);
    expect((await find({})).tls).toBeUndefined();
    const cert = pem('cert', 'C');
    expect((await find({ COVEY_TLS_CERT: cert, COVEY_TLS_KEY: pem('key', 'K') })).tls).toEqual({ cert: 'C', key: 'K' });
    await expect(find({ COVEY_TLS_CERT: cert })).rejects.toThrow(ConfigurationError);
    await expect(find({ COVEY_TLS_CA_FILE: join(home, 'nowhere') })).rejects.toThrow(/nowhere/);
  });
});
