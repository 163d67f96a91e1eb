/** The doors of the decoder: at once when all modules are there, or after importing them. */
import { MalformedValueError, ModulesNotLoadedError } from '../errors/function-error.js';
import { Decoder } from './decoder.js';
import type { DecodeOptions } from './decoder.js';
import type { Frames } from './encoder.js';

/**
 * Decodes what `encode` gave, or one slice of a `ChunkWriter`'s blob (with no buffers).
 *
 * @throws ModulesNotLoadedError when a module has to be imported first: use `decodeAsync`.
 * @throws MalformedValueError when the bytes are not an encoding.
 */
export function decode(frames: Frames, options?: DecodeOptions): unknown {
  const decoder = new Decoder(frames, options);
  const missing = decoder.missingModules;
  if (missing.length > 0) throw new ModulesNotLoadedError(missing.map(({ specifier }) => specifier));
  return run(decoder);
}

/** Imports the modules that a value needs, then decodes it. */
export async function decodeAsync(frames: Frames, options?: DecodeOptions): Promise<unknown> {
  const decoder = new Decoder(frames, options);
  await Promise.all(decoder.missingModules.map((module) => decoder.modules.load(module)));
  return run(decoder);
}

function run(decoder: Decoder): unknown {
  try {
    return decoder.run();
  } catch (error) {
    if (error instanceof RangeError && error.message.includes('call stack')) {
      throw new MalformedValueError('The encoding is nested too deeply.', { cause: error });
    }
    throw error;
  }
}
