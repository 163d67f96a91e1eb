/**
 * Files that users sent to the process by name. Code that was shipped imports them by that name, with or without the
 * extension, before any installed package: `await import('helpers')` finds an uploaded `helpers.mjs`.
 */
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

interface UploadedFile {
  readonly path: string;
  /** Changes with the content, so that a new version is a new module. */
  readonly url: string;
}

const files = new Map<string, UploadedFile>();
const extensions = ['', '.mjs', '.js', '.cjs', '.json'];

/** The file is in place: what imports it from now on gets this content. */
export function provideUploadedFile(name: string, path: string, hash: string): void {
  const url = pathToFileURL(path);
  url.searchParams.set('covey', hash);
  files.set(name, { path, url: url.href });
  Reflect.deleteProperty(createRequire(path).cache, path);
}

/** The uploaded file that a specifier names. */
export function uploadedFile(specifier: string): UploadedFile | undefined {
  if (files.size === 0) return undefined;
  for (const extension of extensions) {
    const file = files.get(specifier + extension);
    if (file !== undefined) return file;
  }
  return undefined;
}
