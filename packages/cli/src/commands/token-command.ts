/** `covey token`: what a browser or curl needs to read a scheduler's pages. */
import type { Command } from 'commander';
import type { SettingName } from '@covey/deploy';
import { UsageError } from '../failure.js';
import type { CommandContext } from '../program.js';
import { addSettingFlags, configurationOf } from '../setting-flags.js';

const SETTINGS = ['secret-file', 'log-level'] as const satisfies readonly SettingName[];

export function addTokenCommand(program: Command, { terminal }: CommandContext): void {
  const command = program
    .command('token')
    .argument('[cluster]', 'name of a cluster of this host, or address of a scheduler (default: the setting cluster)')
    .description('print the token for the HTTP pages of a scheduler; it opens no connection')
    .addHelpText(
      'after',
      '\nExample:\n  curl -H "Authorization: Bearer $(covey token sums)" http://127.0.0.1:8786/metrics',
    );
  addSettingFlags(command, SETTINGS).action(async (cluster: string | undefined, flags: Record<string, unknown>) => {
    const { resolveTarget } = await import('@covey/deploy');
    const configuration = configurationOf(SETTINGS, flags, terminal.environment);
    const named = cluster ?? configuration.get('cluster');
    if (named === undefined) throw new UsageError("which cluster? Name it, as in 'covey token sums'");
    terminal.out((await resolveTarget(named, { configuration })).secret.httpToken());
  });
}
