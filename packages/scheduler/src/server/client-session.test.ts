import { ProtocolError } from '@covey/protocol';
import { clientMessages } from '@covey/protocol/internal';
import type { ClientId, ClientTaskId, FunctionId, OptionsId, TaskRun } from '@covey/protocol/internal';
import type { ClientStimuli } from '../core/surface.js';
import { ClientSession } from './client-session.js';

function session() {
  const told: unknown[][] = [];
  const core = new Proxy(
    {},
    {
      get:
        (_target, name) =>
        (...args: unknown[]) =>
          told.push([name, ...args]),
    },
  );
  return { session: new ClientSession(7 as ClientId, core as ClientStimuli), told };
}

const run: TaskRun = {
  optionsId: 1 as OptionsId,
  functionId: 1 as FunctionId,
  firstId: 1 as ClientTaskId,
  count: 2,
  keys: ['a', 'b'],
  args: Uint8Array.of(1, 2, 3),
  argumentEnds: [1, 3],
  dependencies: null,
  definitions: null,
};

const blob = { hash: 'h', name: 'f', references: 0, header: Uint8Array.of(1), buffers: [] };

test('hands messages to the core with the client and the time', () => {
  const { session: client, told } = session();
  const batch: unknown[] = [];
  clientMessages.function(batch, 1 as FunctionId, blob);
  clientMessages.options(batch, 1 as OptionsId, { retries: 2, nonsense: true } as never);
  clientMessages.tasks(batch, run);
  clientMessages.release(batch, [1, 2]);
  clientMessages.cancel(batch, [1 as ClientTaskId], 'client', 'why not');
  client.receive(batch, 123);
  expect(told).toEqual([
    ['defineFunction', 7, 1, blob, 123],
    ['defineOptions', 7, 1, { retries: 2 }, 123],
    ['submitRun', 7, run, 123],
    ['release', 7, [1, 2], 123],
    ['cancel', 7, [1], 'client', 'why not', 123],
  ]);
});

test.each<[string, Partial<Record<keyof TaskRun, unknown>>]>([
  ['a count of zero', { count: 0 }],
  ['a huge count', { count: 1e9 }],
  ['a count that is no number', { count: '2' }],
  ['fewer keys than tasks', { keys: ['a'] }],
  ['an empty key', { keys: ['a', ''] }],
  ['a key that is no text', { keys: ['a', 5] }],
  ['a very long key', { keys: 'x'.repeat(5000) }],
  ['arguments that are no bytes', { args: 'abc' }],
  ['ends beyond the arguments', { argumentEnds: [1, 4] }],
  ['ends that fall', { argumentEnds: [2, 1] }],
  ['no ends for several tasks', { argumentEnds: null }],
  ['dependencies that do not divide', { dependencies: [1, 2, 3] }],
  ['dependencies that are no ids', { dependencies: [1, -2] }],
  ['dependencies that are no list', { dependencies: { length: 2 } }],
  ['definitions of fewer items', { definitions: [1] }],
  ['definitions that are no numbers', { definitions: [1, 'x'] }],
  ['ids that end beyond the safe ones', { firstId: Number.MAX_SAFE_INTEGER }],
  ['an id that is no whole number', { firstId: 1.5 }],
])('refuses a run with %s', (_what, wrong) => {
  const { session: client, told } = session();
  const batch: unknown[] = [];
  clientMessages.tasks(batch, { ...run, ...wrong } as TaskRun);
  expect(() => client.receive(batch, 0)).toThrow(ProtocolError);
  expect(told).toEqual([]);
});

test.each([
  ['options that are no map', [4, 1, 'fast']],
  ['a priority beyond its range', [4, 1, { priority: 40_000 }]],
  ['negative retries', [4, 1, { retries: -1 }]],
  ['a flag that is no flag', [4, 1, { pure: 'yes' }]],
  ['a resource that is no amount', [4, 1, { resources: { gpu: NaN } }]],
  ['a worker without a name', [4, 1, { workers: [''] }]],
  ['an odd range', [7, [1, 2, 3]]],
  ['a function without bytes', [3, 1, 'h', 'f', 0, null, []]],
  ['a batch that ends too early', [5, 1, 1]],
  ['an op that does not exist', [99]],
])('refuses %s', (_what, batch) => {
  const { session: client, told } = session();
  expect(() => client.receive(batch, 0)).toThrow(ProtocolError);
  expect(told).toEqual([]);
});
