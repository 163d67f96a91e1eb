/** The modules that shipped code imports: packages from the module root. */
import { FunctionRuntime } from '@covey/functions';
import type { DecodeOptions } from '@covey/functions';
import type { ThreadStart } from './messages.js';

export class UserModules {
  readonly decodeOptions: DecodeOptions;

  constructor({ moduleRoot }: ThreadStart) {
    const runtime = new FunctionRuntime(moduleRoot === null ? {} : { moduleRoot });
    this.decodeOptions = { modules: runtime.modules };
  }

  upload(_name: string, _path: string, _hash: string): void {}
}
