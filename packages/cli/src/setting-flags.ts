/** Flags of commands, made from the table of settings, and the settings that hold once they are parsed. */
import { Option } from 'commander';
import type { Command } from 'commander';
import { Configuration } from '@covey/deploy';
import type { SettingName, SettingValues } from '@covey/deploy';
import { environmentNameOf, flagOf, settingOf } from '@covey/deploy/internal';
import type { ValueKind } from '@covey/deploy/internal';
import { UsageError } from './failure.js';

/** Gives a command the flags of some settings. */
export function addSettingFlags(command: Command, names: readonly SettingName[]): Command {
  for (const name of names) {
    const { kind, summary, default: fallback, defaultMeans } = settingOf(name);
    const means = defaultMeans ?? (kind.write(fallback) || 'none');
    const about = `${summary} (default: ${means}; ${environmentNameOf(name)})`;
    if (typeof fallback === 'boolean') {
      const flag = flagOf(name);
      command
        .addOption(new Option(flag, about))
        .addOption(new Option(flag.replace('--', '--no-'), `the opposite of ${flag}`));
    } else command.addOption(flag(flagOf(name), kind, about));
  }
  return command;
}

/** A flag whose value is read as that kind. One that takes a list may be given several times. */
export function flag(name: string, kind: ValueKind<unknown>, about: string): Option {
  const isList = kind.placeholder.endsWith('…');
  const option = new Option(`${name} <${kind.placeholder.replace('…', '')}>`, about);
  return option.argParser((written: string, before: string | undefined) => {
    const text = isList && before !== undefined ? `${before} ${written}` : written;
    readFlag(name, kind, text);
    return text;
  });
}

/** Reads the value of a flag. @throws {UsageError} when it is not what it must be. */
export function readFlag<T>(name: string, kind: ValueKind<T>, written: unknown): T {
  try {
    return kind.read(written);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UsageError(`${name} ${error.message}`);
  }
}

/** The settings as they hold for a command with these parsed flags. */
export function configurationOf(
  names: readonly SettingName[],
  parsed: Readonly<Record<string, unknown>>,
  environment: NodeJS.ProcessEnv,
): Configuration {
  const explicit: Partial<Record<SettingName, unknown>> = {};
  for (const name of names) {
    const written = parsed[propertyOf(flagOf(name))];
    if (written !== undefined) explicit[name] = readFlag(flagOf(name), settingOf(name).kind, written);
  }
  return Configuration.read({ explicit: explicit as SettingValues, environment });
}

/** The name under which commander keeps a flag: `--memory-limit` is `memoryLimit`. */
export function propertyOf(flagName: string): string {
  return flagName.slice(2).replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
