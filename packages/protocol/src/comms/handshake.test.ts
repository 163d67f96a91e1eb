/** The handshake and the door of HTTP, got wrong in every way. */
import { createServer } from 'node:http';
import { createServer as createRawServer, type AddressInfo } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import { formatAddress } from '../address.js';
import { dialBulk } from '../bulk/bulk-dial.js';
import { Secret } from '../credentials.js';
import { ProtocolError } from '../errors.js';
import { deferred } from '../shared/deferred.js';
import { VirtualClock } from '../shared/clock.js';
import {
  AuthenticationError,
  CertificateError,
  ConnectError,
  ListenError,
  VersionMismatchError,
} from '../transport-errors.js';
import { COVEY_VERSION } from '../version.js';
import { TEST_CERTIFICATE, TEST_KEY } from './certificate.test.support.js';
import type { Comm } from './comm.js';
import { makeCertificate } from './certificate.js';
import { connect } from './connect.js';
import { listen, type Listener, type ListenOptions } from './listen.js';
import type { ConnectTls } from './tls.js';
import { RawClient } from './raw-client.test.support.js';

const secret = Secret.random();
const opened: AsyncDisposable[] = [];

afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each[Symbol.asyncDispose]();
});

/** A listener that keeps what came in and what was turned away. */
async function start(options: Partial<ListenOptions> = {}) {
  const rejected: Error[] = [];
  const comms: Comm[] = [];
  const rejection = deferred<Error>();
  const listener: Listener = await listen({
    address: '127.0.0.1:0',
    secret,
    role: 'scheduler',
    onChannelPeer: (comm) => comms.push(comm),
    onrejected: (error) => {
      rejected.push(error);
      rejection.resolve(error);
    },
    ...options,
  });
  opened.push(listener);
  const raw = () => {
    const client = new RawClient(listener.address);
    opened.push({ [Symbol.asyncDispose]: async () => void client.socket.destroy() });
    return client;
  };
  return { listener, rejected, rejection: rejection.promise, comms, raw };
}

describe('the proof of a client', () => {
  test('opens a comm when it is right', async () => {
    const accepted = deferred<Comm>();
    const { raw } = await start({ onChannelPeer: (comm) => accepted.resolve(comm) });
    const client = raw();
    const answer = await client.upgrade();
    expect(answer.status).toBe(101);
    expect(Buffer.from(answer.headers['covey-proof'] ?? '', 'base64url')).toEqual(
      secret.serverProof(client.facts(answer)),
    );
    client.message(secret.clientProof(client.facts(answer)));
    expect((await accepted.promise).peer.role).toBe('worker');
  });

  test.each([
    ['of another secret', (facts: Parameters<Secret['clientProof']>[0]) => Secret.random().clientProof(facts)],
    ["that is the server's own, sent back", (facts: Parameters<Secret['clientProof']>[0]) => secret.serverProof(facts)],
    [
      'for another role',
      (facts: Parameters<Secret['clientProof']>[0]) => secret.clientProof({ ...facts, clientRole: 'client' }),
    ],
    [
      'for another purpose',
      (facts: Parameters<Secret['clientProof']>[0]) => secret.clientProof({ ...facts, purpose: 'bulk' }),
    ],
    [
      'for another address',
      (facts: Parameters<Secret['clientProof']>[0]) => secret.clientProof({ ...facts, target: 'localhost:1' }),
    ],
    ['that is too short', (facts: Parameters<Secret['clientProof']>[0]) => secret.clientProof(facts).subarray(1)],
  ])('%s is refused, and nothing after it is read', async (_name, makeProof) => {
    const { raw, rejection, comms } = await start();
    const client = raw();
    const answer = await client.upgrade();
    client.message(makeProof(client.facts(answer)));
    client.message(Buffer.from('more'));
    await client.closed;
    expect(await rejection).toBeInstanceOf(AuthenticationError);
    expect(comms).toEqual([]);
  });

  test('cannot be replayed on another connection', async () => {
    const { raw, rejection, comms } = await start();
    const first = raw();
    const proof = secret.clientProof(first.facts(await first.upgrade()));
    const second = raw();
    await second.upgrade({ 'covey-nonce': first.nonce.toString('base64url') });
    second.message(proof);
    await second.closed;
    expect(await rejection).toBeInstanceOf(AuthenticationError);
    expect(comms).toEqual([]);
  });

  test('is not waited for beyond its size', async () => {
    const { raw, rejection, comms } = await start();
    const client = raw();
    await client.upgrade();
    // A frame that announces 100 MB: it is cut off after its first bytes, not collected.
    client.socket.write(Buffer.from([0x82, 0xff, 0, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0]));
    const chunk = Buffer.alloc(64 * 1024);
    const pump = () => {
      while (!client.socket.destroyed && client.socket.write(chunk)) continue;
    };
    client.socket.on('drain', pump);
    pump();
    await client.closed;
    expect((await rejection).message).toContain('before it proved');
    expect(client.socket.bytesWritten).toBeLessThan(50e6);
    expect(comms).toEqual([]);
  });

  test('over bulk is held to the same', async () => {
    const served = jest.fn();
    const { raw, rejection } = await start({ onBulk: served });
    const client = raw();
    const answer = await client.upgrade({ upgrade: 'covey-bulk.v1' });
    expect(answer.status).toBe(101);
    client.socket.write(secret.clientProof(client.facts(answer, 'comm')));
    await client.closed;
    expect(await rejection).toBeInstanceOf(AuthenticationError);
    expect(served).not.toHaveBeenCalled();
  });
});

