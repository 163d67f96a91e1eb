/** The page of the guide about settings, made from their table. */
import { environmentNameOf, flagOf, settingNames, settingOf } from './settings.js';
import type { SettingName } from './settings.js';

const SECTIONS: readonly { readonly prefix: string; readonly title: string; readonly about: string }[] = [
  { prefix: '', title: 'General', about: 'For every program and command.' },
  { prefix: 'scheduler', title: 'Scheduler', about: 'For `covey scheduler`.' },
  { prefix: 'worker', title: 'Worker', about: 'For `covey worker`.' },
  {
    prefix: 'local',
    title: 'Local clusters',
    about: 'For `LocalCluster.create()` and the local cluster of programs that name none; no flags.',
  },
  {
    prefix: 'tls',
    title: 'TLS',
    about: 'For `covey scheduler`, `covey worker`, and programs that connect to them: see [security](security.md).',
  },
];

/** The text of docs/configuration.md. */
export function configurationPage(): string {
  const parts = SECTIONS.map(({ prefix, title, about }) => {
    const names = settingNames.filter(
      (name) => (name.includes('.') ? name.slice(0, name.indexOf('.')) : '') === prefix,
    );
    const rows = names.map((name) => row(name, prefix !== 'local' && name !== 'cluster'));
    return `## ${title}\n\n${about}\n\n${table([['setting', 'flag', 'default', 'what it is'], ...rows])}\n`;
  });
  return `# Settings

<!-- Made by 'covey config --markdown'; edit packages/deploy/src/config/settings.ts instead. -->

Every setting has one name, and three ways to be said. A flag of a command (or an option in code) wins over an environment variable, that over your own file, that over the default.

- **Environment**: the name in capitals behind \`COVEY_\`, with \`_\` for dots and dashes: \`worker.memory-limit\` is \`${environmentNameOf('worker.memory-limit')}\`.
- **Your own file**: \`~/.config/covey/config.json\` (\`$XDG_CONFIG_HOME/covey/config.json\`, or what \`COVEY_CONFIG\` names), an object such as \`{ "cluster": "sums", "worker.memory-limit": "4GB" }\`. \`covey config set NAME VALUE\` writes it.
- \`covey config\` shows what holds now, and where each value came from.

Times are written \`500ms\`, \`30s\`, \`5min\`, \`2h\`; sizes \`512MiB\`, \`2GB\`; lists with commas or blanks between their parts.

Beside the settings there are \`COVEY_SECRET\` (the secret itself, for containers; it has no flag and no place in a file of settings), \`COVEY_HOME\` (where clusters are listed and logs kept; default \`$XDG_STATE_HOME/covey\` or \`~/.local/state/covey\`) and \`COVEY_CONFIG\`.

${parts.join('\n')}`.trimEnd();
}

function row(name: SettingName, hasFlag: boolean): string[] {
  const { kind, summary, default: fallback, defaultMeans } = settingOf(name);
  const value = fallback === undefined ? '' : kind.write(fallback);
  const means = defaultMeans ?? (value === '' ? 'none' : `\`${value}\``);
  const flag =
    typeof fallback === 'boolean'
      ? `\`${flagOf(name)}\`, \`${flagOf(name).replace('--', '--no-')}\``
      : `\`${flagOf(name)} ${kind.placeholder}\``;
  return [`\`${name}\``, hasFlag ? flag : '', means, `${summary} It is ${kind.expected}.`];
}

/** A table of Markdown as the formatter of the repository would have it: columns as wide as their widest cell. */
function table(rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = (cells[0] ?? []).map((_, column) => Math.max(3, ...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [heading = [], ...body] = cells;
  return [line(heading), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n');
}
