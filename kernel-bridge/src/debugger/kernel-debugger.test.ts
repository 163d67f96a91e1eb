import { KernelClient, printed, shown } from '../testing/kernel-client.js';
import type { Dictionary } from '../protocol/message.js';
import { murmur2 } from './murmur2.js';
import type { StackFrame } from './paused-frames.js';
import type { Variable } from './remote-values.js';

interface Response extends Dictionary {
  readonly success: boolean;
  readonly message?: string;
  readonly body: Dictionary;
}

let kernel: KernelClient;
let seq = 0;
beforeAll(async () => {
  kernel = await KernelClient.start();
});
afterAll(async () => {
  expect(await kernel.close()).toBe(0);
});

const request = async (command: string, args: Dictionary = {}): Promise<Response> => {
  const content = { type: 'request', seq: ++seq, command, arguments: args };
  const reply = (await kernel.request('control', 'debug_request', content)) as Response;
  expect(reply).toMatchObject({ type: 'response', request_seq: seq, command });
  return reply;
};
const bodyOf = async (command: string, args: Dictionary = {}): Promise<Dictionary> => {
  const reply = await request(command, args);
  if (!reply.success) throw new Error(reply.message);
  return reply.body;
};
const events = (name: string): Dictionary[] =>
  kernel.iopub.flatMap(({ header, content }) =>
    header.msg_type === 'debug_event' && content['event'] === name ? [content['body'] as Dictionary] : [],
  );
const attach = async (): Promise<void> => {
  await bodyOf('initialize', { clientID: 'test' });
  await bodyOf('attach');
};
const breakpoint = async (code: string, ...lines: number[]): Promise<string> => {
  const { sourcePath } = await bodyOf('dumpCell', { code });
  await bodyOf('setBreakpoints', { source: { path: sourcePath }, breakpoints: lines.map((line) => ({ line })) });
  return sourcePath as string;
};
/** Runs something, and waits until main stands still because of it. */
const stopped = async <T>(
  work: () => T | Promise<T>,
): Promise<{ value: T; event: Dictionary; frames: StackFrame[] }> => {
  const before = events('stopped').length;
  const value = await work();
  await kernel.waitFor(() => events('stopped').length > before);
  const { stackFrames } = await bodyOf('stackTrace', { threadId: 1 });
  return { value, event: events('stopped').at(-1) ?? {}, frames: stackFrames as StackFrame[] };
};
const variablesOf = async (variablesReference: unknown): Promise<Variable[]> =>
  (await bodyOf('variables', { variablesReference }))['variables'] as Variable[];
const scopeOf = async (frame: StackFrame | undefined, name: string): Promise<Record<string, string>> => {
  const { scopes } = await bodyOf('scopes', { frameId: frame?.id });
  const scope = (scopes as { name: string; variablesReference: number }[]).find((found) => found.name === name);
  return Object.fromEntries((await variablesOf(scope?.variablesReference)).map((found) => [found.name, found.value]));
};

test('is announced, and says how cells are named', async () => {
  const info = await kernel.request('control', 'kernel_info_request', {});
  expect(info['supported_features']).toContain('debugger');
  const debug = await bodyOf('debugInfo');
  expect(debug).toMatchObject({
    isStarted: false,
    hashMethod: 'Murmur2',
    breakpoints: [],
    stoppedThreads: [],
    richRendering: false,
  });
  const code = 'const a = 1;\n"ä"';
  const { sourcePath } = await bodyOf('dumpCell', { code });
  const hash = murmur2(code, debug['hashSeed'] as number);
  expect(sourcePath).toBe(`${String(debug['tmpFilePrefix'])}${hash}${String(debug['tmpFileSuffix'])}`);
  expect(await bodyOf('source', { source: { path: sourcePath } })).toEqual({ content: code });
});

