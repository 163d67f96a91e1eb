/** Type-checks snippets, all in one program, as a user's compiler would: against the packages as they are built. */
import { join } from 'node:path';
import ts from 'typescript';
import { root } from './pages.js';

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
  types: ['node'],
  strict: true,
  noUncheckedIndexedAccess: true,
  noEmit: true,
  skipLibCheck: true,
};

/** What the compiler says of each snippet, by its name; those it has nothing to say of are left out. */
export function checkTypes(snippets: ReadonlyMap<string, string>): Record<string, string[]> {
  const names = new Map([...snippets.keys()].map((name, i) => [join(root, 'test/docs', `snippet-${i}.ts`), name]));
  const host = ts.createCompilerHost(OPTIONS);
  const { getSourceFile, fileExists, readFile } = host;
  const textOf = (path: string) => {
    const name = names.get(path);
    // Without an import or export it would be a script, in which nothing may be awaited.
    return name === undefined ? undefined : `${snippets.get(name) ?? ''}\nexport {};\n`;
  };
  host.fileExists = (path) => names.has(path) || fileExists.call(host, path);
  host.readFile = (path) => textOf(path) ?? readFile.call(host, path);
  host.getSourceFile = (path, options, ...rest) => {
    const text = textOf(path);
    return text === undefined
      ? getSourceFile.call(host, path, options, ...rest)
      : ts.createSourceFile(path, text, options);
  };
  const program = ts.createProgram([...names.keys()], OPTIONS, host);
  const found: Record<string, string[]> = {};
  for (const { file, messageText, start = 0 } of ts.getPreEmitDiagnostics(program)) {
    const name = names.get(file?.fileName ?? '') ?? 'the compiler';
    const line = file?.text.split('\n')[file.getLineAndCharacterOfPosition(start).line]?.trim() ?? '';
    (found[name] ??= []).push(`${line}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`);
  }
  return found;
}

/** A snippet as plain JavaScript, which Node runs. */
export function toJavaScript(code: string): string {
  return ts.transpileModule(code, { compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext } })
    .outputText;
}
