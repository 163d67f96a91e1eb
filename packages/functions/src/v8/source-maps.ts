/**
 * Stack traces of code that a loader compiled. Shipped functions run under the positions of the compiled text; when their
 * errors come home, where the compiled file is known with its map, the positions become those that the user wrote.
 */
import { SourceMap } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { SourceMapPayload } from 'node:module';
import { inspectorInUse } from './inspector.js';

const maps = new Map<string, SourceMap | undefined>();
const inline = /^data:application\/json(?:;charset=[^;,]+)?;base64,/i;

/** Positions of scripts of this thread with an inline source map are replaced; everything else stays. */
export function mapStack(stack: string): string {
  if (inspectorInUse() === undefined) return stack;
  return stack.replace(
    /(file:\/\/[^\s()]+|\/[^\s()]+):(\d+):(\d+)/g,
    (all, url: string, line: string, column: string) => {
      const entry = mapOf(url)?.findEntry(Number(line) - 1, Number(column) - 1);
      if (entry === undefined || !('originalLine' in entry)) return all;
      return `${sourceUrl(entry.originalSource, url)}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
    },
  );
}

function mapOf(url: string): SourceMap | undefined {
  const scripts = inspectorInUse();
  // Loaders that compile to CommonJS name scripts by their paths.
  const sourceMapUrl =
    scripts?.sourceMapAt(url) ?? (url.startsWith('file:') ? scripts?.sourceMapAt(fileURLToPath(url)) : undefined);
  if (sourceMapUrl === undefined || !inline.test(sourceMapUrl)) return undefined;
  if (!maps.has(sourceMapUrl)) maps.set(sourceMapUrl, parse(sourceMapUrl.replace(inline, '')));
  return maps.get(sourceMapUrl);
}

function parse(base64: string): SourceMap | undefined {
  try {
    return new SourceMap(JSON.parse(Buffer.from(base64, 'base64').toString()) as SourceMapPayload);
  } catch (error) {
    // A map that is no map: the compiled positions are the best there is.
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined;
    throw error;
  }
}

function sourceUrl(source: string, compiled: string): string {
  if (source === '' || source.startsWith('/') || !compiled.startsWith('file:'))
    return source === '' ? compiled : source;
  return new URL(source, compiled).href;
}
