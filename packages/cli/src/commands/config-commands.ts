/** `covey config`: the settings as they hold, where each came from, and the user's file. */
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Command } from 'commander';
import { Configuration } from '@covey/deploy';
import type { SettingName } from '@covey/deploy';
import {
  configurationFile,
  configurationPage,
  environmentNameOf,
  settingNames,
  settingOf,
  writePrivateFile,
} from '@covey/deploy/internal';
import { UsageError } from '../failure.js';
import type { CommandContext } from '../program.js';
import { readFlag } from '../setting-flags.js';
import { formatTable } from '../table.js';
import type { Terminal } from '../terminal.js';

export function addConfigCommands(program: Command, { terminal }: CommandContext): void {
  const config = program
    .command('config')
    .description('show the settings, where each comes from, and change those of your own file')
    .option('--json', 'print JSON')
    .option('--markdown', 'print the page of the guide about all settings')
    .action((flags: { json?: true; markdown?: true }) => {
      if (flags.markdown) terminal.out(configurationPage());
      else terminal.out(listSettings(terminal, flags.json === true));
    });
  config
    .command('get <name>')
    .description('print the value of one setting')
    .action((name: string) => {
      const setting = knownSetting(name);
      terminal.out(written(setting, Configuration.read({ environment: terminal.environment }).get(setting)));
    });
  config
    .command('set <name> <value>')
    .description("set a value in your own file, e.g. 'covey config set cluster sums'")
    .action((name: string, value: string) => {
      const setting = knownSetting(name);
      readFlag(name, settingOf(setting).kind, value);
      changeFile(terminal, (settings) => ({ ...settings, [setting]: value }));
    });
  config
    .command('unset <name>')
    .description('take a value out of your own file')
    .action((name: string) => {
      const setting = knownSetting(name);
      changeFile(terminal, (settings) =>
        Object.fromEntries(Object.entries(settings).filter(([key]) => key !== setting)),
      );
    });
}

function listSettings(terminal: Terminal, json: boolean): string {
  const configuration = Configuration.read({ environment: terminal.environment });
  const rows = settingNames.map((name) => ({
    name,
    value: configuration.get(name),
    origin: configuration.originOf(name),
    environment: environmentNameOf(name),
  }));
  if (json) return JSON.stringify(rows, null, 2);
  const table = formatTable(
    ['name', 'value', 'from'],
    rows.map(({ name, value, origin }) => [name, written(name, value), origin]),
  );
  return `${table}\n\nYour own file is ${configurationFile(terminal.environment)}; any setting is also an environment variable, e.g. ${environmentNameOf('worker.nthreads')}.`;
}

function written(name: SettingName, value: unknown): string {
  if (value === undefined) return '-';
  return settingOf(name).kind.write(value) || '-';
}

function knownSetting(name: string): SettingName {
  if (settingNames.includes(name as SettingName)) return name as SettingName;
  throw new UsageError(`there is no setting '${name}'; 'covey config' lists them`);
}

function changeFile(terminal: Terminal, change: (settings: Record<string, unknown>) => Record<string, unknown>): void {
  const file = configurationFile(terminal.environment);
  Configuration.read({ environment: {}, file }); // A file that can't be read is not overwritten.
  mkdirSync(dirname(file), { recursive: true });
  writePrivateFile(file, `${JSON.stringify(change(readSettings(file)), null, 2)}\n`);
}

function readSettings(file: string): Record<string, unknown> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
}
