/**
 * A program that ends by `process.exit`, or with an uncaught error, says goodbye to its schedulers on the way. They would wait
 * for it to come back otherwise, and go on with its tasks meanwhile. Only a process that is killed says nothing.
 */

/** Of all connections, so that a program with many has one listener. */
const goodbyes = new Set<() => void>();

function sayAll(): void {
  for (const say of goodbyes) say();
}

/**
 * Has `say` called when the process exits. Nothing asynchronous happens then any more: what it sends has to leave at once, as what
 * is written to a socket does that holds nothing back.
 *
 * @returns forgets it again.
 */
export function atExit(say: () => void): () => void {
  if (goodbyes.size === 0) process.on('exit', sayAll);
  goodbyes.add(say);
  return () => {
    goodbyes.delete(say);
    if (goodbyes.size === 0) process.off('exit', sayAll);
  };
}
