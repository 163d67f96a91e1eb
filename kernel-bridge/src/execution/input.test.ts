import type { Message } from '../protocol/message.js';
import { KernelClient, parentOf, shown } from '../testing/kernel-client.js';

let kernel: KernelClient;
beforeAll(async () => {
  kernel = await KernelClient.start();
});
afterAll(async () => {
  expect(await kernel.close()).toBe(0);
});

const questionsOf = (id: string): Message[] =>
  kernel.replies.filter((message) => parentOf(message) === id && message.header.msg_type === 'input_request');
const answer = async (id: string, question: number, value: string): Promise<void> => {
  await kernel.waitFor(() => questionsOf(id).length > question);
  kernel.send('stdin', 'input_reply', { value, status: 'ok' }, questionsOf(id)[question]);
};

test('prompt stands still until it is answered, timers too', async () => {
  const code = `
    let ticks = 0; const timer = setInterval(() => ticks++, 0);
    const first = prompt('first? '); const second = prompt('second? ', 'preset');
    clearInterval(timer); [first.length, second, ticks].join()`;
  const id = kernel.submit(code, { allow_stdin: true });
  await answer(id, 0, 'a'.repeat(100_000));
  await answer(id, 1, '');
  expect(shown((await kernel.finished(id)).outputs, 'execute_result')).toEqual(["'100000,preset,0'"]);
  expect(questionsOf(id).map(({ content }) => content)).toEqual([
    { prompt: 'first? ', password: false },
    { prompt: 'second? ', password: false },
  ]);
});

test('passwords are asked for as such, and questions one after the other', async () => {
  const code = "(await Promise.all([input('a'), input('b', { password: true })])).join()";
  const id = kernel.submit(code, { allow_stdin: true });
  await answer(id, 0, 'x');
  await answer(id, 1, 'y');
  expect(questionsOf(id)[1]?.content).toEqual({ prompt: 'b', password: true });
  expect(shown((await kernel.finished(id)).outputs, 'execute_result')).toEqual(["'x,y'"]);
});

test.each(["prompt('x')", "await input('x')"])('an interrupt ends %s, and its answer goes to nobody', async (code) => {
  const id = kernel.submit(code, { allow_stdin: true });
  await kernel.waitFor(() => questionsOf(id).length > 0);
  await kernel.request('control', 'interrupt_request', {});
  expect((await kernel.finished(id)).reply['ename']).toBe('KeyboardInterrupt');
  kernel.send('stdin', 'input_reply', { value: 'late', status: 'ok' }, questionsOf(id)[0]);
  const next = kernel.submit("prompt('again? ')", { allow_stdin: true });
  await answer(next, 0, 'right');
  expect(shown((await kernel.finished(next)).outputs, 'execute_result')).toEqual(["'right'"]);
});

test.each(["prompt('x')", "await input('x')"])('%s is an error when nobody can be asked', async (code) => {
  const { reply } = await kernel.execute(code);
  expect(reply['ename']).toBe('InputNotAllowedError');
  expect(String(reply['evalue'])).toContain('allow_stdin');
});
