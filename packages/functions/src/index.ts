/**
 * Ships JavaScript functions and values between processes: what its users see.
 */
export { captureFunction } from './capture/capture-function.js';
export type { CapturedFunction, CaptureOptions } from './capture/capture-function.js';
export {
  FunctionsError,
  functionsErrorKinds,
  MalformedValueError,
  ModuleMismatchError,
  ModulesNotLoadedError,
  NotSerializableError,
} from './errors/function-error.js';
export type { FunctionsErrorKind } from './errors/function-error.js';
export { hashArguments, keyOfCall } from './hashing/hash-arguments.js';
export type { HashOptions } from './hashing/hash-arguments.js';
export { registerSerializer } from './registry.js';
export type { Serializer } from './registry.js';
export { FunctionRuntime } from './runtime/function-runtime.js';
export type { LoadedFunction } from './runtime/function-runtime.js';
export { ModuleRuntime } from './runtime/module-runtime.js';
export type { ModuleRuntimeOptions } from './runtime/module-runtime.js';
export { ChunkWriter } from './values/chunk-writer.js';
export { decode, decodeAsync } from './values/decode.js';
export type { DecodeOptions } from './values/decoder.js';
export { encode } from './values/encoder.js';
export type { EncodeOptions, Frames } from './values/encoder.js';
export { shared } from './values/shared.js';