test('a cell stops at its breakpoint, shows its variables, steps and goes on', async () => {
  await attach();
  const code = [
    'interface Unused { a: number }',
    'const greeting: string = "hello";',
    'function add(x: number, y: number): number {',
    '  const sum = x + y;',
    '  return sum;',
    '}',
    'for (let i = 0; i < 2; i++) {',
    '  add(i, 10);',
    '}',
    'add(1, 2)',
  ].join('\n');
  const path = await breakpoint(code, 4);
  const first = await stopped(() => kernel.submit(code));
  expect(first.event).toMatchObject({ reason: 'breakpoint', threadId: 1, allThreadsStopped: true });
  expect(first.frames.map(({ name, line, source }) => [name, line, source?.path])).toEqual([
    ['add', 4, path],
    [expect.stringMatching(/^cell-\d+$/), 8, path],
  ]);
  expect(await bodyOf('debugInfo')).toMatchObject({
    isStarted: true,
    stoppedThreads: [1],
    breakpoints: [{ source: path, breakpoints: [{ line: 4 }] }],
  });
  const [inner, outer] = first.frames;
  const unset = expect.stringMatching(/^(?:undefined|not initialized)$/) as unknown;
  expect(await scopeOf(inner, 'Locals')).toEqual({ x: '0', y: '10', sum: unset });
  expect(await scopeOf(outer, 'Locals')).toEqual({ i: '0' });
  expect(await scopeOf(outer, 'Notebook')).toMatchObject({ greeting: '"hello"' });
  expect(Object.keys(await scopeOf(outer, 'Globals'))).toContain('setTimeout');

  const evaluate = async (expression: string, frame = inner): Promise<unknown> =>
    (await bodyOf('evaluate', { expression, frameId: frame?.id, context: 'repl' }))['result'];
  expect(await evaluate('x + y')).toBe('10');
  expect(await evaluate('greeting.length as number')).toBe('5');
  expect(await evaluate('i', outer)).toBe('0');
  expect((await request('evaluate', { expression: 'nobody', frameId: inner?.id })).message).toMatch(
    /nobody is not defined/,
  );

  const next = await stopped(() => bodyOf('next', { threadId: 1 }));
  expect(next.event['reason']).toBe('step');
  expect(next.frames[0]?.line).toBe(5);
  expect(await scopeOf(next.frames[0], 'Locals')).toEqual({ x: '0', y: '10', sum: '10' });
  const out = await stopped(() => bodyOf('stepOut', { threadId: 1 }));
  expect(out.frames.map(({ line }) => line)).toEqual([expect.any(Number)]);
  expect([7, 8]).toContain(out.frames[0]?.line);
  const again = await stopped(() => bodyOf('continue', { threadId: 1 }));
  expect(await scopeOf(again.frames[1], 'Locals')).toEqual({ i: '1' });
  await bodyOf('setBreakpoints', { source: { path }, breakpoints: [] });
  await bodyOf('continue', { threadId: 1 });
  expect(shown((await kernel.finished(first.value)).outputs, 'execute_result')).toEqual(
    ['3'].map((text) => expect.stringContaining(text)),
  );
  expect(events('continued').length).toBeGreaterThanOrEqual(3);
});

test('a breakpoint in a function of an older cell holds for later ones; stepping goes in and over awaits', async () => {
  const definition = 'const twice = (n: number) => {\n  return n * 2;\n};';
  await kernel.execute(definition);
  const path = await breakpoint(definition, 2);
  const { value: id, frames } = await stopped(() => kernel.submit('const before = 1;\ntwice(21)'));
  expect(frames.map(({ name, line }) => [name, line])).toEqual([
    ['twice', 2],
    [expect.stringMatching(/^cell-/), 2],
  ]);
  await bodyOf('setBreakpoints', { source: { path }, breakpoints: [] });
  await bodyOf('continue');
  await kernel.finished(id);

  const code =
    'const a = await Promise.resolve(1);\nconst b = await new Promise<number>((r) => setTimeout(r, 1, 5));\ntwice(a + b)';
  await breakpoint(code, 1);
  const start = await stopped(() => kernel.submit(code));
  expect(start.frames[0]?.line).toBe(1);
  let last = start.frames[0];
  const seen = new Set<number>();
  for (let n = 0; n < 8 && last?.line !== 3; n++) {
    last = (await stopped(() => bodyOf('next'))).frames[0];
    if (last !== undefined) seen.add(last.line);
  }
  expect([...seen]).toEqual(expect.arrayContaining([2, 3]));
  let inner = last;
  for (let n = 0; n < 4 && inner?.name !== 'twice'; n++) inner = (await stopped(() => bodyOf('stepIn'))).frames[0];
  expect(inner).toMatchObject({ name: 'twice', line: 2 });
  await bodyOf('continue');
  expect((await kernel.finished(start.value)).reply['status']).toBe('ok');
});

test('an interrupt ends a cell that is paused, and one that loops, and keeps the variables', async () => {
  const code = 'let kept = 7;\nwhile (true) {\n  kept++;\n}';
  await breakpoint(code, 3);
  const { value: id } = await stopped(() => kernel.submit(code));
  await kernel.request('control', 'interrupt_request', {});
  expect((await kernel.finished(id)).reply).toMatchObject({ status: 'error', ename: 'KeyboardInterrupt' });
  expect(shown((await kernel.execute('kept')).outputs, 'execute_result')).toEqual([expect.stringContaining('7')]);

  const loop = kernel.submit('console.log("on"); while (true) {}');
  await kernel.waitFor(() => printed(kernel.about(loop)).includes('on'));
  await kernel.request('control', 'interrupt_request', {});
  expect((await kernel.finished(loop)).reply['ename']).toBe('KeyboardInterrupt');
});

