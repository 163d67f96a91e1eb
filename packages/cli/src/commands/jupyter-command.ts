/**
 * `covey jupyter`: makes the TypeScript kernel known to Jupyter. The kernel is a package of its own, which knows this one
 * and not the other way round: it is loaded when it is there.
 */
import { join } from 'node:path';
import { coveyHome } from '@covey/deploy/internal';
import type { Command } from 'commander';
import { UsageError } from '../failure.js';
import type { CommandContext } from '../program.js';
import { runJupyterLab } from './jupyter-lab.js';
import type { JupyterFolders } from './jupyter-lab.js';

interface InstallTarget {
  readonly sysPrefix?: boolean;
  readonly prefix?: string;
}

/** What this command needs of the kernel's package. */
interface KernelPackage {
  readonly installKernel: (target: InstallTarget) => string;
  readonly uninstallKernel: (target: InstallTarget) => string | undefined;
  readonly installLabExtension: (target: InstallTarget) => string | undefined;
  readonly uninstallLabExtension: (target: InstallTarget) => string | undefined;
  readonly userFolders: (environment: NodeJS.ProcessEnv) => JupyterFolders;
  readonly examine: () => readonly { readonly isFine: boolean; readonly what: string; readonly remedy?: string }[];
}

const KERNEL_PACKAGE: string = '@covey/kernel';

export function addJupyterCommand(program: Command, context: CommandContext): void {
  const { terminal } = context;
  const jupyter = program.command('jupyter').description('the TypeScript kernel for JupyterLab, Notebook and VS Code');
  addTargetFlags(
    jupyter.command('install').description('make the kernel, and the JupyterLab extension, known to Jupyter'),
  ).action(async (flags: Record<string, unknown>) => {
    await install(targetOf(flags), context);
  });
  addTargetFlags(jupyter.command('uninstall').description('take them away again')).action(
    async (flags: Record<string, unknown>) => {
      const { uninstallKernel, uninstallLabExtension } = await loadKernelPackage();
      const target = targetOf(flags);
      const removed = [uninstallKernel(target), uninstallLabExtension(target)].filter((folder) => folder !== undefined);
      if (removed.length === 0) terminal.out('There was no TypeScript kernel.');
      for (const folder of removed) terminal.out(`Removed ${folder}`);
    },
  );
  jupyter
    .command('lab')
    .description(
      'open JupyterLab with the kernel and the extension, from a folder of its own: nothing of yours is changed',
    )
    .argument('[args...]', 'for jupyter lab, after --')
    .action(async (args: string[]) => {
      const prefix = join(coveyHome(terminal.environment), 'jupyter');
      await install({ prefix }, context);
      const { userFolders } = await loadKernelPackage();
      context.status = await runJupyterLab(prefix, args, terminal, userFolders(terminal.environment));
    });
  jupyter
    .command('doctor')
    .description('tell what is found, what is wrong, and what to do')
    .action(async () => {
      const findings = (await loadKernelPackage()).examine();
      for (const { isFine, what, remedy } of findings) {
        terminal.out(`${isFine ? 'ok   ' : 'wrong'}  ${what}`);
        if (remedy !== undefined) terminal.out(`       ${remedy}`);
      }
      if (findings.some(({ isFine }) => !isFine)) context.status = 1;
    });
}

async function install(target: InstallTarget, { terminal }: CommandContext): Promise<void> {
  const { installKernel, installLabExtension } = await loadKernelPackage();
  terminal.out(`The TypeScript kernel is installed in ${installKernel(target)}`);
  const extension = installLabExtension(target);
  if (extension !== undefined) terminal.out(`The JupyterLab extension is installed in ${extension}`);
  else {
    terminal.err(
      'The JupyterLab extension is not there: npm install @covey/labextension (in a clone: npm run build:lab), then run this again.',
    );
  }
}

function addTargetFlags(command: Command): Command {
  return command
    .option('--user', "into the user's folder (the default)")
    .option('--sys-prefix', 'into the Python environment that is first on the PATH')
    .option('--prefix <dir>', 'into DIR/share/jupyter');
}

function targetOf(flags: Record<string, unknown>): InstallTarget {
  const given = ['user', 'sysPrefix', 'prefix'].filter((name) => flags[name] !== undefined);
  if (given.length > 1) throw new UsageError('choose one of --user, --sys-prefix and --prefix');
  const { prefix } = flags;
  if (typeof prefix === 'string') return { prefix };
  return flags['sysPrefix'] === true ? { sysPrefix: true } : {};
}

async function loadKernelPackage(): Promise<KernelPackage> {
  try {
    return (await import(KERNEL_PACKAGE)) as KernelPackage;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new UsageError('the kernel is not installed; run: npm install @covey/kernel', { cause: error });
  }
}