describe('an upgrade', () => {
  test.each([
    ['from a browser page', { origin: 'https://evil.example' }, 403],
    ['for a host name that is not ours', { host: 'evil.example:80' }, 421],
    ['for our address and another port', { host: '127.0.0.1:1' }, 421],
    ['without a host', { host: '' }, 421],
    ['of an unknown kind', { upgrade: 'h2c' }, 400],
    ['of another WebSocket protocol', { 'sec-websocket-protocol': 'chat' }, 400],
    ['without the fields of Covey', { 'covey-protocol': undefined }, 400],
    ['without a nonce', { 'covey-nonce': undefined }, 400],
    ['with a short nonce', { 'covey-nonce': 'AAAA' }, 400],
    ['with a strange role', { 'covey-role': 'Chef de cuisine' }, 400],
    ['for bulk where there is none', { upgrade: 'covey-bulk.v1' }, 404],
    ['of another version', { 'covey-protocol': '99', 'covey-version': '9.9.9' }, 426],
  ])('%s is refused with a status and a reason', async (_name, changes, status) => {
    const { raw, rejected } = await start();
    const answer = await raw().upgrade(changes);
    expect(answer.status).toBe(status);
    expect(answer.headers['covey-reason']).toBeTruthy();
    expect(answer.headers['covey-proof']).toBeUndefined();
    expect(rejected).toHaveLength(1);
  });

  test('from an allowed origin, or for an allowed host, passes', async () => {
    const { raw } = await start({
      allowedOrigins: ['https://lab.example'],
      allowedHosts: ['gateway', 'proxy.example:8443'],
    });
    for (const changes of [
      { origin: 'https://lab.example' },
      { host: 'gateway:1234' },
      { host: 'proxy.example:8443' },
      { host: 'localhost:PORT' },
    ]) {
      const client = raw();
      const host = 'host' in changes ? changes.host.replace('PORT', client.host.split(':')[1] ?? '') : client.host;
      expect((await client.upgrade({ ...changes, host })).status).toBe(101);
    }
  });

  test('that carries bytes before the handshake is refused', async () => {
    const { raw } = await start();
    const client = raw();
    expect((await client.request(`${client.upgradeText()}early`)).status).toBe(400);
  });

  test('that is garbage is cut off', async () => {
    const { raw, comms } = await start();
    const client = raw();
    client.socket.write(Buffer.from([0, 1, 2, 3, 255, 254, 10, 13, 10, 13, 10]));
    await client.closed;
    expect(comms).toEqual([]);
  });
});

