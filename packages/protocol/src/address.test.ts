import { mkdtempSync, chmodSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatAddress, parseAddress } from './address.js';
import { socketAddress, socketFolder } from './socket-folder.js';
import { AddressError, ListenError } from './transport-errors.js';

test.each([
  ['ws://10.0.0.7:8786', { kind: 'ws', host: '10.0.0.7', port: 8786 }, 'ws://10.0.0.7:8786'],
  ['wss://Example.COM:443/', { kind: 'wss', host: 'example.com', port: 443 }, 'wss://example.com:443'],
  ['localhost:0', { kind: 'ws', host: 'localhost', port: 0 }, 'ws://localhost:0'],
  ['ws://[::1]:9', { kind: 'ws', host: '::1', port: 9 }, 'ws://[::1]:9'],
  ['unix:///run/covey/a', { kind: 'unix', path: '/run/covey/a' }, 'unix:///run/covey/a'],
  ['inproc://scheduler-1', { kind: 'inproc', name: 'scheduler-1' }, 'inproc://scheduler-1'],
])('%s is an address', (text, address, canonical) => {
  expect(parseAddress(text)).toEqual(address);
  expect(formatAddress(parseAddress(text))).toBe(canonical);
  expect(parseAddress(parseAddress(text))).toEqual(address);
});

test.each([
  ['', 'write'],
  ['scheduler', 'write'],
  ['host:port', 'write'],
  ['ws://host', 'write'],
  ['ws://host:1:2', 'write'],
  ['ws://user@host:1', 'write'],
  ['ws://host:1/path', 'write'],
  ['host:65536', 'above 65535'],
  ['http://host:80', "unknown scheme 'http'"],
  ['unix://relative', 'absolute path'],
  ['unix:///', 'absolute path'],
  [`unix:///${'x'.repeat(107)}`, '108 bytes'],
  ['inproc://', 'name'],
  ['inproc://a b', 'name'],
  ['x'.repeat(1000), '…'],
])('%j is an error that says why', (text, message) => {
  expect(() => parseAddress(text)).toThrow(AddressError);
  expect(() => parseAddress(text)).toThrow(message);
});

describe('the folder of sockets', () => {
  const base = mkdtempSync(join(tmpdir(), 'covey-test-'));
  afterAll(() => rmSync(base, { recursive: true }));

  test('belongs to its user alone, and names in it are short', () => {
    const folder = socketFolder({ XDG_RUNTIME_DIR: base });
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    const [one, same, other] = ['worker', 'worker', 'x'.repeat(500)].map((name) =>
      formatAddress(socketAddress(name, folder)),
    );
    expect(one).toBe(same);
    expect(one).not.toBe(other);
    expect(one?.length).toBe(other?.length);
  });

  test('is refused when others can enter it', () => {
    const folder = socketFolder({ XDG_RUNTIME_DIR: base });
    chmodSync(folder, 0o755);
    expect(() => socketFolder({ XDG_RUNTIME_DIR: base })).toThrow(ListenError);
    chmodSync(folder, 0o700);
  });
});
