/** The text that connects a cell or a program to a cluster: by its name, since nothing that is kept may hold a secret. */
export function connectionCode(cluster: string): string {
  return `import { Executor } from 'covey';\n\nconst executor = await Executor.connect('${cluster}');\n`;
}
