import type { Dictionary, Message } from '../protocol/message.js';
import { KernelClient, printed, shown } from '../testing/kernel-client.js';

let kernel: KernelClient;
beforeAll(async () => {
  kernel = await KernelClient.start();
});
afterAll(async () => {
  expect(await kernel.close()).toBe(0);
});

const comms = (messages: readonly Message[], type: string): Message[] =>
  messages.filter(({ header }) => header.msg_type === type);
const resultOf = async (code: string): Promise<unknown> =>
  shown((await kernel.execute(code)).outputs, 'execute_result')[0];

test('a cell opens, sends with buffers, hears, and closes', async () => {
  const { outputs } = await kernel.execute(`
    const c = comm.open('chart', { title: 'a' }, { metadata: { version: '1' } });
    const heard: unknown[] = [];
    c.onMessage(({ data, buffers }) => { heard.push(data, buffers.map((b) => [...b])); console.log('heard') });
    c.onClose(() => heard.push('closed'));
    c.send({ n: 1 }, { buffers: [new Uint8Array([1, 2]), new Float64Array([0]).buffer] });`);
  const [opened] = comms(outputs, 'comm_open');
  const id = String(opened?.content['comm_id']);
  expect(opened?.content).toEqual({ comm_id: id, target_name: 'chart', data: { title: 'a' } });
  expect(opened?.metadata).toEqual({ version: '1' });
  const [sent] = comms(outputs, 'comm_msg');
  expect(sent?.content).toEqual({ comm_id: id, data: { n: 1 } });
  expect(sent?.buffers.map((buffer) => [...buffer])).toEqual([[1, 2], new Array(8).fill(0)]);

  const info = await kernel.request('shell', 'comm_info_request', { target_name: 'chart' });
  expect(info['comms']).toEqual({ [id]: { target_name: 'chart' } });

  const said = kernel.send('shell', 'comm_msg', { comm_id: id, data: { answer: 2 } });
  await kernel.waitFor(() => kernel.states(said).includes('idle'));
  expect(await resultOf('JSON.stringify(heard)')).toBe(`'[{"answer":2},[]]'`);
  const cell = String((opened?.parent as Dictionary | undefined)?.['msg_id']);
  expect(printed(kernel.about(cell))).toBe('heard\n');

  kernel.send('shell', 'comm_close', { comm_id: id, data: {} });
  expect(await resultOf('[heard.at(-1), c.isClosed]')).toContain('true');
  expect((await kernel.execute('c.send(1)')).reply['ename']).toBe('CommClosedError');
});

test('a front end opens, and an error of a listener ends nothing', async () => {
  await kernel.execute(`
    comm.onOpen('echo', (c, { data }) => {
      c.send({ opened: data });
      c.onMessage(({ data }) => { if (data === 'bad') throw new Error('listener failed'); c.send({ again: data }) });
    });`);
  const opening = kernel.send('shell', 'comm_open', { comm_id: 'e1', target_name: 'echo', data: 7 });
  await kernel.waitFor(() => kernel.states(opening).includes('idle'));
  const answers = (): unknown[] => comms(kernel.iopub, 'comm_msg').map(({ content }) => content['data']);
  await kernel.waitFor(() => answers().some((data) => JSON.stringify(data) === '{"opened":7}'));
  kernel.send('shell', 'comm_msg', { comm_id: 'e1', data: 'bad' });
  kernel.send('shell', 'comm_msg', { comm_id: 'e1', data: 'good' });
  await kernel.waitFor(() => answers().some((data) => JSON.stringify(data) === '{"again":"good"}'));
  expect(printed(kernel.iopub, 'stderr')).toContain('listener failed');
});

test('what nobody answers is closed', async () => {
  kernel.send('shell', 'comm_open', { comm_id: 'nobody', target_name: 'no such target', data: {} });
  await kernel.waitFor(() =>
    kernel.iopub.some(({ header, content }) => header.msg_type === 'comm_close' && content['comm_id'] === 'nobody'),
  );
});
