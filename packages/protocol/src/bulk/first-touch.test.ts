import { execFileSync } from 'node:child_process';
import { closeSync, open } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { seeded } from '../channels/world.test.support.js';
import { FirstTouch, touchWithZeros } from './first-touch.js';

const MIB = 2 ** 20;

/** A reader fills in steps of random length while touches end at random moments; gives back how much was touched. */
async function exercise(seed: number): Promise<number> {
  const random = seeded(seed);
  const memory = new Uint8Array(Math.floor((8 + 24 * random()) * MIB));
  const ends: (() => void)[] = [];
  let touched = memory.length;
  let reserved = 0;
  let filled = 0;
  let hasMet = false;
  const touch = new FirstTouch(memory, () => {
    hasMet = true;
  });
  const running = touch.run((_memory, offset, length) => {
    expect(offset + length).toBe(touched);
    expect(offset).toBeGreaterThanOrEqual(Math.max(reserved, filled));
    touched = offset;
    return new Promise((resolve) => ends.push(resolve));
  }, new AbortController().signal);
  while (filled < memory.length) {
    if (touch.blocks(filled)) expect(ends).toHaveLength(1);
    const mustWait = touch.blocks(filled);
    if (!mustWait) {
      reserved = touch.reserve(filled);
      expect(reserved).toBeGreaterThan(filled);
      // All that is touched already may be written to again.
      if (!hasMet) expect(reserved).toBeLessThanOrEqual(touched);
    }
    if (mustWait || random() < 0.5) {
      ends.pop()?.();
      await turn();
    } else filled += Math.ceil((reserved - filled) * random());
  }
  ends.pop()?.();
  await running;
  return memory.length - touched;
}

test('what the reader has reserved is never touched, and both come to an end', async () => {
  for (let seed = 1; seed <= 200; seed++) {
    try {
      expect(await exercise(seed)).toBeGreaterThanOrEqual(2 * MIB);
    } catch (error) {
      throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error });
    }
  }
});

test('a touch that fails lets the reader go on', async () => {
  const onmeet = jest.fn();
  const touch = new FirstTouch(new Uint8Array(8 * MIB), onmeet);
  const failing = touch.run(() => Promise.reject(new Error('no memory')), new AbortController().signal);
  expect(touch.blocks(6 * MIB)).toBe(true);
  await expect(failing).rejects.toThrow('no memory');
  expect(touch.blocks(6 * MIB)).toBe(false);
  expect(onmeet).toHaveBeenCalledTimes(1);
});

test('an abort ends it after the piece that is under way', async () => {
  const abort = new AbortController();
  let pieces = 0;
  const touch = new FirstTouch(new Uint8Array(64 * MIB), () => undefined);
  await touch.run(async () => {
    if (++pieces === 3) abort.abort();
  }, abort.signal);
  expect(pieces).toBe(3);
});

test('zeros are read into what nobody has reserved', async () => {
  const memory = new Uint8Array(16 * MIB).fill(7);
  // Where a piece begins with zeros it counts as never used.
  for (let at = 0; at < memory.length; at += 2 * MIB) memory.fill(0, at, at + 8);
  let met!: () => void;
  const meeting = new Promise<void>((resolve) => (met = resolve));
  const touch = new FirstTouch(memory, met);
  expect(touch.reserve(0)).toBe(2 * MIB);
  touchWithZeros(touch, new AbortController().signal);
  await meeting;
  expect(memory.indexOf(0, 8)).toBe(2 * MIB);
  expect(memory.lastIndexOf(7)).toBe(2 * MIB - 1);
});

test('pieces that were used before are passed over', async () => {
  const memory = new Uint8Array(16 * MIB);
  memory.fill(7, 6 * MIB, 10 * MIB);
  const touched: number[] = [];
  const touch = new FirstTouch(memory, () => undefined);
  await touch.run(async (_memory, offset) => void touched.push(offset / MIB), new AbortController().signal);
  expect(touched).toEqual([14, 12, 10, 4, 2, 0]);
});

test('while all threads of the pool are held, nothing is touched, so that no reader waits for them', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'covey-pool-'));
  try {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const threads = Number(process.env['UV_THREADPOOL_SIZE'] ?? 4);
    const opened = Array.from(
      { length: threads },
      () =>
        new Promise<number>((resolve, reject) => {
          open(pipe, 'r', (error, file) => (error === null ? resolve(file) : reject(error)));
        }),
    );
    const touch = new FirstTouch(new Uint8Array(16 * MIB), () => undefined);
    touchWithZeros(touch, new AbortController().signal);
    for (let round = 0; round < 20; round++) await turn();
    expect(touch.blocks(14 * MIB)).toBe(false);
    // Opened for writing elsewhere, since this process has no thread left.
    execFileSync('sh', ['-c', `: > '${pipe}'`]);
    for (const file of await Promise.all(opened)) closeSync(file);
  } finally {
    await rm(folder, { recursive: true });
  }
});
