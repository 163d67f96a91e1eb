/** The reference page of errors, made of the registry, so that an error and its page are written in one place. */
import type { ErrorKind } from 'covey';

/** The text of docs/errors.md. */
export function errorsPage(kinds: readonly ErrorKind[]): string {
  const sections = kinds.map(
    ({ code, name, summary, remedy }) => `## ${code}\n\n\`${name}\`. ${summary}\n\n**What to do:** ${remedy}\n`,
  );
  return `# Errors

<!-- Made of the registry of errors by 'COVEY_WRITE_DOCS=1 npx jest test/docs/errors'; edit the declarations of the classes instead. -->

Everything that Covey throws on purpose is a \`CoveyError\` with a stable \`code\`, listed here; \`error.data\` has facts, \`error.cause\` what was underneath. Compare codes, or use
\`instanceof\` with the classes that \`covey\` exports: it holds across copies of the package. What your own functions throw is not among these: it arrives as what it was, with its class, fields,
\`cause\` and the stack that it had on the worker.

\`errorKinds()\` gives the same list to programs.

${sections.join('\n')}`;
}
