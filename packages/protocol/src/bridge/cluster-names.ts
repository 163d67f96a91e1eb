/** Names of clusters, and what connects to one. */
const NAME = /^[a-z0-9](?:[a-z0-9._-]{0,61}[a-z0-9])?$/i;

/**
 * Whether a text can be the name of a cluster: letters, digits, and dots, dashes, underscores between them, up to 63.
 * An address is none, so that one argument can be either.
 */
export function isClusterName(text: string): boolean {
  return NAME.test(text);
}

/** The text that connects a cell or a program to a cluster: by its name, since nothing that is kept may hold a secret. */
export function connectionCode(cluster: string): string {
  return `import { Executor } from 'covey';\n\nconst executor = await Executor.connect('${cluster}');`;
}
