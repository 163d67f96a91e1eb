/**
 * `covey jupyter`: makes the TypeScript kernel known to Jupyter. The kernel is a package of its own, which knows this one
 * and not the other way round: it is loaded when it is there.
 */
import type { Command } from 'commander';
import { UsageError } from '../failure.js';
import type { CommandContext } from '../program.js';

interface InstallTarget {
  readonly sysPrefix?: boolean;
  readonly prefix?: string;
}

/** What this command needs of the kernel's package. */
interface KernelPackage {
  readonly installKernel: (target: InstallTarget) => string;
  readonly uninstallKernel: (target: InstallTarget) => string | undefined;
  readonly examine: () => readonly { readonly isFine: boolean; readonly what: string; readonly remedy?: string }[];
}

const KERNEL_PACKAGE: string = '@covey/kernel';

export function addJupyterCommand(program: Command, context: CommandContext): void {
  const { terminal } = context;
  const jupyter = program.command('jupyter').description('the TypeScript kernel for JupyterLab, Notebook and VS Code');
  addTargetFlags(jupyter.command('install').description('make the kernel known to Jupyter')).action(
    async (flags: Record<string, unknown>) => {
      const folder = (await loadKernelPackage()).installKernel(targetOf(flags));
      terminal.out(`The TypeScript kernel is installed in ${folder}`);
    },
  );
  addTargetFlags(jupyter.command('uninstall').description('take the kernel away again')).action(
    async (flags: Record<string, unknown>) => {
      const folder = (await loadKernelPackage()).uninstallKernel(targetOf(flags));
      terminal.out(folder === undefined ? 'There was no TypeScript kernel.' : `Removed ${folder}`);
    },
  );
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
