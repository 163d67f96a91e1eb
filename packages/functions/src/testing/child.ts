/** The other process of the table tests: loads a function, decodes its arguments, runs it, encodes what came out. */
import { FunctionRuntime, decodeAsync, encode } from '../index.js';
import type { Frames } from '../index.js';

/** What the parent sends. */
export interface ChildRequest {
  readonly id: number;
  readonly blob: Frames;
  readonly args: Frames;
}

/** What comes back: a result or an error, encoded. */
export interface ChildReply {
  readonly id: number;
  readonly outcome: 'result' | 'error';
  readonly frames: Frames;
}

const runtime = new FunctionRuntime();

async function answer({ id, blob, args }: ChildRequest): Promise<ChildReply> {
  try {
    const fn = await runtime.load(blob);
    const values = (await decodeAsync(args, { modules: runtime.modules })) as never[];
    return { id, outcome: 'result', frames: encode(await fn(...values), { path: 'the result' }) };
  } catch (error) {
    return { id, outcome: 'error', frames: encode(error, { path: 'the error' }) };
  }
}

process.on('message', (request: ChildRequest) => {
  void answer(request).then((reply) => process.send?.(reply));
});
process.on('disconnect', () => process.exit());
