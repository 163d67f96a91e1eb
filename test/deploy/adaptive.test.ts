import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError, listClusters, openCluster, startCluster } from '@covey/deploy';
import { Secret } from '@covey/protocol';
import { Executor } from 'covey';
import { Sandbox, until } from '../support/sandbox.js';

jest.setTimeout(60_000);
let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
});
afterEach(() => sandbox.expectNothingLeft());

const eventually = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
  expect(await until(holds, 40_000)).toBe(true);
};
const small = { workers: 1, threadsPerWorker: 1 };

test('a kept cluster grows with what there is to do, and shrinks when that is done', async () => {
  const cluster = await startCluster({ name: 'breathing', options: { ...small, workers: 0 } });
  await expect(cluster.adapt({ minimum: 3, maximum: 2 })).rejects.toThrow(ConfigurationError);
  expect(openCluster('breathing').entry.adaptive).toBeNull();
  await cluster.adapt({ minimum: 0, maximum: 2 });
  expect(openCluster('breathing').entry.adaptive).toEqual({ minimum: 0, maximum: 2 });

  const executor = await Executor.connect('breathing');
  // Of each worker's own: with two of them both have begun.
  const running = executor.map(
    async (n: number) => {
      await new Promise((resolve) => setTimeout(resolve, 12_000));
      return n;
    },
    [1, 2],
  );
  await eventually(async () => (await cluster.info()).requested > 0);
  for (const future of running) future.cancel();
  await eventually(async () => {
    const { requested, workers } = await cluster.info();
    return requested === 0 && workers.length === 0;
  });
  await executor.close();

  await cluster.scale(1);
  expect(openCluster('breathing').entry.adaptive).toBeNull();
  expect(await cluster.info()).toMatchObject({ requested: 1, adaptive: null });
  await cluster.stop();
});

test('a cluster of an address is found by a name of its own, and left alone by whoever stops it', async () => {
  const origin = await startCluster({ name: 'origin', options: { ...small, protocol: 'ws' } });
  const { address, secretFile } = origin.entry;
  const alias = await startCluster({ name: 'alias', kind: 'address', options: { address, secretFile } });
  expect(alias.entry).toMatchObject({ name: 'alias', kind: 'address', address });
  const executor = await Executor.connect('alias');
  expect(await executor.submit((x: number) => x + 1, 1).result()).toBe(2);
  await executor.close();
  await expect(alias.scale(2)).rejects.toThrow(ConfigurationError);
  expect((await alias.info()).workers).toHaveLength(1);

  await alias.stop();
  expect(listClusters().map(({ name }) => name)).toEqual(['origin']);
  expect((await origin.info()).workers).toHaveLength(1);

  await startCluster({ name: 'second', kind: 'address', options: { address } });
  await origin.stop();
  await eventually(() => listClusters().length === 0);
});

test('an address behind which nobody listens is refused, and nothing is left', async () => {
  const secretFile = join(sandbox.folder, 'config', 'secret');
  writeFileSync(secretFile, Secret.random().reveal(), { mode: 0o600 });
  const options = { address: 'ws://127.0.0.1:9', secretFile };
  await expect(startCluster({ name: 'nowhere', kind: 'address', options })).rejects.toThrow(/127\.0\.0\.1:9/);
  await expect(startCluster({ kind: 'address' })).rejects.toThrow(ConfigurationError);
});

test('an idle cluster ends, although its keeper looks at it', async () => {
  const cluster = await startCluster({ name: 'idle', options: small, idleTimeoutMs: 1500 });
  await cluster.adapt({ minimum: 1, maximum: 2 });
  await eventually(() => !cluster.isRunning);
  expect(listClusters()).toEqual([]);
});
