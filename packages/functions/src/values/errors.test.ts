/** Errors arrive as what they were: class, message, own fields, cause, stack. */
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { decode, encode, FunctionsError, NotSerializableError } from '../index.js';

function roundTrip<T>(value: T): T {
  return decode(encode(value)) as T;
}

class HttpError extends Error {
  override readonly name = 'HttpError';
  constructor(
    readonly status: number,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

describe('an error that travels', () => {
  it.each([Error, TypeError, RangeError, SyntaxError, EvalError, ReferenceError, URIError])('stays a %p', (Kind) => {
    const error = roundTrip(new Kind('why'));
    expect(error).toBeInstanceOf(Kind);
    expect(Object.prototype.toString.call(error)).toBe('[object Error]');
    expect(error.message).toBe('why');
  });

  it('keeps the class of the user, its fields and its stack', () => {
    const error = new HttpError(404, 'gone');
    const back = roundTrip(error);
    expect(back).toBeInstanceOf(HttpError);
    expect([back.status, back.name, back.message, back.stack]).toEqual([404, 'HttpError', 'gone', error.stack]);
  });

  it('keeps causes, also those that are no errors', () => {
    const error = new Error('outer', { cause: new HttpError(500, 'inner', { cause: { code: 7 } }) });
    const { cause } = roundTrip(error);
    expect(cause).toBeInstanceOf(HttpError);
    expect((cause as Error).cause).toEqual({ code: 7 });
  });

  it('keeps the errors of an AggregateError', () => {
    const back = roundTrip(new AggregateError([new TypeError('a'), 'b'], 'all'));
    expect(back).toBeInstanceOf(AggregateError);
    expect(back.errors[0]).toBeInstanceOf(TypeError);
    expect(back.errors[1]).toBe('b');
  });

  it('hides what was hidden', () => {
    expect(Object.keys(roundTrip(Object.assign(new Error('x'), { code: 'E' })))).toEqual(['code']);
  });

  it('keeps a DOMException', () => {
    const back = roundTrip(new DOMException('stop', 'AbortError'));
    expect(back).toBeInstanceOf(DOMException);
    expect([back.name, back.message, back.code]).toEqual(['AbortError', 'stop', 20]);
  });

  it("keeps the code of Node's own errors", () => {
    let caught: unknown;
    try {
      readFileSync('/nowhere/at/all');
    } catch (error) {
      caught = error;
    }
    expect(roundTrip(caught)).toMatchObject({ code: 'ENOENT', syscall: 'open', path: '/nowhere/at/all' });
    try {
      Buffer.alloc('x' as unknown as number);
    } catch (error) {
      caught = error;
    }
    const back = roundTrip(caught) as NodeJS.ErrnoException;
    expect(back).toBeInstanceOf(TypeError);
    expect(back.code).toBe('ERR_INVALID_ARG_TYPE');
  });

  it('says what could not be sent of it instead of failing', () => {
    const socket = connect({ path: '/nowhere/socket' }).on('error', () => undefined);
    const back = roundTrip(Object.assign(new Error('failed'), { socket, config: { retries: 2 } }));
    expect(back).toMatchObject({ message: 'failed', socket: '[Socket could not be sent]', config: { retries: 2 } });
    socket.destroy();
  });

  it('takes the nearest class that can be sent', () => {
    const make = (): new () => Error => {
      const lock = { has: (_key: object) => true, until: Promise.resolve() };
      return class Locked extends HttpError {
        readonly locked = lock.has(this);
        constructor() {
          super(423, 'locked');
        }
      };
    };
    const back = roundTrip(new (make())());
    expect(back).toBeInstanceOf(HttpError);
    expect((back as HttpError).status).toBe(423);
  });

  it('may contain itself', () => {
    const error: Error & { context?: unknown } = new Error('loop');
    error.context = { error, list: [error] };
    const back = roundTrip(error);
    expect((back.context as { error: unknown }).error).toBe(back);
  });

  it('keeps the typed errors of this package', () => {
    const back = roundTrip(new NotSerializableError('a → b', 'why'));
    expect(back).toBeInstanceOf(NotSerializableError);
    expect(back).toBeInstanceOf(FunctionsError);
    expect([back.code, back.path]).toEqual(['ERR_COVEY_NOT_SERIALIZABLE', 'a → b']);
  });
});
