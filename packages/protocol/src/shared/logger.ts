/** A logger small enough that any logging library is an adapter away. */

/** From chatty to grave. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
/** Below which level lines are dropped. */
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Fields that go with a line. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Where messages go: any logger with these methods will do. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A logger that adds these fields to each of its lines. */
  child(fields: LogFields): Logger;
}

/** Says nothing. */
export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLogger,
};

/** What a logger of lines writes, and where. */
export interface LineLoggerOptions {
  /** Lines below it are dropped. Default `info`. */
  readonly level?: LogLevel;
  /** Of every line. */
  readonly fields?: LogFields;
  /** Takes finished lines. Default standard error. */
  readonly write?: (line: string) => void;
  /** Gives the time of a line. Default the system's. */
  readonly date?: () => Date;
}

/** One line of text per event, on standard error unless told otherwise: time, level, message, `name=value` fields. */
export function createLineLogger(options: LineLoggerOptions = {}): Logger {
  const { level = 'info', fields = {}, date = () => new Date() } = options;
  const write = options.write ?? ((line: string) => void process.stderr.write(line));
  const threshold = LOG_LEVELS.indexOf(level);
  const at = (name: LogLevel) => {
    if (LOG_LEVELS.indexOf(name) < threshold) return () => undefined;
    return (message: string, more?: LogFields) => {
      write(`${date().toISOString()} ${name.padEnd(5)} ${message}${formatFields({ ...fields, ...more })}\n`);
    };
  };
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (more) => createLineLogger({ ...options, fields: { ...fields, ...more } }),
  };
}

function formatFields(fields: LogFields): string {
  return Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}=${formatValue(value)}`)
    .join('');
}

function formatValue(value: unknown): string {
  if (value instanceof Error) return JSON.stringify(value.stack ?? value.message);
  if (typeof value === 'string') return /^[\w.:/@+-]+$/.test(value) ? value : JSON.stringify(value);
  if (typeof value === 'bigint' || typeof value === 'symbol' || typeof value === 'function') return String(value);
  return JSON.stringify(value) ?? 'undefined';
}