describe('connections that do not authenticate', () => {
  test('are closed after their time, wherever they stopped', async () => {
    const clock = new VirtualClock();
    const { raw } = await start({ clock, limits: { timeoutMs: 5000 } });
    const [silent, slow, unproved] = [raw(), raw(), raw()];
    slow.socket.write(slow.upgradeText().slice(0, 40));
    await unproved.upgrade();
    await raw().request('GET /health HTTP/1.1\r\nhost: x\r\n\r\n');
    clock.advance(4999);
    expect([silent, slow, unproved].map((client) => client.socket.destroyed)).toEqual([false, false, false]);
    clock.advance(1);
    await Promise.all([silent.closed, slow.closed, unproved.closed]);
    expect(clock.pending).toBe(0);
  });

  test('are few at once: the oldest makes room', async () => {
    const { raw, listener } = await start({ limits: { maxConnections: 3 } });
    const clients = [];
    for (let index = 0; index < 3; index++) {
      const client = raw();
      await client.upgrade();
      clients.push(client);
    }
    const comm = await connect(listener.address, { secret, role: 'worker' });
    await clients[0]?.closed;
    expect(clients.map((client) => client.socket.destroyed)).toEqual([true, false, false]);
    comm.close();
  });
});

describe('a server', () => {
  test('that does not know the secret gets no proof from the client', async () => {
    const { listener, rejection, comms } = await start({ secret: Secret.random() });
    await expect(connect(listener.address, { secret, role: 'worker' })).rejects.toThrow(AuthenticationError);
    expect((await rejection).message).toContain('another secret');
    expect(comms).toEqual([]);
  });

  test('of another version is named with both versions', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    server.on('upgrade', (_request, socket) => {
      socket.end(
        'HTTP/1.1 426 Upgrade Required\r\ncovey-protocol: 99\r\ncovey-version: 9.9.9\r\ncontent-length: 0\r\n\r\n',
      );
    });
    opened.push({ [Symbol.asyncDispose]: async () => void server.close() });
    const attempt = connect(`127.0.0.1:${await portOf(server)}`, { secret, role: 'worker' });
    await expect(attempt).rejects.toThrow(VersionMismatchError);
    const error = (await attempt.catch((reason: unknown) => reason)) as VersionMismatchError;
    expect(error.versions).toEqual({ local: `${COVEY_VERSION} (protocol 1)`, remote: '9.9.9 (protocol 99)' });
  });

  test.each([
    ['is not Covey', 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n', 'is not Covey'],
    ['speaks no HTTP', 'SSH-2.0-OpenSSH_9.2\r\n', 'cannot connect to'],
    ['drops the connection', '', 'dropped the connection'],
  ])('that %s is a clear error', async (_name, text, message) => {
    const server = createRawServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => (text === '' ? socket.resetAndDestroy() : socket.end(text)));
    }).listen(0, '127.0.0.1');
    opened.push({ [Symbol.asyncDispose]: async () => void server.close() });
    const attempt = connect(`127.0.0.1:${await portOf(server)}`, { secret, role: 'worker' });
    await expect(attempt).rejects.toThrow(ConnectError);
    await expect(attempt).rejects.toThrow(message);
  });

  test('that does not answer is given up after the time for it', async () => {
    const sockets: { destroy(): unknown }[] = [];
    const server = createRawServer((socket) => void sockets.push(socket.resume())).listen(0, '127.0.0.1');
    opened.push({
      [Symbol.asyncDispose]: async () => {
        for (const socket of sockets) socket.destroy();
        server.close();
      },
    });
    const attempt = connect(`127.0.0.1:${await portOf(server)}`, { secret, role: 'worker', timeoutMs: 30 });
    await expect(attempt).rejects.toThrow('did not answer within 30 ms');
  });

  test.each([
    ['127.0.0.1:1', 'nobody listens there'],
    ['unix:///tmp/covey-no-such-socket', 'there is no such socket'],
    ['inproc://nobody', 'nobody in this process listens there'],
  ])('that is not there (%s) is a clear error', async (address, message) => {
    await expect(connect(address, { secret, role: 'worker' })).rejects.toThrow(ConnectError);
    await expect(connect(address, { secret, role: 'worker' })).rejects.toThrow(message);
  });
});

