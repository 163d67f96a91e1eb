import { KernelClient, printed } from '../testing/kernel-client.js';

let kernel: KernelClient;
beforeAll(async () => {
  kernel = await KernelClient.start();
  // The checker starts some time after the kernel: its first warning tells that it is there.
  const id = kernel.submit("const first: number = 'text'");
  await kernel.waitFor(() => printed(kernel.about(id), 'stderr').includes('TS2322'));
});
afterAll(async () => {
  expect(await kernel.close()).toBe(0);
});

/** What a cell and its warnings come to, waited for as long as it takes. */
async function warnings(code: string): Promise<{ status: unknown; text: string }> {
  const id = kernel.submit(code);
  await kernel.waitFor(() => printed(kernel.about(id), 'stderr') !== '');
  const { reply } = await kernel.finished(id);
  return { status: reply['status'], text: printed(kernel.about(id), 'stderr') };
}

test('a type error is a warning with its place, and the cell runs', async () => {
  await kernel.execute('function half(n: number): number { return n / 2 }');
  const { status, text } = await warnings("// a comment\n  half('4')");
  expect(status).toBe('ok');
  expect(text).toMatch(/^cell-\d+\.ts:2:8 - warning TS2345: Argument of type 'string'/);
});

test('by %typecheck error such a cell is refused', async () => {
  await kernel.execute('%typecheck error');
  const { reply } = await kernel.execute("globalThis.ran = true; half('4')");
  expect(reply).toMatchObject({ status: 'error', ename: 'TypeCheckError' });
  expect(String(reply['traceback'])).toMatch(/cell-\d+\.ts:1:29 - error TS2345/);
  expect((await kernel.execute('if ((globalThis as any).ran) throw new Error("ran")')).reply['status']).toBe('ok');
  await kernel.execute('%typecheck warn');
});

test('by %typecheck off nothing is looked at', async () => {
  await kernel.execute('%typecheck off');
  const { reply, outputs } = await kernel.execute("half('4'); 1");
  expect(reply['status']).toBe('ok');
  expect(printed(outputs, 'stderr')).toBe('');
  expect((await kernel.execute('%typecheck maybe')).reply['ename']).toBe('MagicError');
  await kernel.execute('%typecheck warn');
});

test('cells that were sent together don’t wait for warnings, and are in order', async () => {
  const ids = Array.from({ length: 30 }, (_, n) => kernel.submit(`half(${n})`));
  await Promise.all(ids.map((id) => kernel.finished(id)));
  for (const id of ids) {
    const types = kernel.about(id).map(({ header, content }) => content['execution_state'] ?? header.msg_type);
    expect(types).toEqual(['busy', 'execute_input', 'execute_result', 'idle']);
  }
});

test('%reset forgets the types too', async () => {
  await kernel.execute('%reset');
  expect((await warnings('typeof half(1)')).text).toContain("Cannot find name 'half'");
});
