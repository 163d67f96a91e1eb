import { VirtualClock } from '@covey/protocol/internal';
import { OutputForwarder } from './output-forwarder.js';
import type { TaskOutputEvent } from './task-output.js';

function world(options: { readonly linesPerSecond?: number; readonly isTTY?: boolean } = {}) {
  const written: string[] = [];
  const clock = new VirtualClock();
  const sink = (name: string) => ({
    ...(options.isTTY !== undefined && { isTTY: options.isTTY }),
    write: (text: string) => written.push(`${name} ${text}`),
  });
  const forwarder = new OutputForwarder({ ...options, clock, stdout: sink('1'), stderr: sink('2') });
  return { written, clock, forwarder };
}

function print(text: string, stream: 'stdout' | 'stderr' = 'stdout'): TaskOutputEvent {
  return { type: 'print', key: 'job-1', worker: 'alice', attempt: 1, timeMs: 0, stream, text };
}

test('lines go to the stream they were written to, as they were written', () => {
  const { forwarder, written } = world();
  forwarder.forward(print('one\ntwo\n'));
  forwarder.forward(print('no end', 'stderr'));
  forwarder.forward(print('\n'));
  expect(written).toEqual(['1 one\ntwo\n', '2 no end\n', '1 \n']);
});

test('on a terminal each line says which worker it is from', () => {
  const { forwarder, written } = world({ isTTY: true });
  forwarder.forward(print('one\ntwo\n'));
  expect(written).toEqual(['1 \u001b[2malice │\u001b[22m one\n\u001b[2malice │\u001b[22m two\n']);
});

test('a warning is one line on standard error that names the task', () => {
  const { forwarder, written } = world();
  const warning = { name: 'TypeError', message: 'too late', stack: undefined };
  forwarder.forward({ type: 'warning', key: 'job-1', worker: 'alice', timeMs: 0, ...warning });
  expect(written).toEqual(["2 warning: task 'job-1': TypeError: too late\n"]);
});

test('a flood is cut to so many lines a second, and how many were left out is said', () => {
  const { forwarder, written, clock } = world({ linesPerSecond: 3 });
  forwarder.forward(print('a\nb\nc\nd\n'));
  forwarder.forward(print('e\n'));
  expect(written.splice(0)).toEqual(['1 a\nb\nc\n']);
  clock.advance(1000);
  expect(written.splice(0)).toEqual(['2 … 2 lines of tasks left out\n']);
  forwarder.forward(print('f\n'));
  forwarder.forward(print('g\nh\ni\n'));
  expect(written.splice(0)).toEqual(['1 f\n', '1 g\nh\n']);
  forwarder.close();
  forwarder.close();
  expect(written).toEqual(['2 … 1 line of tasks left out\n']);
  clock.advance(5000);
  expect(clock.pending).toBe(0);
  expect(written).toHaveLength(1);
});
