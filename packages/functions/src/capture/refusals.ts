/** Why instances of Node's own classes can't travel, and what to do instead. */
const reasons: readonly (readonly [RegExp, string])[] = [
  [/Socket|Server|Agent|Http|TLS/, 'an open connection belongs to its process. Connect inside of the function.'],
  [/Stream|FileHandle|Dir$/, 'an open stream or file belongs to its process. Open it inside of the function.'],
  [/ChildProcess|Worker|MessagePort|Channel/, 'a process, thread or channel cannot move. Make it where it is used.'],
  [/Timeout|Immediate|Interval/, 'a timer belongs to its process. Start it inside of the function.'],
  [/Abort/, 'an abort signal belongs to its process. A task has a signal of its own: getTask().signal.'],
  [/Key|Cipher|Hash|Hmac|Sign|Verify/, 'it holds native state. Export it and make it again where it is used.'],
];

export function reasonAgainst(...names: readonly string[]): string {
  const found = reasons.find(([pattern]) => names.some((name) => pattern.test(name)));
  return found?.[1] ?? 'it holds state of this process that no property shows. Send the data that it is made from.';
}