describe('http', () => {
  const get = (path: string, fields: Record<string, string>) =>
    `GET ${path} HTTP/1.1\r\n${Object.entries(fields)
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join('')}\r\n`;

  test('is open at /health only, and elsewhere to the token of the secret', async () => {
    const { raw } = await start({ http: (request, response) => response.end(`you asked for ${request.url}`) });
    const token = secret.httpToken();
    expect(token).not.toContain(secret.reveal());
    const status = async (path: string, fields: (host: string) => Record<string, string>) => {
      const client = raw();
      return (await client.request(get(path, fields(client.host)))).status;
    };
    expect(await status('/health', () => ({ host: 'probe' }))).toBe(200);
    expect(await status('/metrics', (host) => ({ host }))).toBe(401);
    expect(await status('/metrics', (host) => ({ host, authorization: `Bearer ${secret.reveal()}` }))).toBe(401);
    expect(await status('/metrics', (host) => ({ host, authorization: `Bearer ${token}` }))).toBe(200);
    expect(await status('/metrics', () => ({ host: 'evil.example', authorization: `Bearer ${token}` }))).toBe(421);
    expect(
      await status('/metrics', (host) => ({ host, authorization: `Bearer ${token}`, origin: 'https://evil.example' })),
    ).toBe(403);
  });

  test('authorised answers outlive the time of the gate', async () => {
    const clock = new VirtualClock();
    const asked = deferred<() => void>();
    const { raw } = await start({ clock, http: (_request, response) => asked.resolve(() => response.end('late')) });
    const client = raw();
    const answer = client.request(get('/slow', { host: client.host, authorization: `Bearer ${secret.httpToken()}` }));
    const finish = await asked.promise;
    clock.advance(60_000);
    finish();
    expect((await answer).status).toBe(200);
  });
});

