/** What tasks print goes to whoever submitted them, with the task's name, instead of the worker's own output. */
import process from 'node:process';
import { activities } from './activity.js';
import type { Activity } from './activity.js';

/** Takes what was printed: `stream` is 1 or 2. */
export type PrintSink = (activity: Activity | undefined, stream: number, text: string) => void;

type WriteCallback = (error?: Error | null) => void;

/** `console` writes through these streams too. */
export function captureOutput(sink: PrintSink): void {
  for (const [stream, output] of [
    [1, process.stdout],
    [2, process.stderr],
  ] as const) {
    const decoder = new TextDecoder();
    const write = (chunk: unknown, encoding?: BufferEncoding | WriteCallback, callback?: WriteCallback): boolean => {
      if (typeof chunk === 'string') sink(activities.getStore(), stream, chunk);
      else if (ArrayBuffer.isView(chunk))
        sink(activities.getStore(), stream, decoder.decode(bytesOf(chunk), { stream: true }));
      else throw new TypeError(`a stream takes strings and bytes, not a ${typeof chunk}`);
      const done = typeof encoding === 'function' ? encoding : callback;
      if (done !== undefined) process.nextTick(done);
      return true;
    };
    Object.defineProperty(output, 'write', { value: write, writable: true, configurable: true });
  }
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
