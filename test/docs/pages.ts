/**
 * The guide as its readers have it: pages with headings, links, and snippets of TypeScript.
 *
 * A snippet is a fenced block of `ts`. Words behind `ts` say how it stands to the rest of its page:
 *
 * - nothing: a module of its own;
 * - `continues`: goes on where the snippet before it ended;
 * - `runs`: is run, and prints what the comments behind its `console.log(…)` lines say.
 *
 * What a snippet takes for granted (`declare const executor: Executor`) stands before it in a comment that readers don't see,
 * which begins with `<!-- given`.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(__dirname, '../..');

export interface Snippet {
  /** Where it stands: `docs/executor.md:5`. */
  readonly place: string;
  /** With what it continues and what is given. */
  readonly code: string;
  readonly runs: boolean;
  /** Lines that it prints when it runs. */
  readonly prints: readonly string[];
}

export interface Link {
  readonly place: string;
  readonly target: string;
}

export interface Page {
  /** From the root of the repository. */
  readonly path: string;
  readonly snippets: readonly Snippet[];
  readonly links: readonly Link[];
  /** What links behind a `#` can name. */
  readonly anchors: ReadonlySet<string>;
}

/** README and its kin, the guide, and the pages of examples and packages. */
export function pages(): Page[] {
  const below = (folder: string) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.md'))
      .map((name) => `${folder}/${name}`);
  const packages = readdirSync(join(root, 'packages')).map((name) => `packages/${name}/README.md`);
  return [
    ...readdirSync(root).filter((name) => name.endsWith('.md')),
    ...below('docs'),
    ...['examples/README.md', ...packages].filter((path) => existsSync(join(root, path))),
  ]
    .sort()
    .map((path) => readPage(path, readFileSync(join(root, path), 'utf8')));
}

/** Reads one page. */
export function readPage(path: string, text: string): Page {
  const snippets: Snippet[] = [];
  const links: Link[] = [];
  const anchors = new Set<string>();
  const lines = text.split('\n');
  let given = '';
  let before = '';
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? '';
    const place = `${path}:${i + 1}`;
    const fence = /^(`{3,})(.*)$/.exec(line);
    if (fence !== null) {
      const end = lines.indexOf(fence[1] ?? '', i + 1);
      if (end < 0) throw new Error(`The block that begins at ${place} has no end`);
      const [language, ...words] = (fence[2] ?? '').trim().split(/\s+/);
      if (language === 'ts' || language === 'js') {
        const own = lines.slice(i + 1, end).join('\n');
        const code = `${words.includes('continues') ? before : ''}${given}${own}\n`;
        snippets.push({ place, code, runs: words.includes('runs'), prints: printed(code) });
        before = code;
        given = '';
      }
      i = end;
    } else if (line.startsWith('<!-- given')) {
      const end = lines.indexOf('-->', i + 1);
      if (end < 0) throw new Error(`What is given at ${place} has no end`);
      given = `${lines.slice(i + 1, end).join('\n')}\n`;
      i = end;
    } else {
      const heading = /^#+ (.+)$/.exec(line);
      if (heading !== null) anchors.add(anchorOf(heading[1] ?? ''));
      for (const [, target = ''] of line.replaceAll(/`[^`]*`/g, '').matchAll(/\]\(([^)\s]+)\)/g)) {
        links.push({ place, target });
      }
    }
  }
  return { path, snippets, links, anchors };
}

function printed(code: string): string[] {
  return [...code.matchAll(/^\s*console\.log\(.*\); \/\/ (.+)$/gm)].map((match) => match[1] ?? '');
}

/** As GitHub makes it. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}
