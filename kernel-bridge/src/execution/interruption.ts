/**
 * What a cell that waits gets when the user interrupts it.
 */
export class InterruptedError extends Error {
  override readonly name = 'KeyboardInterrupt';
  readonly code = 'ERR_COVEY_INTERRUPTED';

  constructor() {
    super('The cell was interrupted.');
    this.stack = 'KeyboardInterrupt: The cell was interrupted.';
  }
}