describe('tls', () => {
  const tls = { cert: TEST_CERTIFICATE, key: TEST_KEY };

  test('makes a certificate where none is given, unless certificates are checked', async () => {
    const { listener } = await start({ address: 'wss://127.0.0.1:0' });
    const comm = await connect(listener.address, { secret, role: 'worker' });
    expect(comm.peer.role).toBe('scheduler');
    comm.close();
    const checking = connect(listener.address, { secret, role: 'worker', tls: { authority: TEST_CERTIFICATE } });
    await expect(checking).rejects.toThrow(CertificateError);
    const halves = [{ clientAuthority: TEST_CERTIFICATE }, { cert: TEST_CERTIFICATE }];
    for (const half of halves)
      await expect(start({ address: 'wss://127.0.0.1:0', tls: half })).rejects.toThrow(ListenError);
  });

  test('binds proofs to the session, so that nobody can sit between', async () => {
    const { raw, rejection } = await start({ address: 'wss://127.0.0.1:0', tls });
    const client = raw();
    const answer = await client.upgrade();
    client.message(secret.clientProof({ ...client.facts(answer), binding: new Uint8Array(32) }));
    await client.closed;
    expect(await rejection).toBeInstanceOf(AuthenticationError);
  });

  test('checks the certificate where an authority is given', async () => {
    const { listener, comms } = await start({ address: 'wss://127.0.0.1:0', tls });
    const trusting = await connect(listener.address, { secret, role: 'worker', tls: { authority: TEST_CERTIFICATE } });
    const wrongName = connect(listener.address, {
      secret,
      role: 'worker',
      tls: { authority: TEST_CERTIFICATE, serverName: 'other.example' },
    });
    await expect(wrongName).rejects.toThrow(CertificateError);
    expect(comms).toHaveLength(1);
    trusting.close();
  });

  test.each(['comm', 'bulk'])(
    'mutual: both sides of a %s hear of a certificate that is missing or another’s',
    async (kind) => {
      const rejected: Error[] = [];
      const { listener } = await start({
        address: 'wss://127.0.0.1:0',
        tls: { ...tls, clientAuthority: TEST_CERTIFICATE },
        onrejected: (error) => rejected.push(error),
        onBulk: (socket) => socket.destroy(),
      });
      const dial = async (options: { readonly tls?: ConnectTls }) => {
        const { host, port } = listener.address as { host: string; port: number };
        if (kind === 'comm') (await connect(listener.address, { secret, role: 'worker', ...options })).close();
        else (await dialBulk({ kind: 'wss', host, port }, { secret, role: 'worker', ...options })).socket.destroy();
      };
      await expect(dial({})).rejects.toThrow(/showed none/);
      await expect(dial({ tls: makeCertificate() })).rejects.toThrow(CertificateError);
      expect(rejected).toEqual([expect.any(CertificateError), expect.any(CertificateError)]);
      await dial({ tls });
    },
  );

  test('mutual: a resumed session, which carries no certificate, is not trusted, and HTTP is refused too', async () => {
    const { listener } = await start({
      address: 'wss://127.0.0.1:0',
      tls: { ...tls, clientAuthority: TEST_CERTIFICATE },
      http: (_request, response) => response.end('inside'),
    });
    const { port } = listener.address as { port: number };
    const ask = (session?: Buffer) =>
      new Promise<{ answer: string; session: Buffer | undefined; resumed: boolean }>((resolve, reject) => {
        let answer = '';
        let ticket: Buffer | undefined;
        const options = { host: '127.0.0.1', port, rejectUnauthorized: false };
        const socket = tlsConnect({ ...options, ...(session !== undefined && { session }) });
        socket.on('session', (given) => (ticket = given));
        socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
        socket.on('error', reject);
        socket.on('close', () => resolve({ answer, session: ticket, resumed: socket.isSessionReused() }));
        const token = `Authorization: Bearer ${secret.httpToken()}`;
        socket.write(`GET /x HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n${token}\r\nConnection: close\r\n\r\n`);
      });
    const first = await ask();
    expect(first.answer).toMatch(/^HTTP\/1.1 403/);
    const second = await ask(first.session);
    expect(second.answer).toMatch(/^HTTP\/1.1 403/);
    expect(second.answer).not.toContain('inside');
  });

  test('a client that does not accept the certificate leaves a word of it at the server', async () => {
    const { listener, rejection } = await start({ address: 'wss://127.0.0.1:0', tls });
    const other = makeCertificate({ authority: true }).cert;
    await expect(connect(listener.address, { secret, role: 'worker', tls: { authority: other } })).rejects.toThrow(
      /certificate of wss:.* is not accepted/,
    );
    expect(await rejection).toBeInstanceOf(CertificateError);
  });

  test('and no tls, either way round, is a clear error', async () => {
    const plain = await start();
    const secure = await start({ address: 'wss://127.0.0.1:0', tls });
    const wss = formatAddress(plain.listener.address).replace('ws:', 'wss:');
    const ws = formatAddress(secure.listener.address).replace('wss:', 'ws:');
    await expect(connect(wss, { secret, role: 'worker' })).rejects.toThrow(/there is no TLS there/);
    await expect(connect(ws, { secret, role: 'worker' })).rejects.toThrow(/dial wss:/);
    expect(await secure.rejection).toBeInstanceOf(ProtocolError);
  });
});

async function portOf(server: {
  address(): AddressInfo | string | null;
  listening: boolean;
  once(event: 'listening', done: () => void): unknown;
}): Promise<number> {
  if (!server.listening) await new Promise<void>((resolve) => server.once('listening', resolve));
  return (server.address() as AddressInfo).port;
}
