/**
 * Why the kernel can't be installed, and what to do instead.
 */
export class InstallError extends Error {
  override readonly name = 'InstallError';
  readonly code = 'ERR_COVEY_JUPYTER_INSTALL';
}
