/**
 * Which parts of JavaScript's library the checker knows: those that the running Node.js has.
 */

/** What every Node.js that we support has. */
const always = ['es2023', 'es2024.string', 'es2024.sharedmemory', 'esnext.disposable', 'esnext.decorators'];

/** Later parts, and a member by which each is recognised. */
const later: readonly (readonly [library: string, holder: string, member: string])[] = [
  ['es2024.arraybuffer', 'ArrayBuffer.prototype', 'transfer'],
  ['es2024.collection', 'Map', 'groupBy'],
  ['es2024.object', 'Object', 'groupBy'],
  ['es2024.promise', 'Promise', 'withResolvers'],
  ['es2024.regexp', 'RegExp.prototype', 'unicodeSets'],
  ['esnext.array', 'Array', 'fromAsync'],
  ['esnext.collection', 'Set.prototype', 'union'],
  ['esnext.error', 'Error', 'isError'],
  ['esnext.float16', 'Math', 'f16round'],
  ['esnext.iterator', 'Iterator.prototype', 'map'],
  ['esnext.promise', 'Promise', 'try'],
  ['esnext.sharedmemory', 'Atomics', 'pause'],
];

/** As compiler options name them. */
export function librariesOf(globals: object): string[] {
  const has = (holder: string, member: string): boolean => {
    let at: unknown = globals;
    for (const name of holder.split('.')) at = (at as Readonly<Record<string, unknown>> | undefined)?.[name];
    return (typeof at === 'object' || typeof at === 'function') && at !== null && member in at;
  };
  const present = later.filter(([, holder, member]) => has(holder, member)).map(([library]) => library);
  return [...always, ...present].map((library) => `lib.${library}.d.ts`);
}
