import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createInterface } from 'node:readline';
import { Sandbox } from '../support/sandbox.js';

jest.setTimeout(30_000);
let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
});
afterEach(() => sandbox.expectNothingLeft());

function launch(mode: string): ChildProcess {
  return spawn(process.execPath, [join(__dirname, 'launcher.fixture.mjs'), mode], {
    env: sandbox.environment,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
}

async function untilReady(launcher: ChildProcess): Promise<void> {
  const [line] = (await once(createInterface(launcher.stdout!), 'line')) as [string];
  expect(JSON.parse(line)).toMatchObject({ workers: 2 });
}

test.each(['SIGKILL', 'SIGTERM', 'SIGINT'] as const)(
  'a cluster ends with the program that is ended by %s',
  async (signal) => {
    const launcher = launch('wait');
    await untilReady(launcher);
    launcher.kill(signal);
    expect(await once(launcher, 'exit')).toEqual([null, signal]);
  },
);

test.each([0, 60, 150])(
  'a program that is killed while its cluster starts (after %j ms) leaves nothing',
  async (afterMs) => {
    const launcher = launch('starting');
    await once(createInterface(launcher.stdout!), 'line');
    await delay(afterMs); // Any moment will do: what is tried is that none of them leaves something.
    launcher.kill('SIGKILL');
    expect(await once(launcher, 'exit')).toEqual([null, 'SIGKILL']);
  },
);

test('a cluster ends with a program that exits', async () => {
  const launcher = launch('exit');
  const ended = once(launcher, 'exit');
  await untilReady(launcher);
  expect(await ended).toEqual([3, null]);
});

test('a cluster that nobody closes does not keep its program going', async () => {
  const launcher = launch('return');
  const ended = once(launcher, 'exit');
  await untilReady(launcher);
  expect(await ended).toEqual([0, null]);
});
