/** How a command's failure is told: one clear line with the way out; the stack for those who ask. */
import { CoveyError, errorKinds } from '@covey/protocol';
import { InterruptedError, interruptStatus } from './terminal.js';
import type { Terminal } from './terminal.js';

/** The command line itself is wrong. */
export class UsageError extends Error {}

/** Tells why a command failed; returns the status to end with: 2 for a wrong command line, 1 otherwise. */
export function reportFailure(error: unknown, terminal: Terminal, verbose: boolean): number {
  if (error instanceof InterruptedError) return interruptStatus(error.interrupt);
  const { message } = error instanceof Error ? error : { message: String(error) };
  terminal.err(`covey: ${message}`);
  const remedy = error instanceof CoveyError ? remedyOf(error) : undefined;
  if (remedy !== undefined && !mentions(message, remedy)) terminal.err(`  ${remedy}`);
  if (verbose && error instanceof Error) terminal.err(describe(error));
  else if (!(error instanceof CoveyError) && !(error instanceof UsageError)) terminal.err('  (--verbose shows where)');
  return error instanceof UsageError || (error instanceof CoveyError && error.code === 'ERR_COVEY_CONFIGURATION')
    ? 2
    : 1;
}

function remedyOf(error: CoveyError): string | undefined {
  return errorKinds().find(({ code }) => code === error.code)?.remedy;
}

/** Whether the message already says what to do: it names a command, a variable or a flag that the remedy would name, or asks to read it. */
function mentions(message: string, remedy: string): boolean {
  if (remedy.startsWith('Read the message')) return true;
  return /'covey [^']+'|COVEY_[A-Z_]+|chmod|--[a-z-]+|[:;,] (?:check|choose|give|install|pass|run|set|start|stop|use|write)\b/.test(
    message,
  );
}

function describe(error: Error): string {
  const stack = error.stack ?? error.message;
  return error.cause instanceof Error ? `${stack}\ncaused by ${describe(error.cause)}` : stack;
}
