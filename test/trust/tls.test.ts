/** Trust between hosts, with real processes: everything that dials or listens speaks TLS, and certificates are checked where an authority is given. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect as tlsConnect } from 'node:tls';
import { parseAddress, Secret } from '@covey/protocol';
import { makeCertificate } from '@covey/protocol/internal';
import type { Certificate } from '@covey/protocol/internal';
import {
  AuthenticationError,
  CertificateError,
  ConfigurationError,
  ConnectError,
  Executor,
  getExecutor,
  LocalCluster,
} from 'covey';
import type { ConnectTls } from 'covey';
import { CoveyCommand } from '../support/covey-command.js';
import { Sandbox } from '../support/sandbox.js';

jest.setTimeout(90_000);
let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
});
afterEach(() => sandbox.expectNothingLeft());

const run = (...args: string[]) => new CoveyCommand(args, sandbox.environment);

const authority = makeCertificate({ commonName: 'our authority', hosts: [], authority: true });
const ours = makeCertificate({ commonName: 'ours', issuer: authority });
const otherAuthority = makeCertificate({ commonName: 'another authority', hosts: [], authority: true });
const others = makeCertificate({ commonName: 'others', issuer: otherAuthority });

/** PEM files where nothing counts as left behind. */
function files(name: string, { cert, key }: Certificate, ca: Certificate): string[] {
  const write = (what: string, text: string) => {
    const path = join(sandbox.folder, 'config', `${name}.${what}.pem`);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  };
  return ['--tls-cert', write('cert', cert), '--tls-key', write('key', key), '--tls-ca-file', write('ca', ca.cert)];
}

const trusting = ({ cert, key }: Certificate, ca: Certificate): ConnectTls => ({ cert, key, authority: ca.cert });

/** A scheduler on a free port, and how to reach it. */
async function scheduler(...args: string[]) {
  const command = run('scheduler', '--port', '0', '--name', 'trusty', '--json', ...args);
  const [line] = await command.untilSaid(/^\{.*\}$/m);
  const { address, secretFile } = JSON.parse(line) as { address: string; secretFile: string };
  return { command, address, secretFile, secret: Secret.fromFile(secretFile) };
}

const MEGABYTES = 48;

