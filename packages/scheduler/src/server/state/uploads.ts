/** Files that every worker has: kept here so that a worker that joins later, or comes back, gets them before its first task. */
import type { UploadedFile } from '@covey/protocol/internal';
import { CallArgumentError } from '@covey/protocol';

/** All uploads of a cluster together, in bytes. */
export const MAX_UPLOAD_BYTES = 1 << 28;

export class Uploads {
  readonly #maxBytes: number;
  readonly #files = new Map<string, UploadedFile>();
  #nbytes = 0;

  constructor(maxBytes = MAX_UPLOAD_BYTES) {
    this.#maxBytes = maxBytes;
  }

  /**
   * Keeps a file; one of the same name is replaced.
   * @throws {CallArgumentError} when its name is not a plain relative one, or all files together would be too large.
   */
  add(file: UploadedFile): void {
    const parts = file.name.split('/');
    if (
      file.name.includes('\0') ||
      file.name.includes('\\') ||
      parts.some((part) => part === '' || part === '.' || part === '..')
    ) {
      throw new CallArgumentError(
        `'${file.name}' is not the name of an upload: it must be relative and stay inside the worker's folder`,
      );
    }
    const nbytes = this.#nbytes - (this.#files.get(file.name)?.content.length ?? 0) + file.content.length;
    if (nbytes > this.#maxBytes) {
      throw new CallArgumentError(
        `uploads may have ${this.#maxBytes} bytes together; with '${file.name}' they would have ${nbytes}`,
      );
    }
    this.#nbytes = nbytes;
    this.#files.delete(file.name);
    this.#files.set(file.name, file);
  }

  /** In the order in which they came: a later module may import an earlier one. */
  all(): readonly UploadedFile[] {
    return [...this.#files.values()];
  }

  get nbytes(): number {
    return this.#nbytes;
  }
}
