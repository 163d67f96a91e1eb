/**
 * Tables of functions: each row makes a function, which is captured here, run in another process, and compared. The same
 * file is a suite under jest (its modules are CommonJS in a `vm` context there), and a list of rows when
 * `table-runner.ts` imports it as a plain ES module.
 */
import { isDeepStrictEqual } from 'node:util';
import { captureFunction, encode } from '../index.js';
import { TestChild } from './child-process.js';

type AnyFunction = (...args: never[]) => unknown;

export interface Row {
  /** The function, made anew for the row. */
  readonly make: () => AnyFunction;
  readonly args?: readonly unknown[];
  readonly expected: unknown;
}

export interface Refusal {
  /** The function whose capture, or (as an array) the arguments whose encoding, is refused. */
  readonly make: () => AnyFunction | readonly unknown[];
  /** In the message. */
  readonly says: string | RegExp;
}

export type Rows = Readonly<
  Record<string, readonly [make: () => AnyFunction, args: readonly unknown[], expected: unknown]>
>;
export type Refusals = Readonly<Record<string, readonly [make: Refusal['make'], says: string | RegExp]>>;

/** What was registered when there is no jest to run it. */
export const collected: {
  readonly title: string;
  readonly name: string;
  readonly run: (child: TestChild) => Promise<void>;
}[] = [];

const hasJest = typeof (globalThis as { it?: unknown }).it === 'function';

/** Declares rows: name → function maker, arguments, expected result. */
export function table(title: string, rows: Rows): void {
  suite(
    title,
    Object.entries(rows).map(([name, [make, args, expected]]) => ({
      name,
      run: async (child: TestChild) => {
        expectSame(await child.run(make(), args), expected);
      },
    })),
  );
}

/** Declares what must be refused, with the message. */
export function refusals(title: string, rows: Refusals): void {
  suite(
    title,
    Object.entries(rows).map(([name, [make, says]]) => ({
      name,
      run: async () => {
        const subject = make();
        try {
          if (typeof subject === 'function') captureFunction(subject);
          else encode(subject[0], { path: 'argument 0' });
        } catch (error) {
          const { message } = error as Error;
          if (typeof says === 'string' ? message.includes(says) : says.test(message)) return;
          throw new Error(`Refused, but with another message: ${message}`, { cause: error });
        }
        throw new Error('It was not refused.');
      },
    })),
  );
}

function suite(title: string, rows: readonly { name: string; run: (child: TestChild) => Promise<void> }[]): void {
  if (!hasJest) {
    collected.push(...rows.map((row) => ({ title, ...row })));
    return;
  }
  describe(title, () => {
    let child: TestChild;
    beforeAll(() => {
      child = TestChild.start();
    });
    afterAll(() => child.stop());
    for (const { name, run } of rows) it(name, () => run(child));
  });
}

function expectSame(actual: unknown, expected: unknown): void {
  if (hasJest) expect(actual).toEqual(expected);
  else if (!isDeepStrictEqual(actual, expected)) {
    throw new Error(`Expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`);
  }
}
