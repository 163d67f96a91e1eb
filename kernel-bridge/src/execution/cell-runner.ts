/**
 * Runs cells, one at a time, on the main thread.
 *
 * An interrupt may tear down the stack at any point, so a cell's end never depends on this thread's own code going on:
 * whoever reads the interrupt's message settles the cell.
 */
import { randomUUID } from 'node:crypto';
import { constants, Script } from 'node:vm';
import { isLive } from '../cluster/live/live-displays.js';
import { cellFile } from '../channel/cell-file.js';
import type { Written } from '../channel/descriptors.js';
import type { ExecuteOutcome, ExecuteRequest, RequestId } from '../channel/messages.js';
import { addFrames } from '../cells/added-frames.js';
import { compileCell } from '../cells/compile-cell.js';
import type { NotebookScope } from '../cells/notebook-scope.js';
import type { ModuleImporter } from '../cells/module-importer.js';
import { isShown } from '../display/display.js';
import type { Displays } from '../display/display.js';
import { bundleNow } from '../display/mime-bundle.js';
import type { MimeBundle } from '../display/mime-bundle.js';
import { adviceOnMagic, runMagic } from '../magics/all-magics.js';
import { parseMagic } from '../magics/magic.js';
import type { ParsedMagic } from '../magics/magic.js';
import type { Submission } from '../submit/submitted-cells.js';
import { checkedName } from '../magics/submit.js';
import { reportError } from './error-report.js';
import { inNextTurn } from './immediates.js';
import { InterruptedError, OutOfMemoryError } from './interruption.js';
import type { OriginalBuiltins } from './original-builtins.js';
import type { Output } from './output.js';
import { framesHere } from './stack-formatter.js';

type CellFunction = (variables: object, run: RunContext) => unknown;

/** What compiled cells call beside their variables. */
export interface RunContext {
  readonly wait: (value: unknown) => unknown;
  readonly import: (specifier: string, bound: readonly (readonly [string, string])[]) => Promise<void>;
  readonly constant: (name: string) => { value: unknown };
  readonly meta: object;
}

interface Running {
  readonly request: ExecuteRequest;
  rejectWait: ((error: Error) => void) | undefined;
}

export interface CellRunnerOptions {
  readonly scope: NotebookScope;
  readonly output: Output;
  readonly displays: Displays;
  readonly importer: ModuleImporter;
  /** The notebook's. */
  readonly folder: string;
  readonly builtins: OriginalBuiltins;
  /** Up to where the files of descriptors 1 and 2 are written now. */
  readonly written: () => readonly Written[];
  /** An interrupt ended something of the code by force: the cell hasn't come to its end, though what it waits for may go on. */
  readonly isTorn: () => boolean;
  /** Runs a cell on the cluster. */
  readonly submit: (submission: Submission) => Promise<void>;
}

const SOURCES_MAX = 2000;

export class CellRunner {
  readonly #options: CellRunnerOptions;
  readonly #sources = new Map<string, string>();
  readonly #cells = new Map<string, RequestId>();
  readonly #payload: Record<string, unknown>[] = [];
  #running: Running | undefined;
  #silentCount = 0;

  constructor(options: CellRunnerOptions) {
    this.#options = options;
  }

  get running(): ExecuteRequest | undefined {
    return this.#running?.request;
  }

  /** The text of a cell that was run, or of a module that one imported, by the name of its file in stacks. */
  sourceOf(file: string): string | undefined {
    return this.#sources.get(file) ?? this.#options.importer.sourceOf(file);
  }

  execute(request: ExecuteRequest): void {
    const running: Running = { request, rejectWait: undefined };
    this.#running = running;
    this.#payload.length = 0;
    this.#options.output.begin(request.id, request.silent, () => this.#run(running));
  }

