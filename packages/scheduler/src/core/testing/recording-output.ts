/** An output that writes down what the core says, in order, as data. */
import type { SchedulerOutput } from '../output.js';

/** The name of an output's method. */
export type Said = keyof SchedulerOutput;

/** One message: which, and its arguments. */
export type Message = {
  [Name in Said]: { readonly said: Name; readonly args: Parameters<SchedulerOutput[Name]> };
}[Said];

const NAMES: readonly Said[] = [
  'sendFunction',
  'compute',
  'cancelAttempt',
  'free',
  'holders',
  'acquire',
  'store',
  'peer',
  'peerGone',
  'releaseFunctions',
  'pause',
  'done',
  'erred',
  'cancelled',
  'pending',
  'wakeAt',
  'retired',
];

/** Makes an output that hands every message to `note`. */
export function recordingOutput(note: (message: Message) => void): SchedulerOutput {
  const methods = NAMES.map((said) => [said, (...args: unknown[]) => note({ said, args } as unknown as Message)]);
  return Object.fromEntries(methods) as { [Name in Said]: SchedulerOutput[Name] };
}
