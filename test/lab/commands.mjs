/** Running commands: shown when they fail, or as they go. */
import { spawnSync } from 'node:child_process';

export function succeeds(command, args, options = {}) {
  return spawnSync(command, args, { stdio: 'ignore', ...options }).status === 0;
}

export function outputOf(command, args, options = {}) {
  const { status, stdout } = spawnSync(command, args, { encoding: 'utf8', ...options });
  return status === 0 ? stdout.trim() : undefined;
}

/** Shows what a command said only when it failed. */
export function quietly(command, args, options = {}) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', ...options });
  if (status === 0) return true;
  const said = `${stdout ?? ''}${stderr ?? ''}`.trimEnd().split('\n').slice(-20).join('\n');
  console.error(`${command} ${args.join(' ')} failed: ${error?.message ?? ''}\n${said}`);
  return false;
}

export function isRoot() {
  return process.getuid?.() === 0;
}

export function aptInstall(packages, timeout) {
  if (!isRoot() || !succeeds('apt-get', ['--version'])) return false;
  console.log(`apt-get install ${packages.join(' ')}`);
  const options = { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }, timeout };
  const install = () => succeeds('apt-get', ['install', '-y', '--no-install-recommends', ...packages], options);
  // The list of packages may be missing or old.
  return install() || (quietly('apt-get', ['update'], options) && install());
}