  #run(running: Running): void {
    const { request } = running;
    const { builtins } = this.#options;
    const own = (work: (value: unknown) => void) => (value: unknown) => builtins.with(() => work(value));
    const fail = own((error) => {
      const { traceback, ...report } = this.report(error);
      const advice = adviceOnMagic(request.code, report.ename);
      const lines = advice === undefined ? traceback : [...traceback, '', advice];
      this.#conclude(running, { status: 'error', ...report, traceback: lines });
    });
    const isOver = (): boolean => this.#running !== running || this.#options.isTorn();
    const finish = (): void => {
      if (isOver()) return;
      const end = (userExpressions: Record<string, unknown>): void =>
        this.#conclude(running, { status: 'ok', userExpressions, payload: [...this.#payload] });
      if (Object.keys(request.userExpressions).length === 0) end({});
      else void this.#evaluateAll(request).then(end, fail);
    };
    const succeed = own((value) => {
      if (isOver()) return;
      try {
        const late =
          value === undefined || request.silent || isShown(value) ? undefined : this.#showResult(request, value);
        const pending = this.#options.displays.pendingOf(request.id);
        if (late === undefined && pending === undefined) finish();
        else Promise.all([late, pending]).then(finish).catch(fail);
      } catch (error) {
        fail(error);
      }
    });
    try {
      const magic = builtins.with(() => parseMagic(request.code));
      const value =
        request.covey.submit && magic?.name !== 'submit'
          ? new AsyncResult(this.#submit(request, checkedName(request.covey.name ?? '')))
          : magic === undefined
            ? this.#start(request.code, this.#fileOf(request), running)
            : this.#magic(magic, request);
      if (value instanceof AsyncResult) value.promise.then(succeed, fail);
      else succeed(value);
    } catch (error) {
      fail(error);
    }
  }

  /**
   * Ends the running cell, if it has not ended by itself.
   * @param reason when it isn't a person who ends it.
   */
  interrupt(reason?: string): void {
    const running = this.#running;
    if (running === undefined) return;
    const error = reason === undefined ? new InterruptedError() : new OutOfMemoryError(reason);
    running.rejectWait?.(error);
    // A cell that was waiting ends by itself now, and runs its `finally`; one that was torn down never does.
    inNextTurn(() => {
      if (this.#running === running) this.#settle(running, { status: 'error', ...this.report(error) });
    });
  }

  report(error: unknown): ReturnType<typeof reportError> {
    return reportError(error, (file) => this.sourceOf(file));
  }

  /** The cell that an error comes from: the outermost of its stack. Nothing when it shows none. */
  cellOf(error: unknown): RequestId | undefined {
    const stack = error instanceof Error && typeof error.stack === 'string' ? error.stack : '';
    const [file] = [...stack.matchAll(/\bcell-\d+\.ts(?=:)/g)].at(-1) ?? [];
    return file === undefined ? undefined : this.#cells.get(file);
  }

  #fileOf({ id, silent, count }: ExecuteRequest): string {
    if (!silent) this.#cells.set(cellFile(count), id);
    return silent ? `silent-${++this.#silentCount}.ts` : `cell-${count}.ts`;
  }

