import { StreamCoalescer } from './stream-coalescer.js';

function world(): { streams: StreamCoalescer; said: [number, string, string][]; wishes: number[] } {
  const said: [number, string, string][] = [];
  const wishes: number[] = [];
  const streams = new StreamCoalescer({
    emit: (id, name, text) => said.push([id, name, text]),
    wakeIn: (delayMs) => wishes.push(delayMs),
  });
  streams.begin(0);
  return { streams, said, wishes };
}

test('the first text is said at once, what follows is gathered', () => {
  const { streams, said, wishes } = world();
  streams.write(1, 'stdout', 'a', 0);
  streams.write(1, 'stdout', 'b', 1);
  streams.write(1, 'stdout', 'c', 2);
  expect(said).toEqual([[1, 'stdout', 'a']]);
  expect(wishes).toEqual([49]);
  streams.wake(50);
  expect(said.slice(1)).toEqual([[1, 'stdout', 'bc']]);
});

test('streams and cells stay apart and in order', () => {
  const { streams, said } = world();
  streams.write(1, 'stdout', 'a', 0);
  streams.write(1, 'stdout', 'b', 1);
  streams.write(1, 'stderr', 'c', 1);
  streams.write(2, 'stderr', 'd', 1);
  streams.flush(2);
  expect(said.slice(1)).toEqual([
    [1, 'stdout', 'b'],
    [1, 'stderr', 'c'],
    [2, 'stderr', 'd'],
  ]);
});

test('a minute of ten lines a millisecond makes at most 20 messages a second', () => {
  const { streams, said } = world();
  let wakeMs = Number.POSITIVE_INFINITY;
  const limited = new StreamCoalescer({
    emit: (id, name, text) => said.push([id, name, text]),
    wakeIn: (delayMs) => (wakeMs = now + delayMs),
  });
  let now = 0;
  limited.begin(now);
  for (; now < 60_000; now++) {
    for (let line = 0; line < 10; line++) limited.write(1, 'stdout', 'a line\n', now);
    if (now >= wakeMs) {
      wakeMs = Number.POSITIVE_INFINITY;
      limited.wake(now);
    }
  }
  limited.flush(now);
  expect(said.length).toBeLessThanOrEqual(1202);
  expect(said.map(([, , text]) => text.length).reduce((a, b) => a + b)).toBe(7 * 600_000);
  streams.flush(0);
});

test('of a flood the beginning and the end stay, and a line tells of the rest', () => {
  const { streams, said } = world();
  for (let line = 0; line < 100_000; line++) streams.write(1, 'stdout', `line ${line} of a flood\n`, line / 10_000);
  streams.flush(20);
  const text = said.map(([, , piece]) => piece).join('');
  expect(text.startsWith('line 0 of a flood\nline 1 of')).toBe(true);
  expect(text.endsWith('line 99999 of a flood\n')).toBe(true);
  expect(text).toMatch(/… \d\.\d\d MB of output were left out here …/);
  expect(text.length).toBeGreaterThan(500_000);
  expect(text.length).toBeLessThan(600_000);
  expect(said.length).toBeLessThanOrEqual(4);
});

test('a cut never tears a character', () => {
  const { streams, said } = world();
  for (let n = 0; n < 40_000; n++) streams.write(1, 'stdout', '😀 '.repeat(7), 0);
  streams.flush(1);
  for (const [, , piece] of said) expect(Buffer.from(piece).toString()).toBe(piece);
});
