/**
 * The `covey` command: its sub-commands and what they share. What a sub-command does is loaded when it is run, so that
 * `covey --help` and `covey version` need nothing of a cluster.
 */
import { Command, CommanderError, Option } from 'commander';
import { COVEY_VERSION } from '@covey/protocol';
import { addClusterCommands } from './commands/clusters-commands.js';
import { addConfigCommands } from './commands/config-commands.js';
import { addJupyterCommand } from './commands/jupyter-command.js';
import { addSchedulerCommand } from './commands/scheduler-command.js';
import { addTokenCommand } from './commands/token-command.js';
import { addVersionCommand } from './commands/version-command.js';
import { addWorkerCommand } from './commands/worker-command.js';
import { reportFailure } from './failure.js';
import { processTerminal } from './terminal.js';
import type { Terminal } from './terminal.js';

/** Where a command runs, and the status it ends with. */
export interface CommandContext {
  readonly terminal: Terminal;
  /** Set by a command that ends with another status than 0 without having failed. */
  status: number;
}

/**
 * Runs the command line.
 *
 * @param args what follows `covey`.
 * @returns the status to end the process with.
 */
export async function runCli(args: readonly string[], terminal: Terminal = processTerminal()): Promise<number> {
  const context: CommandContext = { terminal, status: 0 };
  const program = createProgram(context);
  try {
    await program.parseAsync([...args], { from: 'user' });
    return context.status;
  } catch (error) {
    if (error instanceof CommanderError) {
      // Help and version end this way too, after they were printed.
      if (error.exitCode === 0) return 0;
      return 2;
    }
    return reportFailure(error, terminal, args.includes('--verbose'));
  }
}

function createProgram(context: CommandContext): Command {
  const { terminal } = context;
  const program = new Command('covey')
    .description('Distributed computing for TypeScript: schedulers, workers, and clusters of them.')
    .version(COVEY_VERSION, '-V, --version', 'print the version')
    .addOption(new Option('--verbose', 'show where an error came from'))
    .enablePositionalOptions()
    .showHelpAfterError('(add --help to see what there is)')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out(text.trimEnd()),
      writeErr: (text) => terminal.err(text.trimEnd().replace(/^error: /, 'covey: ')),
    });
  addSchedulerCommand(program, context);
  addWorkerCommand(program, context);
  addClusterCommands(program, context);
  addConfigCommands(program, context);
  addJupyterCommand(program, context);
  addTokenCommand(program, context);
  addVersionCommand(program, context);
  for (const command of allCommands(program)) {
    command.exitOverride().copyInheritedSettings(program);
    if (command !== program && command.commands.length === 0)
      command.addOption(new Option('--verbose', 'show where an error came from'));
  }
  return program;
}

function allCommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(allCommands)];
}
