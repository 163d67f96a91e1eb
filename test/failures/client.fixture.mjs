/** A client to be killed: it holds a result and a lock, and keeps a thread busy. */
import process from 'node:process';
import { Executor, Lock, Secret, silentLogger } from 'covey';

const executor = await Executor.connect(process.argv[2], {
  secret: Secret.fromText(process.env['COVEY_TEST_SECRET']),
  name: 'doomed',
  logger: silentLogger,
});
const impure = executor.with({ pure: false });
const held = impure.submit(() => new Float64Array(10_000));
await held.exception();
const lock = await new Lock(executor, 'of the doomed').acquire();
const endless = impure.submit(() => {
  for (;;);
});
while (
  !Object.values(await executor.processing())
    .flat()
    .includes(endless.key)
);
console.log(JSON.stringify({ held: held.key, endless: endless.key }));
process.stdin.resume();
process.on('exit', () => [held, endless, lock]); // Else they would be collected, and so released.
