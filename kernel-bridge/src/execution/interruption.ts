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

/** What a cell gets that was about to fill all memory. */
export class OutOfMemoryError extends Error {
  override readonly name = 'OutOfMemoryError';
  readonly code = 'ERR_COVEY_OUT_OF_MEMORY';

  constructor(message: string) {
    super(message);
    this.stack = `OutOfMemoryError: ${message}`;
  }
}
