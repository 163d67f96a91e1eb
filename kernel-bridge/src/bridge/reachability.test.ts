import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VirtualClock } from '@covey/protocol/internal';
import { answers, Reachability } from './reachability.js';

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('what changes is told once, and what is no longer listed is forgotten', async () => {
  let isWell = true;
  let changes = 0;
  const clock = new VirtualClock();
  const reachability = new Reachability(
    () => changes++,
    async () => isWell,
    clock,
  );
  const look = async (...addresses: string[]): Promise<void> => {
    reachability.look(addresses);
    await settled();
    clock.advance(1000);
  };
  await look('unix:///a');
  expect([reachability.isSilent('unix:///a'), changes]).toEqual([false, 0]);
  isWell = false;
  await look('unix:///a');
  await look('unix:///a');
  expect([reachability.isSilent('unix:///a'), changes]).toEqual([true, 1]);
  isWell = true;
  await look('unix:///a');
  expect([reachability.isSilent('unix:///a'), changes]).toEqual([false, 2]);
  isWell = false;
  await look('unix:///a');
  await look();
  expect(reachability.isSilent('unix:///a')).toBe(false);
});

test('hundreds that fall silent one after the other are told of together', async () => {
  const clock = new VirtualClock();
  let told = 0;
  const reachability = new Reachability(
    () => told++,
    async () => false,
    clock,
  );
  for (let index = 0; index < 500; index++) {
    reachability.look([...Array(index + 1).keys()].map((each) => `unix:///${each}`));
    await settled();
  }
  clock.advance(1000);
  expect(reachability.isSilent('unix:///499')).toBe(true);
  expect(told).toBe(1);
});

test('a scheduler answers on its socket, a closed one does not', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'covey-health-'));
  const path = join(folder, 'socket');
  const server = createServer((_, response) => response.end('{"status":"ok"}'));
  await new Promise<void>((resolve) => server.listen(path, resolve));
  expect(await answers(`unix://${path}`)).toBe(true);
  await new Promise((resolve) => server.close(resolve));
  expect(await answers(`unix://${path}`)).toBe(false);
  rmSync(folder, { recursive: true });
});
