/**
 * Bundles the dashboard's page into one file of HTML, which needs nothing but the scheduler that serves it. It goes beside
 * the scheduler's bundle: the scheduler must not depend on the package that draws.
 */
import { build } from 'esbuild';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const SOURCE = 'packages/dashboard/src/page/main.ts';
export const PAGE = 'packages/scheduler/bundle/dashboard.html';

const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path d="M2 4h5M9 4h5M2 8h8M12 8h2M2 12h3M7 12h6" stroke="#1668b8" stroke-width="2.4" stroke-linecap="round"/></svg>`;

/** @returns the bundle in the form of esbuild's results; undefined when the package is not there */
export async function bundlePage(root, alias) {
  if (!existsSync(join(root, SOURCE))) return undefined;
  const { outputFiles } = await build({
    absWorkingDir: root,
    write: false,
    entryPoints: [SOURCE],
    outfile: 'page.js',
    bundle: true,
    platform: 'browser',
    target: 'es2022',
    format: 'esm',
    minify: true,
    alias,
    logLevel: 'warning',
  });
  const script = outputFiles[0].text;
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Covey</title>
<link rel="icon" href="data:image/svg+xml,${encodeURIComponent(icon)}">
</head>
<body>
<noscript>The dashboard needs JavaScript.</noscript>
<script type="module">${script}</script>
</body>
</html>
`;
  return { outputFiles: [{ path: join(root, PAGE), contents: Buffer.from(html) }] };
}