test('a busy cell is paused', async () => {
  const id = kernel.submit('let ticks = 0;\nconsole.log("on");\nwhile (true) { ticks++ }');
  await kernel.waitFor(() => printed(kernel.about(id)).includes('on'));
  const { event, frames } = await stopped(() => bodyOf('pause', { threadId: 1 }));
  expect(event['reason']).toBe('pause');
  expect(frames[0]?.line).toBe(3);
  await bodyOf('evaluate', { expression: 'ticks = -1e9', frameId: frames[0]?.id });
  expect(await scopeOf(frames[0], 'Notebook')).toMatchObject({ ticks: '-1000000000' });
  await kernel.request('control', 'interrupt_request', {});
  await kernel.finished(id);
});

test('exceptions stop, all of them or those that the user’s code doesn’t catch', async () => {
  await bodyOf('setExceptionBreakpoints', { filters: ['uncaught'] });
  const code = 'try { throw new Error("caught") } catch {}\nthrow new RangeError("not caught")';
  const { value: id, event, frames } = await stopped(() => kernel.submit(code));
  expect(event).toMatchObject({ reason: 'exception', text: 'RangeError: not caught' });
  expect(frames[0]?.line).toBe(2);
  await bodyOf('continue');
  expect((await kernel.finished(id)).reply['ename']).toBe('RangeError');
  await bodyOf('setExceptionBreakpoints', { filters: ['all'] });
  const all = await stopped(() => kernel.submit('try {\n throw new Error("caught")\n} catch {}'));
  expect(all.frames[0]?.line).toBe(2);
  await bodyOf('setExceptionBreakpoints', { filters: [] });
  await bodyOf('continue');
  expect((await kernel.finished(all.value)).reply['status']).toBe('ok');
});

test('variables can be looked into, large ones in parts', async () => {
  await kernel.execute(
    'const point = { x: 1, inner: { y: [1, 2] } }; const many = new Float64Array(25_000); many[24_999] = 5; const table = new Map([["a", 1]]); class Box { #v = 1 }; const box = new Box()',
  );
  const found = (await bodyOf('inspectVariables'))['variables'] as Variable[];
  const named = (list: Variable[], name: string): Variable | undefined =>
    list.find((variable) => variable.name === name);
  expect(named(found, 'executor')).toBeUndefined();
  expect(named(found, 'point')).toMatchObject({ type: 'Object', value: '{x: 1, inner: {…}}' });
  expect(named(found, 'box')).toMatchObject({ type: 'Box' });
  const inner = named(await variablesOf(named(found, 'point')?.variablesReference), 'inner');
  const list = named(await variablesOf(inner?.variablesReference), 'y');
  expect(list?.value).toBe('Array(2) [1, 2]');
  expect((await variablesOf(list?.variablesReference)).map(({ value }) => value)).toEqual(['1', '2', '2']);
  const parts = await variablesOf(named(found, 'many')?.variablesReference);
  expect(parts.map(({ name }) => name)).toEqual(['[0 … 9999]', '[10000 … 19999]', '[20000 … 24999]']);
  const [, , last] = parts;
  const smaller = (await variablesOf(last?.variablesReference)).at(-1);
  expect(named(await variablesOf(smaller?.variablesReference), '24999')?.value).toBe('5');
  expect(named(found, 'table')?.value).toBe('Map(1) {"a" => 1}');
  expect(named(await variablesOf(named(found, 'table')?.variablesReference), '["a"]')?.value).toBe('1');
});

test('what it doesn’t know is refused by name', async () => {
  expect(await request('reverseContinue')).toMatchObject({
    success: false,
    message: expect.stringMatching(/reverseContinue/),
  });
  expect(await request('dumpCell', {})).toMatchObject({ success: false });
  expect(await request('source', { source: { path: '/etc/hostname' } })).toMatchObject({ success: false });
});

test('disconnecting lets the cell go on, and forgets the breakpoints', async () => {
  const code = 'const z = 1;\nz + 1';
  const path = await breakpoint(code, 1);
  const { value: id } = await stopped(() => kernel.submit(code));
  await bodyOf('disconnect', { restart: false, terminateDebuggee: false });
  expect((await kernel.finished(id)).reply['status']).toBe('ok');
  expect(await bodyOf('debugInfo')).toMatchObject({ isStarted: false, breakpoints: [], stoppedThreads: [] });
  expect((await kernel.execute(code)).reply['status']).toBe('ok');
  expect((await bodyOf('inspectVariables'))['variables']).toContainEqual(
    expect.objectContaining({ name: 'z', value: '1' }),
  );
  expect(path).toContain('covey-cells');
});

test.each([
  ['a paused cell', (client: KernelClient) => void client.send('control', 'shutdown_request', { restart: false })],
  ['a cell that exits', (client: KernelClient) => void client.submit('process.exit(0)')],
])('%s doesn’t hold up the end of the kernel', async (_, end) => {
  const before = kernel;
  kernel = await KernelClient.start();
  try {
    await attach();
    if (_.includes('paused')) {
      const code = 'let n = 0;\nwhile (true) n++';
      await breakpoint(code, 2);
      await stopped(() => kernel.submit(code));
    }
    end(kernel);
    expect(await kernel.exited()).toBe(0);
  } finally {
    kernel.release();
    kernel = before;
  }
});
