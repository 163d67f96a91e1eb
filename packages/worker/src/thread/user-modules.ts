/** The modules that shipped code imports: packages from the module root, and files that users uploaded. */
import { FunctionRuntime } from '@covey/functions';
import type { DecodeOptions } from '@covey/functions';
import { provideUploadedFile } from '@covey/functions/internal';
import type { ThreadStart } from './messages.js';

export class UserModules {
  readonly decodeOptions: DecodeOptions;

  constructor({ moduleRoot, uploads }: ThreadStart) {
    const runtime = new FunctionRuntime(moduleRoot === null ? {} : { moduleRoot });
    this.decodeOptions = { modules: runtime.modules };
    for (const { name, path, hash } of uploads) this.upload(name, path, hash);
  }

  upload(name: string, path: string, hash: string): void {
    provideUploadedFile(name, path, hash);
  }
}
