/** `covey worker`: workers, and the nanny that watches them, in the foreground. */
import { Argument } from 'commander';
import type { Command } from 'commander';
import type { SettingName } from '@covey/deploy';
import type { CommandContext } from '../program.js';
import { addSettingFlags, configurationOf } from '../setting-flags.js';

const SETTINGS = [
  ...[
    'worker.nthreads',
    'worker.nworkers',
    'worker.name',
    'worker.memory-limit',
    'worker.resources',
    'worker.local-directory',
  ],
  ...[
    'worker.listen-address',
    'worker.contact-address',
    'worker.death-timeout',
    'worker.nanny',
    'secret-file',
    'tls.cert',
    'tls.key',
    'tls.ca-file',
    'tls.server-name',
    'log-level',
  ],
] as readonly SettingName[];

export function addWorkerCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('worker')
    .description('run workers for a scheduler until Ctrl-C')
    .addArgument(
      new Argument(
        '[cluster]',
        'address of the scheduler, or name of a cluster of this host (default: the setting cluster)',
      ),
    );
  addSettingFlags(command, SETTINGS).action(async (cluster: string | undefined, flags: Record<string, unknown>) => {
    const { runWorkerCommand } = await import('./run-worker-command.js');
    const configuration = configurationOf(
      [...SETTINGS, 'cluster'],
      { ...flags, cluster },
      context.terminal.environment,
    );
    context.status = await runWorkerCommand(cluster, configuration, context.terminal);
  });
}
