import type { Dictionary } from '../protocol/message.js';
import { KernelClient, printed, shown } from '../testing/kernel-client.js';

const stripped = (text: unknown): string => String(text).replace(/\u001b\[[0-9;]*m/g, ''); // eslint-disable-line no-control-regex

let kernel: KernelClient;
beforeAll(async () => {
  kernel = await KernelClient.start({ NODE_OPTIONS: '--max-old-space-size=512' });
  await kernel.execute('let kept = 41');
});
afterAll(async () => {
  expect(await kernel.close()).toBe(0);
});

/** All is well: output, results, promises, timers, errors. */
async function goesOn(): Promise<void> {
  const { reply, outputs } = await kernel.execute(
    "console.log('here'); await new Promise((r) => setTimeout(r, 1)); await (async () => kept + 1)()",
  );
  expect(reply).toMatchObject({ status: 'ok' });
  expect(printed(outputs)).toBe('here\n');
  expect(shown(outputs, 'execute_result')).toEqual(['42']);
  expect((await kernel.execute('nobodyKnowsThis')).reply['ename']).toBe('ReferenceError');
}

test.each([
  ['closes stdout', 'process.stdout.end(); process.stdout.destroy(); process.stderr.end(); process.stderr.destroy()'],
  ['closes descriptors 1 and 2', "import { closeSync } from 'node:fs'; closeSync(1); closeSync(2)"],
  ['takes stdout’s write away', 'process.stdout.write = (() => { throw new Error("no") }) as any'],
  [
    'redefines globals',
    'for (const name of ["JSON", "Map", "Object", "setImmediate", "process", "Symbol"]) (globalThis as any)[name] = undefined',
  ],
])('a cell that %s', async (what, code) => {
  const restore =
    'globalThis.$kept ??= Object.fromEntries(["JSON", "Map", "Object", "setImmediate", "process", "Symbol", "Promise"].map((name) => [name, (globalThis as any)[name]]));';
  await kernel.execute(restore);
  await kernel.execute(code);
  expect([what, (await kernel.execute('console.log(1); 2')).reply['status']]).toEqual([what, 'ok']);
  await kernel.execute('for (const name in $kept) (globalThis as any)[name] = $kept[name]');
  await goesOn();
});

test('a cell that redefines Promise', async () => {
  await kernel.execute(
    'globalThis.$promise = Promise; globalThis.Promise = class { constructor() { throw new Error("mine") } } as any',
  );
  const { reply, outputs } = await kernel.execute('await (async () => 5)()');
  expect(reply['status']).toBe('ok');
  expect(shown(outputs, 'execute_result')).toEqual(['5']);
  await kernel.execute('globalThis.Promise = $promise');
  await goesOn();
});

test.each([
  ['replaces a method of lists', 'Array.prototype.map = () => 7 as any'],
  [
    'replaces all methods',
    'for (const { prototype } of [String, RegExp, Map, Set, Array]) for (const key of Reflect.ownKeys(prototype)) { const property = Object.getOwnPropertyDescriptor(prototype, key)!; if (typeof property.value === "function" && key !== "constructor") Object.defineProperty(prototype, key, { ...property, value: () => 7 }) }',
  ],
  ['adds to all objects', 'Object.assign(Object.prototype, { get: 1, set: {}, value: 7, more: [] })'],
])('a cell that %s does so for cells only', async (_, code) => {
  const broken = await KernelClient.start();
  await broken.execute('const before = 20, [mapped] = [(xs: number[]) => xs.map((x) => x)]');
  await broken.execute(code);
  const { reply, outputs } = await broken.execute('console.log("here"); class Point { x = before + 1 }\nnew Point()');
  expect(reply['status']).toBe('ok');
  expect(printed(outputs)).toBe('here\n');
  expect(shown(outputs, 'execute_result').map(stripped)[0]).toContain('x: 21');
  const failed = (await broken.execute('1;\nnobodyKnowsThis')).reply;
  expect(stripped((failed['traceback'] as string[]).join('\n'))).toMatch(
    /> {3}2 \| nobodyKnowsThis[^]*at cell-\d+\.ts:2$/,
  );
  // Who answers is not waited for for ever: on a busy machine it is asked again. The test's own time is the end of that.
  const isTold = async (type: string, content: Dictionary, has: (reply: Dictionary) => boolean): Promise<void> => {
    for (;;) if (has(await broken.request('shell', type, content))) return;
  };
  await isTold('complete_request', { code: 'befo', cursor_pos: 4 }, ({ matches }) =>
    (matches as string[]).includes('before'),
  );
  await isTold('inspect_request', { code: 'before', cursor_pos: 6, detail_level: 0 }, ({ found }) => found === true);
  if (code.includes('map'))
    expect(shown((await broken.execute('mapped([1])')).outputs, 'execute_result')).toEqual(['7']);
  expect(await broken.close()).toBe(0);
});

test('a cell that exhausts memory is stopped, and says why', async () => {
  const fill = 'hoard.push(new Array(100_000).fill(0.5)); for (let n = 0; n < 1e6; n++);';
  const { reply } = await kernel.execute(`const hoard: number[][] = []; for (;;) { ${fill} }`);
  expect(reply['ename']).toBe('OutOfMemoryError');
  expect(String(reply['evalue'])).toMatch(/had filled \d+ MB of the \d+ MB/);
  await kernel.execute('hoard = []');
  await goesOn();
});

test('a cell that recurses without end', async () => {
  const { reply } = await kernel.execute('function again(): number { return again() + 1 } again()');
  expect(reply['ename']).toBe('RangeError');
  await goesOn();
});

test('a cell that asks for more than there is', async () => {
  expect((await kernel.execute('new ArrayBuffer(1e15)')).reply['ename']).toBe('RangeError');
  expect((await kernel.execute("'x'.repeat(2 ** 30)")).reply['ename']).toBe('RangeError');
  await goesOn();
});

test('results that are hard to show', async () => {
  const cases = [
    'new Proxy({}, { get() { throw new Error("trap") }, ownKeys() { throw new Error("trap") } })',
    '({ get [Symbol.toStringTag]() { throw new Error("tag") } })',
    '({ [Symbol.for("nodejs.util.inspect.custom")]() { throw new Error("inspect") } })',
    '({ [Symbol.for("Jupyter.display")]() { throw new Error("display") } })',
    '({ async [Symbol.for("Jupyter.display")]() { throw new Error("late") } })',
    'Object.create(null)',
    'const circle: any = {}; circle.self = circle; [circle, circle]',
    '({ [Symbol.for("Jupyter.display")]() { return { "text/html": 1n } } })',
  ];
  for (const code of cases) {
    const { reply, outputs } = await kernel.execute(code);
    expect([code, reply['status'], shown(outputs, 'execute_result').length]).toEqual([code, 'ok', 1]);
  }
  // What a value has to say of itself, and can't, is told.
  const { outputs } = await kernel.execute('({ [Symbol.for("Jupyter.display")]() { throw new Error("display") } })');
  expect(stripped(printed(outputs, 'stderr'))).toMatch(/^Error while showing a value:\ncell-\d+\.ts\n> {3}1 \|/);
  await goesOn();
});

test('what never says what it looks like holds up its own cell only', async () => {
  const id = kernel.submit('display({ [Symbol.for("Jupyter.display")]: () => new Promise(() => undefined) }); 1');
  await kernel.waitFor(() => kernel.about(id).some(({ header }) => header.msg_type === 'execute_result'));
  await kernel.request('control', 'interrupt_request', {});
  expect((await kernel.finished(id)).reply['ename']).toBe('KeyboardInterrupt');
  await goesOn();
});

test('what is thrown may be anything', async () => {
  const cases = [
    ['throw undefined', 'undefined'],
    ['throw null', 'null'],
    ['throw Object.freeze(new Error("frozen"))', 'frozen'],
    ['throw Object.assign(new Error("x"), { stack: 7 })', 'x'],
    ['throw Object.assign(new Error("y"), { name: Symbol("n"), message: { a: 1 } })', ''],
    ['throw new Proxy({}, { get() { throw new Error("trap") }, getPrototypeOf() { throw new Error("trap") } })', ''],
    [
      'throw Object.assign(new Error("field"), { own: { get [Symbol.toStringTag]() { throw new Error("tag") } } })',
      '>   1 | throw Object',
    ],
    ['const e: any = new Error("circular"); e.cause = e; throw e', 'circular'],
    ['await Promise.any([Promise.reject(new Error("one")), Promise.reject(new Error("two"))])', 'two'],
  ];
  for (const [code = '', text = ''] of cases) {
    const { reply } = await kernel.execute(code);
    expect([code, reply['status']]).toEqual([code, 'error']);
    expect(stripped((reply['traceback'] as string[]).join('\n'))).toContain(text);
  }
  await goesOn();
});