/** Results that pass from worker to worker, to the client, through an actor, and through an executor inside a task. */
async function useEverything(executor: Executor): Promise<void> {
  const { workers } = await executor.schedulerInfo();
  expect(workers.map(({ address }) => parseAddress(address).kind)).toEqual(['wss', 'wss']);
  const [left, right] = workers.map(({ address }) => executor.with({ workers: address, pure: false }));
  if (left === undefined || right === undefined) throw new Error('two workers are needed');
  const count = (MEGABYTES * 2 ** 20) / 8;
  const large = left.submit((n: number) => Float64Array.from({ length: n }, (_, i) => i), count);
  const sum = right.submit((values: Float64Array) => values.reduce((a, b) => a + b), large);
  expect(await sum.result()).toBe((count * (count - 1)) / 2);
  const here = await large.result();
  expect([here.length, here.at(-1)]).toEqual([count, count - 1]);
  const scattered = await executor.scatter(here);
  expect(await executor.submit((values: Float64Array) => values.at(-1), scattered).result()).toBe(count - 1);
  const inner = executor.submit(async () =>
    getExecutor()
      .submit((x: number) => x + 1, 41)
      .result(),
  );
  expect(await inner.result()).toBe(42);
  class Counter {
    #count = 0;
    add(n: number): number {
      return (this.#count += n);
    }
  }
  const counter = await executor.with({ actor: true }).submit(Counter).result();
  expect([await counter.add(1), await counter.add(2)]).toEqual([1, 3]);
}

test('mutual TLS: scheduler, workers and clients show certificates and check each other’s', async () => {
  const tls = files('ours', ours, authority);
  const { command, address, secret } = await scheduler(...tls);
  expect(address).toMatch(/^wss:/);
  const worker = run('worker', address, '--nworkers', '2', '--nthreads', '1', ...tls);
  await worker.untilSaid(/-0 is ready/);
  await worker.untilSaid(/-1 is ready/);
  // By name: the registry knows which certificates the cluster needs.
  const executor = await Executor.connect('trusty');
  await useEverything(executor);

  const { workers } = await executor.schedulerInfo();
  const { port } = new URL(workers[0]?.address ?? '');
  const denied = new Promise<string>((resolve, reject) => {
    let answer = '';
    const options = { host: '127.0.0.1', port: Number(port), rejectUnauthorized: false };
    const socket = tlsConnect(options, () => socket.end('GET /x HTTP/1.1\r\nHost: a\r\n\r\n'));
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
    socket.on('error', reject);
    socket.on('close', () => resolve(answer));
  });
  expect(await denied).toMatch(/^HTTP\/1.1 403 /);
  await executor.close();
  await (await Executor.connect(address, { secret, tls: trusting(ours, authority) })).close();
  await worker.endBy('SIGTERM');
  await command.endBy('SIGTERM');
});

test('whoever has another authority, or no certificate, is refused, and both sides say why', async () => {
  const { command, address, secret } = await scheduler(...files('ours', ours, authority));
  const wrong = run('worker', address, '--nthreads', '1', ...files('others', others, otherAuthority));
  expect(await wrong.ended).toMatchObject({
    status: 1,
    errors: expect.stringMatching(/^covey: .*certificate of wss:.* is not accepted/m),
  });
  await command.untilSaid(/may not trust who signed it/);
  const dial = (tls: ConnectTls) => Executor.connect(address, { secret, tls });
  await expect(dial({ authority: otherAuthority.cert })).rejects.toThrow(CertificateError);
  await expect(dial({ authority: authority.cert })).rejects.toThrow(/showed none/);
  await expect(dial({})).rejects.toThrow(CertificateError);
  await expect(dial({ ...others, authority: authority.cert })).rejects.toThrow(/not accepted here/);
  await command.untilSaid(/the certificate of the client is not accepted here/);
  await command.untilSaid(/the client showed none/);
  // Half of it is told before anything is dialled.
  const [, , , , caFlag = '', ca = ''] = files('ours', ours, authority);
  expect(await run('worker', address, caFlag, ca).ended).toMatchObject({
    status: 2,
    errors: expect.stringContaining('--tls-cert'),
  });
  await command.endBy('SIGTERM');
});

test('one certificate may serve all hosts, under a name of its own', async () => {
  const shared = makeCertificate({ commonName: 'shared', hosts: ['cluster.example'], issuer: authority });
  const named = ['--tls-server-name', 'cluster.example'];
  const tls = files('shared', shared, authority);
  const { command, address, secret } = await scheduler(...tls, ...named);
  const worker = run('worker', address, '--nthreads', '1', ...tls, ...named);
  await worker.untilSaid(/is ready/);
  const executor = await Executor.connect('trusty');
  expect(await executor.submit(() => 'here').result()).toBe('here');
  await executor.close();
  const byHost = Executor.connect(address, { secret, tls: trusting(shared, authority) });
  await expect(byHost).rejects.toThrow(/tls.server-name/);
  await worker.endBy('SIGTERM');
  await command.endBy('SIGTERM');
});

test('without certificates all connections are encrypted all the same, and the proofs keep strangers out', async () => {
  const { command, address, secretFile } = await scheduler('--protocol', 'wss');
  expect(command.errors).not.toContain('WARNING');
  const worker = run('worker', address, '--secret-file', secretFile, '--nworkers', '2', '--nthreads', '1');
  await worker.untilSaid(/-0 is ready/);
  await worker.untilSaid(/-1 is ready/);
  await using executor = await Executor.connect('trusty');
  await useEverything(executor);
  await expect(Executor.connect(address, { secret: Secret.random() })).rejects.toThrow(AuthenticationError);
  const wrong = join(sandbox.folder, 'config', 'wrong');
  writeFileSync(wrong, 'not the secret at all', { mode: 0o600 });
  const refused = await run('worker', address, '--secret-file', wrong, '--nthreads', '1').ended;
  expect(refused).toMatchObject({ status: 1, errors: expect.stringMatching(/secret/) });
  await worker.endBy('SIGTERM');
  await command.endBy('SIGTERM');
});

test('with and without TLS, each way round, the error says what to do', async () => {
  const { command, address, secret } = await scheduler('--protocol', 'wss', '--listen', '127.0.0.1:0');
  const plain = Executor.connect(address.replace('wss:', 'ws:'), { secret });
  await expect(plain).rejects.toThrow(ConnectError);
  await expect(plain).rejects.toThrow(/dial wss:/);
  await command.untilSaid(/should dial wss:/);
  await command.endBy('SIGTERM');
  const open = await scheduler();
  const secure = Executor.connect(open.address.replace('ws:', 'wss:'), { secret: open.secret });
  await expect(secure).rejects.toThrow(/there is no TLS there/);
  await open.command.endBy('SIGTERM');
});

test('a worker that listens in the clear beyond this machine says so loudly', async () => {
  const { command, address, secretFile } = await scheduler('--protocol', 'wss');
  const listen = ['--listen-address', 'ws://0.0.0.0:0'];
  const worker = run('worker', address, '--secret-file', secretFile, '--nthreads', '1', ...listen);
  await worker.untilSaid(/WARNING: .* NOT ENCRYPTED/);
  await worker.untilSaid(/is ready/);
  await worker.endBy('SIGTERM');
  await command.endBy('SIGTERM');
});

describe('a local cluster', () => {
  test('speaks TLS with protocol wss', async () => {
    await using cluster = await LocalCluster.create({
      protocol: 'wss',
      workers: 2,
      threadsPerWorker: 1,
      waitForWorkers: 'all',
    });
    await using executor = await Executor.connect(cluster);
    await useEverything(executor);
  });

  test('checks certificates when it is given some', async () => {
    const tls = trusting(ours, authority);
    await using cluster = await LocalCluster.create({
      protocol: 'wss',
      tls,
      workers: 2,
      threadsPerWorker: 1,
      waitForWorkers: 'all',
    });
    expect(await cluster.workers()).toHaveLength(2);
    await using executor = await Executor.connect(cluster);
    await useEverything(executor);
    const { address, secret } = cluster;
    await expect(Executor.connect({ address, secret })).rejects.toThrow(CertificateError);
    await expect(LocalCluster.create({ tls })).rejects.toThrow(ConfigurationError);
  });
});
