/**
 * The debugger: Jupyter's `debug_request`, which speaks the debug adapter protocol, over V8's inspector. It lives in the
 * protocol thread, which answers while the main thread is paused. The engine's debugger is on only while a front end is attached.
 */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Debugger, Runtime } from 'node:inspector';
import { Breakpoints } from './breakpoints.js';
import { isCaughtAt } from './caught.js';
import { HASH_SEED } from './cell-files.js';
import type { CellFiles } from './cell-files.js';
import { compileExpression } from './expressions.js';
import type { MainInspector } from './main-inspector.js';
import { notebookExpression } from './notebook-variables.js';
import { hiddenPatterns, isHidden, PausedFrames, pathOfUrl } from './paused-frames.js';
import type { Script } from './paused-frames.js';
import { RemoteValues, textOf } from './remote-values.js';
import type { Variable } from './remote-values.js';

type Content = Readonly<Record<string, unknown>>;
type Command = (args: Content) => Promise<Content> | Content;

/** JavaScript has one thread for the notebook. */
const THREAD_ID = 1;
/** What is evaluated at a breakpoint can't be interrupted, so it ends by itself. */
const EVALUATE_TIMEOUT_MS = 5000;
const CAUGHT_FRAMES_MAX = 50;

/** A request that can't be served, and why. */
class DebugRequestError extends Error {
  override readonly name = 'DebugRequestError';
}

const filters = [
  { filter: 'all', label: 'Raised exceptions', default: false },
  { filter: 'uncaught', label: 'Uncaught exceptions', default: false },
] as const;

export class KernelDebugger {
  readonly #inspector: MainInspector;
  readonly #cells: CellFiles;
  readonly #onEvent: (event: Content) => void;
  readonly #breakpoints: Breakpoints;
  readonly #scripts = new Map<string, Script>();
  readonly #commands: Readonly<Record<string, Command>>;
  /** What is looked at while main is paused, and between pauses. */
  readonly #pausedValues: RemoteValues;
  readonly #notebookValues: RemoteValues;
  #frames: PausedFrames | undefined;
  #filters: ReadonlySet<string> = new Set();
  #isAttached = false;
  #isStepping = false;
  #reference = 0;
  #seq = 0;
  #line: Promise<unknown> = Promise.resolve();

