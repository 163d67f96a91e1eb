import { Dealer } from 'zeromq';
import { freePorts } from '../testing/free-ports.js';
import { Sockets } from './sockets.js';

test('a question waits for a front end whose stdin is not connected yet', async () => {
  const [shell = 0, control = 0, stdin = 0, iopub = 0, heartbeat = 0] = await freePorts(5);
  const at = (port: number): string => `tcp://127.0.0.1:${port}`;
  const endpoints = {
    shell: at(shell),
    control: at(control),
    stdin: at(stdin),
    iopub: at(iopub),
    heartbeat: at(heartbeat),
  };
  const failures: unknown[] = [];
  const sockets = await Sockets.bind(
    { key: '', endpoints },
    {
      onMessage: () => undefined,
      onSubscription: () => undefined,
      onFailure: (error) => failures.push(error),
    },
  );
  sockets.send('stdin', [Buffer.from('front end'), Buffer.from('who?')]);
  const dealer = new Dealer({ linger: 0, routingId: 'front end' });
  dealer.connect(endpoints.stdin);
  expect((await dealer.receive()).map(String)).toEqual(['who?']);
  dealer.close();
  await sockets.close();
  expect(failures).toEqual([]);
});
