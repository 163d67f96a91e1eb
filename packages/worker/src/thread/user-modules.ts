/** The modules that shipped code imports: packages from the module root, uploaded files from the local directory. */
import type { DecodeOptions } from '@covey/functions';
import type { ThreadStart } from './messages.js';

export class UserModules {
  readonly decodeOptions: DecodeOptions;

  constructor(_start: ThreadStart) {
    this.decodeOptions = {};
  }

  upload(_name: string, _path: string, _hash: string): void {}
}
