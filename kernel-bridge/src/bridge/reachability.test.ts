import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { answers, Reachability } from './reachability.js';

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('what changes is told once, and what is no longer listed is forgotten', async () => {
  let isWell = true;
  let changes = 0;
  const reachability = new Reachability(
    () => changes++,
    async () => isWell,
  );
  const look = async (...addresses: string[]): Promise<void> => {
    reachability.look(addresses);
    await settled();
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