  constructor(inspector: MainInspector, cells: CellFiles, onEvent: (event: Content) => void) {
    this.#inspector = inspector;
    this.#cells = cells;
    this.#onEvent = onEvent;
    const post = (method: string, params: object): Promise<unknown> => inspector.post(method, params);
    const nextReference = (): number => ++this.#reference;
    this.#breakpoints = new Breakpoints(post, cells);
    this.#pausedValues = new RemoteValues(post, 'covey-paused', nextReference);
    this.#notebookValues = new RemoteValues(post, 'covey-notebook', nextReference);
    inspector.on('Debugger.paused', (params: Debugger.PausedEventDataType) => void this.#onPaused(params));
    inspector.on('Debugger.resumed', () => this.#onResumed());
    inspector.on('Debugger.scriptParsed', ({ scriptId, url }: Debugger.ScriptParsedEventDataType) => {
      if (url !== '') this.#scripts.set(scriptId, { url, cellPath: cells.pathOf(url) });
    });
    this.#commands = this.#commandTable();
  }

  /** Requests are answered one after the other. */
  request(content: Content): Promise<Content> {
    const answer = this.#line.then(() => this.#answer(content));
    this.#line = answer;
    return answer;
  }

  /** @returns what a cell has to wait for before it may run under this name; mostly nothing. */
  prepare(file: string): Promise<void> | undefined {
    if (!this.#isAttached) return undefined;
    const path = this.#cells.pathOf(file);
    return path !== undefined && this.#breakpoints.has(path) ? this.#breakpoints.prepare(path, file) : undefined;
  }

  /** Before the process ends, which an attached inspector would hold up. */
  end(): void {
    this.#isAttached = false;
    this.#inspector.release();
  }

  async #answer(content: Content): Promise<Content> {
    const { seq, command } = content;
    const common = { type: 'response', request_seq: seq ?? 0, seq: ++this.#seq, command: command ?? '' };
    try {
      const handler = typeof command === 'string' ? this.#commands[command] : undefined;
      if (handler === undefined) throw new DebugRequestError(`This kernel's debugger knows no '${String(command)}'.`);
      const body = await handler(dictionaryOf(content['arguments']));
      return { ...common, success: true, body };
    } catch (error) {
      return { ...common, success: false, message: error instanceof Error ? error.message : String(error), body: {} };
    }
  }

  #commandTable(): Record<string, Command> {
    const step = (method: string): Command => {
      return async () => {
        this.#isStepping = method.startsWith('Debugger.step');
        await this.#inspector.post(method);
        return {};
      };
    };
    return {
      initialize: ({ clientID }) => {
        for (const values of [this.#pausedValues, this.#notebookValues]) values.omitsTypes = clientID === 'jupyterlab';
        const supported = { supportsConfigurationDoneRequest: true, supportsEvaluateForHovers: true };
        return { ...supported, exceptionBreakpointFilters: filters };
      },
      attach: () => this.#attach(),
      configurationDone: () => ({}),
      disconnect: () => this.#disconnect(),
      debugInfo: () => this.#info(),
      dumpCell: ({ code }) => ({ sourcePath: this.#cells.dump(textIn(code, 'code')) }),
      source: ({ source }) => ({ content: this.#source(pathIn(source)) }),
      modules: () => this.#modules(),
      setBreakpoints: async ({ source, breakpoints }) => {
        const lines = Array.isArray(breakpoints) ? breakpoints.map((point) => lineIn(point)) : [];
        return { breakpoints: await this.#breakpoints.set(pathIn(source), lines) };
      },
      setExceptionBreakpoints: ({ filters: wanted }) => this.#setExceptionBreakpoints(wanted),
      threads: () => ({ threads: [{ id: THREAD_ID, name: 'Notebook' }] }),
      stackTrace: ({ startFrame, levels }) => this.#stackTrace(numberOr(startFrame, 0), numberOr(levels, 0)),
      scopes: async ({ frameId }) => ({
        scopes: (await this.#frames?.scopes(frameId, () => this.#notebook(this.#pausedValues))) ?? [],
      }),
      variables: async ({ variablesReference, start, count }) => {
        const reference = numberOr(variablesReference, 0);
        const found = (await (this.#pausedValues.open(reference) ?? this.#notebookValues.open(reference))) ?? [];
        const from = numberOr(start, 0);
        return { variables: numberOr(count, 0) > 0 ? found.slice(from, from + numberOr(count, 0)) : found };
      },
      evaluate: async ({ expression, frameId }) => {
        const { name: _, value, ...variable } = await this.#evaluate(textIn(expression, 'expression'), frameId);
        return { result: value, ...variable };
      },
      inspectVariables: async () => ({ variables: await this.#inspectVariables() }),
      richInspectVariables: async ({ variableName, frameId }) => {
        const { value } = await this.#evaluate(textIn(variableName, 'variableName'), frameId);
        return { data: { 'text/plain': value }, metadata: {} };
      },
      copyToGlobals: ({ srcVariableName, dstVariableName, srcFrameId }) =>
        this.#copyToNotebook(
          textIn(srcVariableName, 'srcVariableName'),
          textIn(dstVariableName, 'dstVariableName'),
          srcFrameId,
        ),
      continue: async () => ({ ...(await step('Debugger.resume')({})), allThreadsContinued: true }),
      next: step('Debugger.stepOver'),
      stepIn: step('Debugger.stepInto'),
      stepOut: step('Debugger.stepOut'),
      pause: step('Debugger.pause'),
    };
  }

  // Attaching.

  async #attach(): Promise<Content> {
    if (!this.#isAttached) {
      this.#inspector.keep();
      await this.#inspector.post('Debugger.enable');
      await this.#inspector.post('Debugger.setBlackboxPatterns', { patterns: hiddenPatterns });
      this.#isAttached = true;
      await this.#applyFilters();
    }
    this.#emit('initialized', {});
    return {};
  }

  async #disconnect(): Promise<Content> {
    if (!this.#isAttached) return {};
    this.#isAttached = false;
    await this.#breakpoints.clear();
    this.#filters = new Set();
    this.#inspector.resume();
    await this.#pausedValues.forget();
    await this.#notebookValues.forget();
    await this.#inspector.post('Debugger.disable');
    this.#inspector.release();
    this.#scripts.clear();
    this.#frames = undefined;
    return {};
  }

  #info(): Content {
    return {
      isStarted: this.#isAttached,
      hashMethod: 'Murmur2',
      hashSeed: HASH_SEED,
      tmpFilePrefix: this.#cells.prefix,
      tmpFileSuffix: this.#cells.suffix,
      breakpoints: this.#breakpoints.list,
      stoppedThreads: this.#frames === undefined ? [] : [THREAD_ID],
      richRendering: false,
      copyToGlobals: true,
      exceptionPaths: filters.map(({ label }) => label),
    };
  }

  async #setExceptionBreakpoints(wanted: unknown): Promise<Content> {
    this.#filters = new Set(Array.isArray(wanted) ? wanted.map(String) : []);
    await this.#applyFilters();
    return {};
  }

  /** Of each exception the engine tells; which of them are nobody's is seen here. */
  async #applyFilters(): Promise<void> {
    if (!this.#isAttached) return;
    await this.#inspector.post('Debugger.setPauseOnExceptions', { state: this.#filters.size > 0 ? 'all' : 'none' });
  }

  // Stopping and going on.

  async #onPaused({ callFrames, reason, data, hitBreakpoints = [] }: Debugger.PausedEventDataType): Promise<void> {
    const frames = new PausedFrames(callFrames, this.#scripts, this.#pausedValues);
    const isException = reason === 'exception' || reason === 'promiseRejection';
    try {
      const isUnwanted = isException && !this.#filters.has('all') && (await this.#isCaught(frames));
      if (frames.isEmpty || isUnwanted) {
        this.#inspector.resume();
        return;
      }
    } catch {
      // Main went on meanwhile: an interrupt, or the end.
      return;
    }
    this.#frames = frames;
    const why = isException
      ? 'exception'
      : hitBreakpoints.length > 0
        ? 'breakpoint'
        : this.#isStepping
          ? 'step'
          : 'pause';
    const text = isException
      ? ((data as { description?: string } | undefined)?.description ?? '').split('\n')[0]
      : undefined;
    this.#emit('stopped', {
      reason: why,
      threadId: THREAD_ID,
      allThreadsStopped: true,
      ...(text === undefined ? {} : { text }),
    });
  }

  #onResumed(): void {
    const wasShown = this.#frames !== undefined;
    this.#frames = undefined;
    if (!wasShown) return;
    this.#emit('continued', { threadId: THREAD_ID, allThreadsContinued: true });
    if (this.#isAttached) this.#pausedValues.forget().catch(() => undefined);
  }

  async #isCaught(frames: PausedFrames): Promise<boolean> {
    for (const { location } of frames.calls.slice(0, CAUGHT_FRAMES_MAX)) {
      const script = await this.#inspector.post('Debugger.getScriptSource', { scriptId: location.scriptId });
      const { scriptSource } = script as Debugger.GetScriptSourceReturnType;
      const isWrapped = this.#scripts.get(location.scriptId)?.url.startsWith('file:') === false;
      const line = location.lineNumber + (isWrapped ? 1 : 0);
      if (isCaughtAt(scriptSource, line, location.columnNumber ?? 0)) return true;
    }
    return false;
  }

  #stackTrace(start: number, levels: number): Content {
    const all = this.#frames?.list ?? [];
    const stackFrames = all.slice(start, levels > 0 ? start + levels : undefined);
    return { stackFrames, totalFrames: all.length };
  }

  // Looking.

  async #evaluate(expression: string, frameId: unknown): Promise<Variable> {
    const call = this.#frames?.find(frameId);
    const locals = call === undefined ? new Set<string>() : await this.#frames?.localNames(frameId);
    const values = this.#frames === undefined ? this.#notebookValues : this.#pausedValues;
    const code = compileExpression(expression, locals ?? new Set(), await this.#notebookNames());
    const how = { objectGroup: values.group, generatePreview: true, silent: true, timeout: EVALUATE_TIMEOUT_MS };
    const params = { ...how, expression: code };
    const { result, exceptionDetails } = await this.#withInspector(
      async () =>
        (await (call === undefined
          ? this.#inspector.post('Runtime.evaluate', { ...params, disableBreaks: true })
          : this.#inspector.post('Debugger.evaluateOnCallFrame', {
              ...params,
              callFrameId: call.callFrameId,
            }))) as Runtime.EvaluateReturnType,
    );
    if (exceptionDetails !== undefined) {
      const { exception, text } = exceptionDetails;
      throw new DebugRequestError(
        exception === undefined ? text : (exception.description?.split('\n')[0] ?? textOf(exception)),
      );
    }
    return values.variable(expression, result);
  }

  async #copyToNotebook(from: string, to: string, frameId: unknown): Promise<Content> {
    await this.#evaluate(`${notebookExpression}[${JSON.stringify(to)}] = (${from})`, frameId);
    return {};
  }

  #inspectVariables(): Promise<Variable[]> {
    return this.#withInspector(async () => {
      await this.#notebookValues.forget();
      return this.#notebook(this.#notebookValues);
    });
  }

  async #notebookNames(): Promise<Set<string>> {
    const expression = `Object.getOwnPropertyNames(${notebookExpression})`;
    const found = await this.#withInspector(() =>
      this.#inspector.post('Runtime.evaluate', { expression, returnByValue: true }),
    );
    return new Set((found as Runtime.EvaluateReturnType).result.value as string[]);
  }

  /** What cells declared, and not what the kernel offers beside it. */
  async #notebook(values: RemoteValues): Promise<Variable[]> {
    const expression = `{ const all = {}; for (const name of Object.keys(${notebookExpression})) all[name] = ${notebookExpression}[name]; all }`;
    const found = await this.#inspector.post('Runtime.evaluate', { expression, objectGroup: values.group });
    const { objectId } = (found as Runtime.EvaluateReturnType).result;
    return objectId === undefined ? [] : values.properties(objectId);
  }

  /** Variables may be looked at while nobody is attached. */
  async #withInspector<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isAttached) return work();
    this.#inspector.keep();
    try {
      return await work();
    } finally {
      this.#inspector.release();
    }
  }

  #source(path: string): string {
    const cell = this.#cells.textOf(path);
    if (cell !== undefined) return cell;
    // Only what runs here: this is no way to read any file.
    if (![...this.#scripts.values()].some(({ url }) => pathOfUrl(url) === path))
      throw new DebugRequestError(`There is no source ${path} here.`);
    return readFileSync(path, 'utf8');
  }

  #modules(): Content {
    const urls = new Set(
      [...this.#scripts.values()].filter(({ cellPath }) => cellPath === undefined).map(({ url }) => url),
    );
    const paths = [...urls].filter((url) => !isHidden(url) && /^(?:file:|\/)/.test(url)).map(pathOfUrl);
    const modules = paths.map((path, index) => ({ id: index, name: basename(path), path }));
    return { modules, totalModules: modules.length };
  }

  #emit(event: string, body: Content): void {
    this.#onEvent({ seq: ++this.#seq, type: 'event', event, body });
  }
}

function dictionaryOf(value: unknown): Content {
  return typeof value === 'object' && value !== null ? (value as Content) : {};
}

function textIn(value: unknown, name: string): string {
  if (typeof value !== 'string') throw new DebugRequestError(`The request has no text '${name}'.`);
  return value;
}

function pathIn(source: unknown): string {
  return textIn(dictionaryOf(source)['path'], 'source.path');
}

function lineIn(breakpoint: unknown): number {
  const { line } = dictionaryOf(breakpoint);
  if (typeof line !== 'number') throw new DebugRequestError('A breakpoint has no line.');
  return line;
}

function numberOr(value: unknown, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise;
}
