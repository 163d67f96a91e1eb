/**
 * Everything that user code prints goes to its cell: `console`, and `process.stdout` and `process.stderr` by whoever
 * writes to them.
 */
import { Console } from 'node:console';
import { StringDecoder } from 'node:string_decoder';
import type { Output } from './output.js';

type Write = typeof process.stdout.write;

export function captureStreams(output: Output): void {
  capture(process.stdout, 'stdout', output);
  capture(process.stderr, 'stderr', output);
  const sink = (name: 'stdout' | 'stderr'): NodeJS.WritableStream => {
    // As little of a stream as a console needs: what goes through a real one costs several times as much.
    const stream = {
      write: (text: string): boolean => {
        output.print(name, text);
        return true;
      },
      on: () => stream,
      once: () => stream,
      removeListener: () => stream,
      listenerCount: () => 0,
    };
    return stream as unknown as NodeJS.WritableStream;
  };
  const captured = new Console({
    stdout: sink('stdout'),
    stderr: sink('stderr'),
    colorMode: true,
    groupIndentation: 2,
  });
  // `Console`, and what an inspector adds.
  for (const name of Object.getOwnPropertyNames(console)) {
    const property = Object.getOwnPropertyDescriptor(console, name);
    if (!(name in captured) && property !== undefined) Object.defineProperty(captured, name, property);
  }
  Object.defineProperty(globalThis, 'console', {
    value: captured,
    configurable: true,
    writable: true,
    enumerable: false,
  });
}

function capture(stream: NodeJS.WriteStream, name: 'stdout' | 'stderr', output: Output): void {
  const decoder = new StringDecoder('utf8');
  const write: Write = (chunk: string | Uint8Array, encodingOrDone?: unknown, done?: unknown): boolean => {
    output.print(name, typeof chunk === 'string' ? chunk : decoder.write(Buffer.from(chunk)));
    const callback = typeof encodingOrDone === 'function' ? encodingOrDone : done;
    if (typeof callback === 'function') process.nextTick(callback);
    return true;
  };
  stream.write = write;
}
