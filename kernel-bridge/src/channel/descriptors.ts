/**
 * Descriptors 1 and 2 of this process become files that the protocol thread reads, so that what native code and child
 * processes write there appears in the notebook. Node can't duplicate descriptors, but a file that is opened gets the
 * lowest free one, so one is closed and a file opened in its place: before any thread starts, which could come between.
 *
 * Files and not pipes: native code never waits for a reader, and what the process said last is still there when it was
 * ended by force. Whoever starts the same kernel again finds it.
 */
import { createHash } from 'node:crypto';
import { closeSync, fstatSync, lstatSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';

export interface OwnDescriptors {
  readonly files: readonly DescriptorFile[];
  /** Where the kernel's own log goes. */
  readonly log: number;
  /** What a kernel of the same connection file said last that didn't end in order. */
  readonly lastWords: string;
}

export interface DescriptorFile {
  readonly name: 'stdout' | 'stderr';
  readonly path: string;
  /** What it is open as for writers. */
  readonly descriptor: number;
  /** How often it was emptied, in memory that both threads see. */
  readonly emptied: Int32Array;
}

/** Up to where a file was written at some moment. */
export interface Written {
  readonly size: number;
  /** Sizes of a file that was emptied since mean nothing any more. */
  readonly emptied: number;
}

const STDOUT = 1;
const STDERR = 2;
const LAST_WORDS_MAX = 4000;
/** A kernel that was killed longer ago is not started again for its last words. */
const LAST_WORDS_KEPT_MS = 7 * 24 * 3_600_000;

/** Where the platform doesn't allow it, descriptors stay what they are. */
export function takeDescriptors(connectionFile: string): OwnDescriptors {
  const untaken: OwnDescriptors = { files: [], log: STDERR, lastWords: '' };
  if (process.platform === 'win32') return untaken;
  let base: string;
  try {
    base = join(privateFolder(), createHash('sha256').update(connectionFile).digest('hex').slice(0, 24));
  } catch {
    // Without a folder of its own the kernel goes on as it is.
    return untaken;
  }
  const output = descriptorFile('stdout', `${base}.out`, STDOUT);
  const errors = descriptorFile('stderr', `${base}.err`, STDERR);
  const lastWords = readLastWords(errors.path);
  const files: DescriptorFile[] = [];
  if (replace(STDOUT, output.path)) files.push(output);
  const log = duplicateOf(STDERR);
  // Who reads the log must still get it, so without a copy of the old descriptor it stays.
  if (log !== undefined && replace(STDERR, errors.path)) files.push(errors);
  return { files, log: log ?? STDERR, lastWords };
}

export function descriptorFile(name: DescriptorFile['name'], path: string, descriptor: number): DescriptorFile {
  const emptied = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  return { name, path, descriptor, emptied };
}

/** Up to where each of the files is written now. */
export function writtenNow(files: readonly DescriptorFile[]): Written[] {
  // The size last: one that was taken before the file was emptied must not count for after.
  return files.map(({ descriptor, emptied }) => {
    const times = Atomics.load(emptied, 0);
    return { emptied: times, size: fstatSync(descriptor).size };
  });
}

/**
 * The process ends in order: nothing is to be told afterwards. It takes along what kernels that were killed left long ago; one that
 * still runs needs only what it has open.
 */
export function removeDescriptorFiles({ files }: OwnDescriptors): void {
  for (const { path } of files) rmSync(path, { force: true });
  const [any] = files;
  if (any === undefined) return;
  const folder = dirname(any.path);
  const before = Date.now() - LAST_WORDS_KEPT_MS;
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const status = lstatSync(path, { throwIfNoEntry: false });
    if (status !== undefined && status.mtimeMs < before) rmSync(path, { force: true });
  }
}

function privateFolder(): string {
  const { uid } = userInfo();
  const folder = join(process.env['XDG_RUNTIME_DIR'] ?? tmpdir(), `covey-kernels-${uid}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const status = lstatSync(folder);
  if (!status.isDirectory() || status.uid !== uid || (status.mode & 0o077) !== 0) {
    throw new Error(`${folder} is not this user's alone`);
  }
  return folder;
}

function readLastWords(path: string): string {
  try {
    return readFileSync(path, 'utf8').slice(-LAST_WORDS_MAX);
  } catch {
    // The usual case: there was no such kernel, or it ended in order.
    return '';
  }
}

/** Opens once more what a descriptor leads to; nothing for a socket, which has no name. */
function duplicateOf(descriptor: number): number | undefined {
  try {
    const status = fstatSync(descriptor);
    if (status.isSocket()) return undefined;
    return openSync(`/dev/fd/${descriptor}`, 'a');
  } catch {
    return undefined;
  }
}

function replace(descriptor: number, path: string): boolean {
  rmSync(path, { force: true });
  // Another descriptor first: when it can't be opened, nothing was lost.
  const spare = openSync(path, 'ax', 0o600);
  closeSync(descriptor);
  const opened = openSync(path, 'a');
  closeSync(spare);
  if (opened === descriptor) return true;
  closeSync(opened);
  return false;
}

const fatal = /^.*(?:FATAL ERROR|Fatal error|Fatal JavaScript|Check failed|Assertion .*failed|terminate called).*$/m;

/** The line that tells why a process was aborted, if there is one. */
export function fatalWords(lastWords: string): string | undefined {
  return fatal.exec(lastWords)?.[0].trim();
}
