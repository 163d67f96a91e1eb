import { silentLogger } from '@covey/protocol';
import type { Logger } from '@covey/protocol';
import { LineReader, LogTail, relayLine } from './stderr-lines.js';

function read(...chunks: (string | Uint8Array)[]): string[] {
  const lines: string[] = [];
  const reader = new LineReader((line) => lines.push(line), 10);
  for (const chunk of chunks) reader.write(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
  reader.end();
  return lines;
}

test.each([
  [['a\nb\n'], ['a', 'b']],
  [
    ['a', 'b\nc'],
    ['ab', 'c'],
  ],
  [['\n\n'], ['', '']],
  [[], []],
  [['0123456789abc\n'], ['0123456789abc']],
  [
    ['0123456789a', 'bc\n'],
    ['0123456789', 'abc'],
  ],
])('%j are the lines %j', (chunks, lines) => expect(read(...chunks)).toEqual(lines));

test('a letter that is cut between two chunks is whole again', () => {
  const bytes = Buffer.from('ä\n');
  expect(read(bytes.subarray(0, 1), bytes.subarray(1))).toEqual(['ä']);
});

test('the tail of a log is bounded', () => {
  const tail = new LogTail(3);
  for (let i = 0; i < 500; i++) tail.add(String(i));
  expect(tail.lines).toEqual(['497', '498', '499']);
});

test.each([
  ['2026-01-01T00:00:00.000Z info  it listens address=x', 'info', 'it listens address=x'],
  ['2026-01-01T00:00:00.000Z error it broke', 'error', 'it broke'],
  ['TypeError: x is not a function', 'warn', 'TypeError: x is not a function'],
])('%j is logged as %s', (line, level, message) => {
  const said: string[][] = [];
  const logger = Object.fromEntries(
    ['debug', 'info', 'warn', 'error'].map((name) => [name, (text: string) => said.push([name, text])]),
  );
  relayLine({ ...silentLogger, ...(logger as unknown as Logger) }, line);
  expect(said).toEqual([[level, message]]);
});
