/** `covey scheduler`: a scheduler in the foreground of this process. */
import type { Command } from 'commander';
import type { SettingName } from '@covey/deploy';
import { addSettingFlags, configurationOf } from '../setting-flags.js';
import type { CommandContext } from '../program.js';

const SETTINGS = [
  ...[
    'scheduler.host',
    'scheduler.port',
    'scheduler.protocol',
    'scheduler.listen',
    'scheduler.contact-address',
    'scheduler.allowed-hosts',
    'scheduler.name',
  ],
  ...[
    'scheduler.idle-timeout',
    'scheduler.busy-poll',
    'scheduler.preload',
    'secret-file',
    'tls.cert',
    'tls.key',
    'tls.ca-file',
    'tls.server-name',
    'log-level',
  ],
] as readonly SettingName[];

export function addSchedulerCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('scheduler')
    .description('run a scheduler until Ctrl-C, and say how to reach it')
    .option('--no-http', 'answer no HTTP beyond /health')
    .option('--json', 'print how to reach it as JSON, on one line');
  addSettingFlags(command, SETTINGS).action(async (flags: Record<string, unknown>) => {
    const { runSchedulerCommand } = await import('./run-scheduler-command.js');
    const configuration = configurationOf(SETTINGS, flags, context.terminal.environment);
    context.status = await runSchedulerCommand(
      configuration,
      { http: flags['http'] !== false, json: flags['json'] === true },
      context.terminal,
    );
  });
}
