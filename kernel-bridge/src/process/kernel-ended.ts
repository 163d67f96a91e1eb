/**
 * Why the process ends, for the cell that ran and for the log.
 */
/** As stacks know it, whatever cells put in its place. */
const exit: unknown = Reflect.get(process, 'exit');

/** The kernel ends with this cell. Its stack is where `process.exit` was called, if it was. */
export class KernelEnded extends Error {
  override readonly name = 'KernelEnded';
  readonly code = 'ERR_COVEY_KERNEL_ENDED';
  /** Code of the user's called `process.exit`. */
  readonly isAsked: boolean;

  /**
   * To be made while the process exits.
   * @param signal by which it was told to end.
   */
  constructor(status: number, signal: string | undefined) {
    const here: { stack?: string } = {};
    // From the frame that called it; without one, nobody did.
    Error.captureStackTrace(here, exit as () => void);
    const [, ...frames] = (here.stack ?? '').split('\n');
    const isAsked = signal === undefined && frames.length > 0;
    super(
      isAsked
        ? `process.exit(${status}) was called, and ended the kernel.`
        : signal === undefined
          ? `The kernel ended with status ${status} while this cell ran.`
          : `The kernel was told to end by ${signal} while this cell ran.`,
    );
    this.isAsked = isAsked;
    this.stack = [`${this.name}: ${this.message}`, ...(isAsked ? frames : [])].join('\n');
  }
}
