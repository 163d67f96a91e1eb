/**
 * Breakpoints as front ends set them, by the path of a source, in every script that was or will be made of it.
 */
import type { Debugger } from 'node:inspector';
import type { CellFiles } from './cell-files.js';
import type { Post } from './remote-values.js';
import { InspectorError } from './main-inspector.js';

export interface Breakpoint {
  readonly verified: boolean;
  /** Where the engine really stops, once it knows; from 1. */
  readonly line: number;
  readonly source: { readonly path: string };
}

export class Breakpoints {
  readonly #post: Post;
  readonly #cells: CellFiles;
  readonly #lines = new Map<string, readonly number[]>();
  readonly #ids = new Map<string, string[]>();

  constructor(post: Post, cells: CellFiles) {
    this.#post = post;
    this.#cells = cells;
  }

  /** As `debugInfo` lists them. */
  get list(): { source: string; breakpoints: { line: number }[] }[] {
    return [...this.#lines].map(([source, lines]) => ({ source, breakpoints: lines.map((line) => ({ line })) }));
  }

  has(path: string): boolean {
    return this.#lines.has(path);
  }

  /** Replaces all of a source. */
  async set(path: string, lines: readonly number[]): Promise<Breakpoint[]> {
    await this.#remove(path);
    if (lines.length === 0) this.#lines.delete(path);
    else this.#lines.set(path, [...new Set(lines)]);
    const files = this.#cells.filesOf(path);
    const resolved = new Map<number, number>();
    // A file of the notebook's folder is run under its own path.
    for (const file of files.length === 0 ? [path] : files) {
      for (const [line, real] of await this.#apply(path, file)) resolved.set(line, real);
    }
    return lines.map((line) => ({ verified: true, line: resolved.get(line) ?? line, source: { path } }));
  }

  /** A cell with these breakpoints is about to run under a new name. */
  async prepare(path: string, file: string): Promise<void> {
    await this.#apply(path, file);
  }

  async clear(): Promise<void> {
    for (const path of [...this.#lines.keys()]) await this.#remove(path);
    this.#lines.clear();
  }

  /** @returns for each line the one that the engine chose, where it already knows. */
  async #apply(path: string, url: string): Promise<Map<number, number>> {
    const resolved = new Map<number, number>();
    const ids = this.#ids.get(path) ?? [];
    this.#ids.set(path, ids);
    for (const line of this.#lines.get(path) ?? []) {
      try {
        const set = await this.#post('Debugger.setBreakpointByUrl', { url, lineNumber: line - 1 });
        const { breakpointId, locations } = set as Debugger.SetBreakpointByUrlReturnType;
        ids.push(breakpointId);
        const [location] = locations;
        if (location !== undefined) resolved.set(line, location.lineNumber + 1);
      } catch (error) {
        // One that is already there.
        if (!(error instanceof InspectorError)) throw error;
      }
    }
    return resolved;
  }

  async #remove(path: string): Promise<void> {
    const ids = this.#ids.get(path) ?? [];
    this.#ids.delete(path);
    for (const breakpointId of ids) await this.#post('Debugger.removeBreakpoint', { breakpointId });
  }
}
