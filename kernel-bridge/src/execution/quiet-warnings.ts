/**
 * Node says once a process that the kernel's way to its loader is experimental: no news for who writes cells.
 */
const OURS = 'vm.USE_MAIN_CONTEXT_DEFAULT_LOADER';

export function quietOwnWarnings(): void {
  const emitWarning = process.emitWarning.bind(process) as (...args: unknown[]) => void;
  process.emitWarning = (...args: unknown[]) => {
    const [warning] = args;
    if (!String(warning).includes(OURS)) emitWarning(...args);
  };
}
