/**
 * A pipeline of tasks that run at the same time, joined by queues: one makes numbers, three look for primes among them, and the
 * program takes what they find. The queues are short, so that nobody runs ahead of the others; who waits at a queue leaves its
 * thread to another task.
 *
 *     node examples/lib/pipeline.js [COUNT]
 */
import { Executor, LocalCluster, Queue } from 'covey';

const TESTERS = 3;
const count = Number(process.argv[2] ?? 3000);

await using cluster = await LocalCluster.create({ workers: 2, threadsPerWorker: 1 });
await using executor = await Executor.connect(cluster);

// Pieces of numbers; null says that there are no more.
const numbers = new Queue<number[] | null>(executor, 'numbers', { maxsize: 4 });
const primes = new Queue<number[] | null>(executor, 'primes', { maxsize: 4 });

/** Whether only 1 and itself divide it. */
function isPrime(n: number): boolean {
  for (let divisor = 2; divisor * divisor <= n; divisor++) if (n % divisor === 0) return false;
  return n > 1;
}

/** The first stage: pieces of a hundred numbers. */
async function make(upTo: number): Promise<void> {
  for (let from = 1; from <= upTo; from += 100) {
    const length = Math.min(100, upTo - from + 1);
    await numbers.put(Array.from({ length }, (_, i) => from + i));
  }
  for (let i = 0; i < TESTERS; i++) await numbers.put(null);
}

/** The second stage: hands on the primes of each piece. `tester` makes each call a task of its own. */
async function test(tester: number): Promise<string> {
  let pieces = 0;
  for (let piece = await numbers.get(); piece !== null; piece = await numbers.get()) {
    await primes.put(piece.filter(isPrime));
    pieces++;
  }
  await primes.put(null);
  return `tester ${tester} looked at ${pieces} pieces`;
}

const maker = executor.submit(make, count);
const testers = executor.map(test, [1, 2, 3]);

let found = 0;
for (let running = TESTERS; running > 0;) {
  const piece = await primes.get();
  if (piece === null) running--;
  else found += piece.length;
}
console.log(`${found} primes up to ${count}`);
for (const said of await executor.gather(testers)) console.log(`  ${said}`);
await maker.result();