  #magic(call: ParsedMagic, request: ExecuteRequest): unknown {
    const { scope, output, folder } = this.#options;
    const value = runMagic(call, {
      scope,
      output,
      folder,
      compile: (code) => this.#compileWithin(request, code),
      submit: (name) => this.#submit(request, name),
      page: (text) => void this.#payload.push({ source: 'page', data: { 'text/plain': text }, start: 0 }),
    });
    return value instanceof Promise ? new AsyncResult(value) : value;
  }

  /** Compiles a part of a cell, where it stands in it. */
  #compileWithin(request: ExecuteRequest, code: string): () => unknown {
    const file = this.#fileOf(request);
    const before = request.code.slice(0, request.code.lastIndexOf(code));
    const blank = before.replace(/[^\n]/g, ' ');
    try {
      return this.#options.builtins.with(() => this.#compile(blank + code, file, undefined)).run;
    } finally {
      this.#sources.set(file, request.code);
    }
  }

  #submit(request: ExecuteRequest, name: string | undefined): Promise<void> {
    const { code, id, messageId, covey } = request;
    const file = this.#fileOf(request);
    this.#sources.set(file, code);
    const source = code.replace(/^(\s*)%%/, '$1//');
    return this.#options.submit({
      source,
      file,
      request: id,
      messageId,
      place: covey,
      name,
      waits: isUnattended(request),
    });
  }

  #start(code: string, file: string, running: Running | undefined): unknown {
    const { run, isAsync } = this.#options.builtins.with(() => this.#compile(code, file, running));
    const value = run();
    return isAsync ? new AsyncResult(value as Promise<unknown>) : value;
  }

  #compile(code: string, file: string, running: Running | undefined): { run: () => unknown; isAsync: boolean } {
    const { scope, importer } = this.#options;
    this.#sources.set(file, code);
    if (this.#sources.size > SOURCES_MAX)
      for (const oldest of this.#sources.keys()) {
        this.#sources.delete(oldest);
        this.#cells.delete(oldest);
        break;
      }
    const isVariable = (name: string): boolean => scope.isVariable(name);
    const compiled = compileCell(code, file, isVariable, (name) => scope.isUnknown(name));
    scope.prepare(compiled.declared);
    const script = new Script(compiled.code, {
      filename: file,
      lineOffset: -1,
      importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    });
    const cell = script.runInThisContext() as CellFunction;
    const context: RunContext = {
      wait: (awaited) => (running === undefined ? awaited : waitInterruptibly(awaited, running)),
      import: async (specifier, bound) => {
        // Now: when it fails, nothing leads back to the cell any more.
        const frames = framesHere();
        await importer.bind(specifier, bound, scope, frames);
      },
      constant: constantTarget(scope),
      meta: importer.meta,
    };
    const unmade = scope.unmade(compiled.used);
    const [first] = unmade;
    if (first === undefined) return { run: () => cell(scope.variables, context), isAsync: compiled.isAsync };
    const run = async (): Promise<unknown> => {
      try {
        await context.wait(scope.make(unmade));
      } catch (error) {
        throw addFrames(error, `    at ${file}:${compiled.lineOf(first)}`);
      }
      return cell(scope.variables, context);
    };
    return { run, isAsync: true };
  }

  /** @returns when the value will have said what it looks like, if that takes time. */
  #showResult(request: ExecuteRequest, value: unknown): Promise<void> | undefined {
    const publish = ({ data, metadata }: MimeBundle): void => {
      if (this.#running?.request !== request) return;
      this.#options.output.publish('execute_result', { execution_count: request.count, data, metadata });
    };
    if (isLive(value)) {
      // Front ends update displays, never results.
      this.#options.displays.show(value, randomUUID());
      return undefined;
    }
    const bundle = this.#options.displays.bundleOf(value);
    if (bundle instanceof Promise) return bundle.then(publish);
    publish(bundle);
    return undefined;
  }

  async #evaluateAll({ userExpressions }: ExecuteRequest): Promise<Record<string, unknown>> {
    const values: Record<string, unknown> = {};
    for (const [name, code] of Object.entries(userExpressions)) {
      try {
        const value = this.#start(code, 'expression.ts', undefined);
        const settled: unknown = value instanceof AsyncResult ? await value.promise : value;
        values[name] = { status: 'ok', ...bundleNow(settled) };
      } catch (error) {
        values[name] = { status: 'error', ...this.report(error) };
      }
    }
    return values;
  }

  /** Where nobody looks at the notebook later, it is saved after its last cell: with what its displays show by then. */
  #conclude(running: Running, outcome: ExecuteOutcome): void {
    const last = isUnattended(running.request) ? this.#options.displays.lastLook() : undefined;
    const settle = (): void => this.#settle(running, outcome);
    if (last === undefined) settle();
    else void last.then(settle, settle);
  }

  #settle(running: Running, outcome: ExecuteOutcome): void {
    if (this.#running !== running) return;
    this.#running = undefined;
    this.#options.displays.refresh();
    const { output, written } = this.#options;
    output.say({ type: 'executed', id: running.request.id, outcome, written: written() });
  }
}

/** Tells the promise of a cell that waits from a promise that is a cell's result. */
class AsyncResult {
  constructor(readonly promise: Promise<unknown>) {}
}

/** Without a person who could look at a cell later, as under nbconvert. Then a submitted cell ends with its task. */
function isUnattended({ allowStdin, covey }: ExecuteRequest): boolean {
  const setting = process.env['COVEY_WAIT'];
  return setting === '1' || (setting !== '0' && !allowStdin && covey.cellId === undefined);
}

/**
 * Top-level code waits for one thing at a time; an interrupt makes it throw there. What fails for lack of a file, a module
 * or a connection was made by no code of the user's: the place where he waits is all that leads back to it.
 */
function waitInterruptibly(awaited: unknown, running: Running): unknown {
  if ((typeof awaited !== 'object' && typeof awaited !== 'function') || awaited === null) return awaited;
  const frames = framesHere();
  return new Promise((resolve, reject) => {
    running.rejectWait = reject;
    // Resolving with the promise itself would lock this one in, and no interrupt could reject it.
    Promise.resolve(awaited).then(resolve, (error: unknown) =>
      reject((fromCell(error) ? error : addFrames(error, frames())) as Error),
    );
  });
}

/** Its stack has a line of a cell. */
function fromCell(error: unknown): boolean {
  return error instanceof Error && typeof error.stack === 'string' && /^\s+at .*\bcell-\d+\.ts:/m.test(error.stack);
}

function constantTarget(scope: NotebookScope): RunContext['constant'] {
  return (name) => ({
    get value(): unknown {
      return scope.variables[name];
    },
    set value(_: unknown) {
      throw new TypeError(`Assignment to constant variable '${name}'.`);
    },
  });
}
