/** `covey clusters`: the clusters of this user on this host. */
import type { Command } from 'commander';
import { clusterKinds, duration } from '@covey/deploy/internal';
import type { CommandContext } from '../program.js';
import { flag, propertyOf, readFlag } from '../setting-flags.js';

/** The flag of an option of a kind of cluster: `threadsPerWorker` is `--threads-per-worker`. */
function flagOfOption(option: string): string {
  return `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

export function addClusterCommands(program: Command, context: CommandContext): void {
  const clusters = program.command('clusters').description('start, list and stop clusters that outlive the terminal');
  const load = () => import('./run-clusters-commands.js');
  const { terminal } = context;

  const start = clusters
    .command('start [name]')
    .description('start a cluster that stays when this command ends')
    .option('--kind <kind>', `what it is made of: ${Object.keys(clusterKinds).join(', ')}`, 'local')
    .addOption(flag('--idle-timeout', duration(), 'end when it had nothing to do for so long (default: never)'))
    .option('--json', 'print JSON');
  for (const [option, { kind, summary, defaultMeans }] of Object.entries(clusterKinds).flatMap(([, kind]) =>
    Object.entries(kind.options),
  )) {
    start.addOption(flag(flagOfOption(option), kind, `${summary} (default: ${defaultMeans})`));
  }
  start.action(async (name: string | undefined, flags: Record<string, unknown>) => {
    const options: Record<string, unknown> = {};
    for (const option of Object.values(clusterKinds).flatMap((kind) => Object.keys(kind.options))) {
      const written = flags[propertyOf(flagOfOption(option))];
      if (written !== undefined) options[option] = written;
    }
    const idle = flags['idleTimeout'];
    const request = {
      kind: String(flags['kind']),
      options,
      ...(name !== undefined && { name }),
      ...(idle !== undefined && { idleTimeoutMs: readFlag('--idle-timeout', duration(), idle) }),
    };
    await (await load()).start(request, flags['json'] === true, terminal);
  });

  clusters
    .command('list')
    .alias('ls')
    .description('list the running clusters')
    .option('--json', 'print JSON')
    .action(async (flags: { json?: true }) => (await load()).list(flags.json === true, terminal));
  clusters
    .command('info <name>')
    .description('show a running cluster and its workers')
    .option('--json', 'print JSON')
    .action(async (name: string, flags: { json?: true }) => (await load()).info(name, flags.json === true, terminal));
  clusters
    .command('scale <name> <workers>')
    .description('ask for so many workers')
    .action(async (name: string, workers: string) => (await load()).scale(name, workers, terminal));
  clusters
    .command('stop [names...]')
    .description('end clusters')
    .option('--all', 'all that are running')
    .action(async (names: string[], flags: { all?: true }) => (await load()).stop(names, flags.all === true, terminal));
  clusters
    .command('logs <name>')
    .description('print the end of the log of a running cluster')
    .option('-n, --lines <n>', 'how many lines', '200')
    .action(async (name: string, flags: { lines: string }) => (await load()).logs(name, flags.lines, terminal));
}
