import type { Dictionary } from '../protocol/message.js';
import { KernelClient, printed } from '../testing/kernel-client.js';

let kernel: KernelClient;
beforeAll(async () => {
  kernel = await KernelClient.start();
});
afterAll(async () => {
  expect(await kernel.close()).toBe(0);
});

const complete = async (code: string): Promise<unknown[]> =>
  (await kernel.request('shell', 'complete_request', { code, cursor_pos: code.length }))['matches'] as unknown[];
const inspect = async (code: string): Promise<Dictionary> =>
  kernel.request('shell', 'inspect_request', { code, cursor_pos: code.length, detail_level: 0 });

/** Who answers is not waited for for ever: on a busy machine it is asked again. */
async function found(code: string): Promise<unknown[]> {
  for (;;) {
    const matches = await complete(code);
    if (matches.length > 0) return matches;
  }
}

test('a fresh kernel completes by its values, behind Node’s own getters too, and not where only types know', async () => {
  await kernel.execute('const record = { alpha: 1, "with-dash": 2 }; interface Mine { kind: "one" | "two" }');
  expect(await found('record["')).toEqual(['alpha', 'with-dash']);
  expect(await found('process.env.COVEY_HO')).toEqual(['COVEY_HOME']);
  expect(await complete('"in a string record.')).toEqual([]);
  expect(await complete('%typec')).toEqual(['%typecheck']);
});

test('types join when they are there', async () => {
  // The language service starts some time after the kernel: a warning tells that it is there.
  const id = kernel.submit("const first: number = 'text'");
  await kernel.waitFor(() => printed(kernel.about(id), 'stderr').includes('TS2322'));
  await kernel.execute('declare const mine: Mine');
  expect(await found('mine.kind === "')).toEqual(['one', 'two']);
  expect(await found('%%submit later\nconst z: Mine = { ')).toEqual(['kind']);
});

test('what is inspected is found or not', async () => {
  expect(await inspect('nope')).toMatchObject({ found: false, data: {} });
  let answer: Dictionary;
  do answer = await inspect('record');
  while (answer['found'] !== true);
  expect(Object.keys(answer['data'] as object)).toEqual(['text/plain', 'text/markdown']);
});
