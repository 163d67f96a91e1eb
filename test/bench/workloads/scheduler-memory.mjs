/** What the scheduler keeps for a finished task that is still wanted: its heap and buffers after a collection. */
import { noop } from '../functions.mjs';

const own = ({ heap, external }) => heap + external;

export async function scheduler_memory({ executor, scale }) {
  const n = Math.max(10_000, Math.round(1_000_000 * scale));
  const impure = executor.with({ pure: false });
  const memory = () => executor.schedulerMemory({ collect: true });
  await impure.gather(
    impure.map(
      noop,
      Array.from({ length: 10_000 }, (_, i) => i),
    ),
  );
  const before = await memory();
  const futures = impure.map(
    noop,
    Array.from({ length: n }, (_, i) => i),
  );
  await impure.gather(futures);
  const after = await memory();
  for (const future of futures) future.release();
  return {
    tasks: n,
    bytes_per_task: (own(after) - own(before)) / n,
    resident_bytes_per_task: (after.resident - before.resident) / n,
  };
}
