/** Values declared `shared`: one decoded object in each thread for all tasks that read it, as long as the result is held. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { getExecutor, shared } from 'covey';
import type { Future } from 'covey';
import { RunningCluster } from '../support/running-cluster.js';

let world: RunningCluster;
beforeAll(async () => {
  world = await RunningCluster.start({ workers: 1 });
});
afterAll(() => world.close());

type Table = Map<string, number>;

const largeTable = (): Table => new Map(Array.from({ length: 20_000 }, (_, i) => [`key-${i}`, i]));
/** How many tasks before this one have seen the very object. */
const visits = (table: Table): number => {
  const seen = ((globalThis as { seen?: WeakMap<Table, number> }).seen ??= new WeakMap());
  const before = seen.get(table) ?? 0;
  seen.set(table, before + 1);
  return before;
};
const visit = (table: Future<Table>) => world.impure.submit(visits, table).result();

test.each<[what: string, make: () => Future<Table> | Promise<Future<Table>>]>([
  ['a result', () => world.impure.submit((table: Table) => shared(table), largeTable())],
  ['scattered data', () => world.executor.scatter(shared(largeTable()), { hash: false })],
  [
    'a result that is passed on',
    () => {
      const made = world.impure.submit((table: Table) => shared(table), largeTable());
      return world.impure.submit((table: Table) => table, made);
    },
  ],
])('%s that is declared shared is one object for all tasks of a thread', async (_what, make) => {
  const table = await make();
  expect([await visit(table), await visit(table), await visit(table)]).toEqual([0, 1, 2]);
  const size = (theirs: Table) => theirs.size;
  const together = world.impure.map(size, [table, table, table]);
  expect(await world.executor.gather(together)).toEqual([20_000, 20_000, 20_000]);
  expect((await table.result()).get('key-7')).toBe(7);
});

test('what was not declared so is a copy for each task, and so is a small one', async () => {
  const own = await world.executor.scatter(largeTable(), { hash: false });
  const small = await world.executor.scatter(shared(new Map([['a', 1]])), { hash: false });
  for (const table of [own, small]) expect([await visit(table), await visit(table)]).toEqual([0, 0]);
});

test('the thread lets it go with the result', async () => {
  const table = await world.executor.scatter(shared(largeTable()), { hash: false });
  const remember = (theirs: Table): void => {
    (globalThis as { watched?: WeakRef<Table> }).watched = new WeakRef(theirs);
  };
  const isGone = (): boolean => {
    setFlagsFromString('--expose-gc');
    (runInNewContext('gc') as () => void)();
    return (globalThis as { watched?: WeakRef<Table> }).watched?.deref() === undefined;
  };
  await world.impure.submit(remember, table).result();
  await world.impure.submit(visits, table).result();
  expect(await world.impure.submit(isGone).result()).toBe(false);
  table.release();
  // Results to be dropped wait a little for company on the way to the worker.
  while (!(await world.impure.submit(isGone).result()));
});

test('with futures inside it is decoded for each task, whose own they are', async () => {
  const make = (table: Table) => shared({ table, part: getExecutor().submit(() => 42) });
  const outer = world.impure.submit(make, largeTable());
  const read = async (given: { table: Table; part: Future<number> }) => (await given.part.result()) + given.table.size;
  for (let i = 0; i < 3; i++) expect(await world.impure.submit(read, outer).result()).toBe(20_042);
});

test('only objects can be declared shared', () => {
  expect(() => shared(5 as never)).toThrow('shared() takes an object, not a number');
  expect(() => shared(null as never)).toThrow('not null');
});
