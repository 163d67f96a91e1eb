import { packTaskStream, packTransfers, readFigures } from './columns.js';
import type { FigureBatch, FigureTopic, TaskStreamColumns } from './figures.js';

function batch<Topic extends FigureTopic>(topic: Topic, packed: Pick<FigureBatch, 'json' | 'buffers'>) {
  return { topic, epoch: 'e', cursor: 7, missed: 0, ...packed };
}

const stream: TaskStreamColumns = {
  start: Float64Array.of(1e12, 1e12 + 1),
  duration: Float32Array.of(0.5, 2),
  lane: Uint16Array.of(0, 1),
  name: Uint32Array.of(0, 0),
  outcome: Uint8Array.of(0, 1),
  task: Float64Array.of(1, 2 ** 40),
  count: Uint32Array.of(1, 300),
  lanes: { first: 0, added: [{ worker: 'a', thread: 0 }] },
  names: { first: 0, added: ['square'] },
};

test('a task stream is as it was', () => {
  expect(readFigures(batch('task-stream', packTaskStream(stream))).data).toEqual(stream);
});

test('columns that a transport put at odd places are read', () => {
  const packed = packTaskStream(stream);
  const buffers = packed.buffers.map((bytes) => {
    const shifted = new Uint8Array(bytes.byteLength + 1);
    shifted.set(bytes, 1);
    return shifted.subarray(1);
  });
  expect(readFigures(batch('task-stream', { ...packed, buffers })).data).toEqual(stream);
});

test('transfers are as they were', () => {
  const data = { workers: ['a', 'b'], bytes: Float64Array.of(0, 5, 6, 0), overMs: 500 };
  expect(readFigures(batch('transfers', packTransfers(data))).data).toEqual(data);
});

test.each([
  ['a column is missing', (buffers: readonly Uint8Array[]) => buffers.slice(0, 3), /column 3 is no Uint32Array/],
  [
    'a column is shorter',
    (buffers: readonly Uint8Array[]) => buffers.with(1, new Uint8Array(4)),
    /columns hold 2 and 1/,
  ],
  ['a column is torn', (buffers: readonly Uint8Array[]) => buffers.with(0, new Uint8Array(9)), /it has 9 bytes/],
])('when %s, it is said', (_, spoil, message) => {
  const packed = packTaskStream(stream);
  expect(() => readFigures(batch('task-stream', { ...packed, buffers: spoil(packed.buffers) }))).toThrow(message);
});
