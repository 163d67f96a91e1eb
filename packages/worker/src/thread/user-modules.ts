/**
 * The modules that shipped code imports: packages from the module root, files that users uploaded, and Covey itself, which is the
 * thread's own.
 */
import { FunctionRuntime } from '@covey/functions';
import type { DecodeOptions } from '@covey/functions';
import { provideUploadedFile } from '@covey/functions/internal';
import { COVEY_VERSION } from '@covey/protocol';
import { loadExecutorEntry } from './executor-entry.js';
import type { ThreadStart } from './messages.js';

export class UserModules {
  readonly decodeOptions: DecodeOptions;

  constructor({ moduleRoot, executorEntry, uploads }: ThreadStart) {
    const load = (): Readonly<Record<string, unknown>> => loadExecutorEntry(executorEntry).covey;
    const runtime = new FunctionRuntime({
      ...(moduleRoot !== null && { moduleRoot }),
      ...(executorEntry !== null && { own: { name: 'covey', version: COVEY_VERSION, scope: '@covey/', load } }),
    });
    this.decodeOptions = { modules: runtime.modules };
    for (const { name, path, hash } of uploads) this.upload(name, path, hash);
  }

  upload(name: string, path: string, hash: string): void {
    provideUploadedFile(name, path, hash);
  }
}
