/** What a compute thread holds to make functions out of blobs: its modules. Code is compiled once per thread and content. */
import { MalformedValueError } from '../errors/function-error.js';
import { decode, decodeAsync } from '../values/decode.js';
import { Decoder } from '../values/decoder.js';
import type { DecodeOptions } from '../values/decoder.js';
import type { Frames } from '../values/encoder.js';
import { ModuleRuntime } from './module-runtime.js';
import type { ModuleRuntimeOptions } from './module-runtime.js';

export type LoadedFunction = (...args: never[]) => unknown;

/**
 * @example
 * ```ts
 * const runtime = new FunctionRuntime({ moduleRoot: '/srv/project' });
 * const fn = await runtime.load(captured.blob);
 * ```
 */
export class FunctionRuntime {
  /** For `decode` and `decodeAsync` of arguments in the same thread. */
  readonly modules: ModuleRuntime;

  constructor(options: ModuleRuntimeOptions = {}) {
    this.modules = new ModuleRuntime(options);
  }

  /**
   * Makes the function with fresh captured values: at once when every module that it needs was imported before, else after
   * importing them.
   */
  load(blob: Frames, options: DecodeOptions = {}): LoadedFunction | Promise<LoadedFunction> {
    const withModules = { ...options, modules: this.modules };
    const missing = new Decoder(blob, withModules).missingModules;
    if (missing.length === 0) return checked(decode(blob, withModules));
    return decodeAsync(blob, withModules).then(checked);
  }
}

function checked(value: unknown): LoadedFunction {
  if (typeof value !== 'function') throw new MalformedValueError('The blob is not a function.');
  return value as LoadedFunction;
}
