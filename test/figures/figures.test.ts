/** Live figures of real processes, as a dashboard in a browser pulls them. */
import { readFigures } from '@covey/protocol/bridge';
import type { FigureBatch, Figures, FigureTopic } from '@covey/protocol/bridge';
import { RunningCluster } from '../support/running-cluster.js';

let running: RunningCluster;
beforeAll(async () => {
  running = await RunningCluster.start({ protocol: 'ws' });
});
afterAll(() => running.close());

async function pull<Topic extends FigureTopic>(topic: Topic, cursor: number): Promise<Figures<Topic>> {
  const { address, secret } = running.cluster;
  const url = `${address.replace('ws:', 'http:')}/figures?${topic}=${cursor}&waitMs=20000`;
  const response = await fetch(url, { headers: { authorization: `Bearer ${secret.httpToken()}` } });
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
  const bytes = new Uint8Array(await response.arrayBuffer());
  const length = new DataView(bytes.buffer).getUint32(0, true);
  const { bufferLengths, ...batch } = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length))) as Omit<
    FigureBatch,
    'buffers'
  > & { readonly bufferLengths: readonly number[] };
  let at = 4 + length;
  const buffers = bufferLengths.map((size) => bytes.subarray(at, (at += size)));
  return readFigures({ ...batch, buffers, topic });
}

async function pullUntil<Topic extends FigureTopic>(
  topic: Topic,
  holds: (data: Figures<Topic>['data']) => boolean,
): Promise<Figures<Topic>['data']> {
  for (let cursor = 0; ;) {
    const figures = await pull(topic, cursor);
    if (holds(figures.data)) return figures.data;
    cursor = figures.cursor;
  }
}

test('the matrix shows what one worker fetched from the other', async () => {
  const bytes = 1_000_000;
  await pull('transfers', 0);
  const made = running.impure.with({ workers: 'worker-0' }).submit((n: number) => new Float64Array(n / 8), bytes);
  const used = running.impure.with({ workers: 'worker-1' }).submit((xs: Float64Array) => xs.length, made);
  await used.result();
  const matrix = await pullUntil('transfers', (data) => data.bytes.some((amount) => amount > 0));
  const [from, to] = [matrix.workers.indexOf('worker-0'), matrix.workers.indexOf('worker-1')];
  expect(matrix.bytes[from * 2 + to]).toBeGreaterThanOrEqual(bytes);
  expect(matrix.bytes[to * 2 + from]).toBe(0);
});

test('runs of tasks are told with their lanes', async () => {
  await pull('overview', 0);
  const futures = running.impure.map(
    (x: number) => x + 1,
    Array.from({ length: 50 }, (_, i) => i),
  );
  await running.executor.gather(futures);
  let runs = 0;
  const lanes = new Set<string>();
  await pullUntil('task-stream', (data) => {
    for (const { worker } of data.lanes.added) lanes.add(worker);
    runs += data.start.length;
    return runs >= 50;
  });
  expect(lanes.size).toBeGreaterThan(0);
  expect(['worker-0', 'worker-1']).toEqual(expect.arrayContaining([...lanes]));
});
