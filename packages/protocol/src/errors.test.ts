import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CoveyError, defineError, errorKinds, toErrorRecord } from './errors.js';
import { ConnectError, fromErrorRecord, RemoteCallError, VersionMismatchError } from './transport-errors.js';
import type * as transportErrors from './transport-errors.js';
import { COVEY_VERSION } from './version.js';

test('errors know their kind, cause and facts', () => {
  const cause = new Error('below');
  const error = new ConnectError('above', { cause, data: { reason: 'ECONNREFUSED' } });
  expect(error).toMatchObject({
    name: 'ConnectError',
    code: 'ERR_COVEY_CONNECT',
    message: 'above',
    cause,
    data: { reason: 'ECONNREFUSED' },
  });
  expect(error instanceof ConnectError && error instanceof CoveyError && error instanceof Error).toBe(true);
  expect(error instanceof VersionMismatchError).toBe(false);
  expect(new CoveyError('x') instanceof ConnectError).toBe(false);
  expect(String(error)).toBe('ConnectError: above');
});

test('an error of another copy of this module is an instance all the same', () => {
  let copy!: typeof transportErrors;
  jest.isolateModules(() => (copy = jest.requireActual('./transport-errors.js')));
  expect(copy.ConnectError).not.toBe(ConnectError);
  const error: unknown = new copy.ConnectError('from elsewhere');
  expect(error instanceof ConnectError && error instanceof CoveyError).toBe(true);
  expect(error instanceof VersionMismatchError).toBe(false);
});

test('a class of the user that extends a kind is narrower than the kind', () => {
  class Special extends ConnectError {}
  expect(new Special('x') instanceof ConnectError).toBe(true);
  expect(new Special('x') instanceof Special).toBe(true);
  expect(new ConnectError('x') instanceof Special).toBe(false);
});

test('errors travel as records and come back as their class', () => {
  const there = fromErrorRecord(toErrorRecord(new VersionMismatchError('v', { data: { local: '1', remote: '2' } })));
  expect(there).toBeInstanceOf(VersionMismatchError);
  expect((there as VersionMismatchError).versions).toEqual({ local: '1', remote: '2' });
  const foreign = fromErrorRecord(toErrorRecord(new RangeError('far')));
  expect(foreign).toBeInstanceOf(RemoteCallError);
  expect(foreign).toMatchObject({ remoteName: 'RangeError', message: 'far' });
  expect(fromErrorRecord(['ERR_COVEY_UNHEARD_OF', 'NewError', 'm', null])).toMatchObject({
    remoteCode: 'ERR_COVEY_UNHEARD_OF',
    remoteName: 'NewError',
  });
  expect(toErrorRecord('text')).toEqual([null, 'Error', 'text', null]);
});

test('every declared kind has a text for the reference page', () => {
  class ExtraError extends CoveyError {
    static {
      defineError(this, {
        code: 'ERR_COVEY_EXTRA',
        name: 'ExtraError',
        summary: 'Something.',
        remedy: 'Something else.',
      });
    }
  }
  expect(new ExtraError('x').code).toBe('ERR_COVEY_EXTRA');
  const kinds = errorKinds();
  expect(kinds.map((kind) => kind.code)).toContain('ERR_COVEY_EXTRA');
  expect(new Set(kinds.map((kind) => kind.code)).size).toBe(kinds.length);
  expect(kinds.every((kind) => kind.summary.endsWith('.') && kind.remedy.endsWith('.'))).toBe(true);
});

test('the version that peers are told is that of the package', () => {
  const manifest = JSON.parse(readFileSync(join(__dirname, '../package.json'), 'utf8')) as { version: string };
  expect(COVEY_VERSION).toBe(manifest.version);
});
