import { SidebarMemory } from './sidebar-memory.js';

const soon = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function state(written?: unknown) {
  const saved: unknown[] = [];
  return { saved, fetch: async () => written as never, save: async (_: string, value: unknown) => saved.push(value) };
}

test('what was opened and the filter come back; garbage does not', async () => {
  const memory = new SidebarMemory(state({ toggled: ['a', 3], filter: 'x' }));
  await soon();
  expect(memory.look).toEqual({ toggled: ['a'], filter: 'x' });
  const other = new SidebarMemory(state('?'));
  await soon();
  expect(other.look).toEqual({ toggled: [], filter: '' });
});

test('what is done before the old look has come counts, and is kept', async () => {
  const kept = state({ toggled: ['a'], filter: '' });
  const memory = new SidebarMemory(kept);
  memory.toggle('b');
  await soon();
  expect(memory.look.toggled).toEqual(['b']);
  memory.toggle('b');
  expect(kept.saved.at(-1)).toEqual({ toggled: [], filter: '' });
});
