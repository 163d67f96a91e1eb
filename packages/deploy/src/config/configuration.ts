/**
 * The settings as they hold for one process: explicit ones before the environment, before the user's file, before defaults.
 * Read when asked for, from what is passed in; nothing is remembered between two readings.
 */
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { ConfigurationError } from '../errors.js';
import { environmentNameOf, settingNames, settingOf } from './settings.js';
import type { SettingName, SettingValue, SettingValues } from './settings.js';

export interface ConfigurationSources {
  /** Wins over everything: flags, options. Undefined values count as unsaid. */
  readonly explicit?: { readonly [Name in SettingName]?: SettingValue<Name> | undefined };
  /** Default the environment of this process. */
  readonly environment?: NodeJS.ProcessEnv;
  /** The user's file. Default {@link configurationFile}; a missing file is an empty one. */
  readonly file?: string;
}

/** Where a value came from, for people: `the default`, `COVEY_CLUSTER`, `/home/ann/.config/covey/config.json`. */
export type Origin = string;

/** Where the user's file is: `COVEY_CONFIG`, else `covey/config.json` in the XDG configuration folder (`~/.config`). */
export function configurationFile(environment: NodeJS.ProcessEnv = process.env): string {
  const explicit = environment['COVEY_CONFIG'];
  if (explicit) return explicit;
  const folder = environment['XDG_CONFIG_HOME'];
  return join(folder && isAbsolute(folder) ? folder : join(homedir(), '.config'), 'covey', 'config.json');
}

/** The settings of one process. */
export class Configuration {
  readonly #values: SettingValues;
  readonly #origins: ReadonlyMap<SettingName, Origin>;

  private constructor(values: SettingValues, origins: ReadonlyMap<SettingName, Origin>) {
    this.#values = values;
    this.#origins = origins;
  }

  /**
   * Reads all settings.
   * @throws {ConfigurationError} naming the setting, where its value came from, and what it must be.
   */
  static read(sources: ConfigurationSources = {}): Configuration {
    const environment = sources.environment ?? process.env;
    const file = sources.file ?? configurationFile(environment);
    const written = readFile(file);
    const values: Record<string, unknown> = {};
    const origins = new Map<SettingName, Origin>();
    for (const name of settingNames) {
      const { kind, default: fallback } = settingOf(name);
      const variable = environmentNameOf(name);
      const fromEnvironment = environment[variable];
      const explicit = sources.explicit?.[name];
      if (explicit !== undefined) {
        values[name] = explicit;
        origins.set(name, 'a flag or option');
      } else if (fromEnvironment !== undefined && fromEnvironment !== '') {
        values[name] = reading(variable, () => kind.read(fromEnvironment));
        origins.set(name, variable);
      } else if (written[name] !== undefined) {
        values[name] = reading(`'${name}' in ${file}`, () => kind.read(written[name]));
        origins.set(name, file);
      } else {
        values[name] = fallback;
        origins.set(name, 'the default');
      }
    }
    return new Configuration(values, origins);
  }

  get<Name extends SettingName>(name: Name): SettingValue<Name> {
    return this.#values[name] as SettingValue<Name>;
  }

  /** Where the value of a setting came from. */
  originOf(name: SettingName): Origin {
    return this.#origins.get(name) ?? 'the default';
  }

  /** Whether somebody said what the setting is. */
  isSet(name: SettingName): boolean {
    return this.originOf(name) !== 'the default';
  }
}

/** The user's file as it stands: an object whose keys are names of settings. */
function readFile(file: string): Readonly<Record<string, unknown>> {
  let content: string;
  try {
    content = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new ConfigurationError(`can't read ${file}: ${(error as Error).message}`, { cause: error });
  }
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch (cause) {
    throw new ConfigurationError(`${file} is not JSON: ${(cause as Error).message}`, { cause });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ConfigurationError(`${file} must hold an object of settings, such as { "log-level": "debug" }`);
  }
  for (const name of Object.keys(value)) {
    if (!settingNames.includes(name as SettingName)) {
      throw new ConfigurationError(`${file}: there is no setting '${name}'; 'covey config' lists them`);
    }
  }
  return value as Record<string, unknown>;
}

function reading<T>(where: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new ConfigurationError(`${where} ${error.message}`, { cause: error });
  }
}
