import { Worker } from 'node:worker_threads';
import { readMessage, writeMessage } from './main-messages.js';
import type { FromMain } from './messages.js';
import { createRingMemory, RingReader, RingWriter } from './output-ring.js';

const drained = (reader: RingReader): string[] => {
  const messages: string[] = [];
  while (reader.drain((message) => messages.push(message.toString('utf8'))));
  return messages;
};

test('messages come whole and in order, around the end of the ring many times', () => {
  const memory = createRingMemory();
  const writer = new RingWriter(memory, () => undefined);
  const reader = new RingReader(memory);
  for (let round = 0; round < 400; round++) {
    const texts = [`${round}`, 'ä'.repeat(round * 7), 'x'.repeat((round * 997) % 300_000), ''];
    for (const text of texts) writer.write(text);
    expect(drained(reader)).toEqual(texts);
  }
});

test('the reader is woken once for many messages', () => {
  const memory = createRingMemory();
  let wakes = 0;
  const writer = new RingWriter(memory, () => wakes++);
  const reader = new RingReader(memory);
  for (let n = 0; n < 100; n++) writer.write('text');
  expect(wakes).toBe(1);
  expect(drained(reader)).toHaveLength(100);
  writer.write('text');
  expect(wakes).toBe(2);
});

test('a writer waits for room, however much it writes', async () => {
  const memory = createRingMemory();
  // The other side only frees what is there, as a reader would.
  const source = `
    const { workerData: { control } } = require('node:worker_threads');
    const words = new Int32Array(control);
    const start = Date.now();
    while (Atomics.load(words, 4 - 1) === 0) {
      Atomics.store(words, 1, Atomics.load(words, 0));
      Atomics.notify(words, 1);
    }`;
  const thread = new Worker(source, { eval: true, workerData: memory });
  const writer = new RingWriter(memory, () => undefined);
  for (let n = 0; n < 40; n++) writer.write('y'.repeat(500_000));
  new RingReader(memory).close();
  await new Promise((resolve) => thread.once('exit', resolve));
  expect(() => writer.write('dropped')).not.toThrow();
});

test('messages keep their fields and buffers', () => {
  const memory = createRingMemory();
  const writer = new RingWriter(memory, () => undefined);
  const reader = new RingReader(memory);
  const messages: FromMain[] = [
    { type: 'stream', id: 12, name: 'stderr', text: 'a:b\n😀' },
    { type: 'executed', id: 3, outcome: { status: 'ok', userExpressions: {}, payload: [] }, written: [] },
    { type: 'publish', id: 4, kind: 'comm_msg', content: { a: 1 }, buffers: [Buffer.from([1, 2]), Buffer.from([3])] },
  ];
  for (const message of messages) writeMessage(writer, message);
  const read: FromMain[] = [];
  reader.drain((bytes) => read.push(readMessage(bytes)));
  expect(read).toEqual(messages);
});
