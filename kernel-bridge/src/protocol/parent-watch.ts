/**
 * Ends a kernel whose front end died without saying so: the process that started it is then no longer its parent.
 */

const INTERVAL_MS = 1000;

export function watchParent(onGone: () => void): void {
  const parent = process.ppid;
  // Started by the system's first process, or in a container of its own: it never changes, and says nothing.
  if (parent <= 1) return;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    onGone();
  }, INTERVAL_MS);
  timer.unref();
}
