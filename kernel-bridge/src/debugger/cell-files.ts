/**
 * The cells that were run, under both of their names: the file that stacks show (`cell-3.ts`), and the path that front
 * ends make of a cell's text, by which breakpoints and frames find their cell. Hashes are only computed once a debugger asks.
 */
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { murmur2 } from './murmur2.js';

/** Any number; the one that other kernels use. */
export const HASH_SEED = 0xc70f6907;
const FILES_MAX = 2000;

export class CellFiles {
  /** Nothing lies at such a path: the text is the debugger's own. */
  readonly prefix: string;
  readonly suffix = '.ts';
  readonly #codes = new Map<string, string>();
  readonly #paths = new Map<string, string>();
  /** Of cells that a front end told of, run or not. */
  readonly #dumped = new Map<string, string>();

  constructor(processId: number) {
    this.prefix = `${join(tmpdir(), `covey-cells-${processId}`)}${sep}`;
  }

  /** A cell is about to run under this name. */
  add(file: string, code: string): void {
    this.#codes.delete(file);
    this.#codes.set(file, code);
    this.#paths.delete(file);
    keepNewest(this.#codes, (oldest) => this.#paths.delete(oldest));
  }

  /** A front end tells of a cell before it runs. */
  dump(code: string): string {
    const path = this.pathOfCode(code);
    this.#dumped.delete(path);
    this.#dumped.set(path, code);
    keepNewest(this.#dumped);
    return path;
  }

  pathOfCode(code: string): string {
    return `${this.prefix}${murmur2(code, HASH_SEED)}${this.suffix}`;
  }

  /** Nothing for a file that is no cell. */
  pathOf(file: string): string | undefined {
    const known = this.#paths.get(file);
    if (known !== undefined) return known;
    const code = this.#codes.get(file);
    if (code === undefined) return undefined;
    const path = this.pathOfCode(code);
    this.#paths.set(file, path);
    return path;
  }

  /** All runs of the cell with this path. */
  filesOf(path: string): string[] {
    return [...this.#codes.keys()].filter((file) => this.pathOf(file) === path);
  }

  textOf(path: string): string | undefined {
    const [file] = this.filesOf(path);
    return this.#dumped.get(path) ?? (file === undefined ? undefined : this.#codes.get(file));
  }
}

function keepNewest(map: Map<string, string>, onForgotten: (oldest: string) => void = () => undefined): void {
  if (map.size <= FILES_MAX) return;
  const [oldest] = map.keys();
  if (oldest === undefined) return;
  map.delete(oldest);
  onForgotten(oldest);
}
