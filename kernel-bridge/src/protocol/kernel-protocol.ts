/**
 * The kernel's side of Jupyter's protocol: which request is answered here at once, which waits in line for the main
 * thread, and what is said on iopub about each, in the right order. Knows no socket, thread or timer: it speaks through
 * its outlet, so that it can be tested message by message.
 *
 * Requests that change or run something stand in one line. All others are answered while a cell runs; since servers
 * and front ends take the last `status` for the kernel's, such an answer's `idle` is followed by the running cell's `busy`.
 */
import type { ErrorReport, ExecuteOutcome, FromMain, RequestId, ToMain } from '../channel/messages.js';
import type { BridgeDesk } from '../bridge/bridge-desk.js';
import { cellFile } from '../channel/cell-file.js';
import type { LanguageDesk } from '../language/desk.js';
import type { Problem } from '../language/messages.js';
import { describeProblems } from '../language/type-checks.js';
import type { TypeChecks } from '../language/type-checks.js';
import { asSubmitted } from '../submit/submitted-text.js';
import { coveyMetadata } from './covey-metadata.js';
import { completenessOf } from './completeness.js';
import type { History, HistoryEntry } from './history.js';
import { answerHistory } from './history-request.js';
import { kernelInfo } from './kernel-info.js';
import type { Draft } from './message-factory.js';
import type { Dictionary, Header, Message } from './message.js';
import { StreamCoalescer } from './stream-coalescer.js';

export type AskingChannel = 'shell' | 'control' | 'stdin';

/** What `Date` can tell apart, and most senders with it. */
const DATE_STEP_MS = 1;

export interface ProtocolOutlet {
  readonly send: (channel: AskingChannel | 'iopub', draft: Draft) => void;
  readonly toMain: (message: ToMain) => void;
  /** Stop what main does now. */
  readonly interruptMain: (cellAgeMs: number) => void;
  /** Answers a question for which main stands still. */
  readonly answerBlocked: (answer: { readonly number: number; readonly value: string }) => void;
  /** Main answered after its code was ended by force; returns whether that is over. */
  readonly onMainHere: () => boolean;
  /** All is said; end the process. */
  readonly shutdown: () => void;
  readonly nowMs: () => number;
  /** Ask for `wakeStreams` in so many milliseconds. */
  readonly wakeStreamsIn: (delayMs: number) => void;
  /** A request of the debug adapter protocol, and what it is answered. */
  readonly debug: (request: Dictionary) => Promise<Dictionary>;
  /** A cell was run; what it declares is known to later ones. */
  readonly onCell: (code: string) => void;
  /** What cells declared is forgotten. */
  readonly onReset: () => void;
  /** To the kernel's own log. */
  readonly log: (line: string) => void;
}

interface Pending {
  readonly id: RequestId;
  readonly channel: AskingChannel;
  readonly message: Message;
  readonly arrivedMs: number;
}

/** A cell failed: what its sender sent before this moment of its own clock, it sent without knowing. */
interface Failure {
  readonly session: string;
  readonly sentBeforeMs: number;
}

interface Running extends Pending {
  readonly startedMs: number;
  readonly count: number;
  readonly silent: boolean;
  readonly stopOnError: boolean;
  entry: HistoryEntry | undefined;
}

/** How many requests' headers are kept for what their timers and tasks say later. */
const PARENTS_MAX = 4096;

export class KernelProtocol {
  readonly #outlet: ProtocolOutlet;
  readonly #history: History;
  readonly #desk: LanguageDesk;
  readonly #checks: TypeChecks;
  readonly #bridge: BridgeDesk;
  readonly #streams: StreamCoalescer;
  readonly #queue: Pending[] = [];
  readonly #parents = new Map<RequestId, Header>();
  #running: Running | undefined;
  #failure: Failure | undefined;
  #question: Extract<FromMain, { type: 'ask' }> | undefined;
  #comms: Readonly<Record<string, string>> = {};
  #count = 0;
  #nextId = 1;
  /** A cell is done and answered, and is `idle` once its warnings are said. */
  #isFinishing = false;
  #isReady = false;
  /** Main's code is being ended by force, which would take with it what begins now. */
  #isForced = false;
  #lastCell: RequestId = 0;
  #isEnding = false;

  constructor(outlet: ProtocolOutlet, history: History, desk: LanguageDesk, checks: TypeChecks, bridge: BridgeDesk) {
    this.#bridge = bridge;
    this.#desk = desk;
    this.#checks = checks;
    this.#outlet = outlet;
    this.#history = history;
    this.#streams = new StreamCoalescer({
      emit: (id, name, text) => this.#publish(this.#parents.get(id), 'stream', { name, text }),
      wakeIn: (delayMs) => outlet.wakeStreamsIn(delayMs),
    });
  }

  /** Says that the kernel is there; before anything else. */
  start(): void {
    this.#publish(undefined, 'status', { execution_state: 'starting' });
  }

  /** The debugger tells something. */
  onDebugEvent(event: Dictionary): void {
    this.#streams.flush(this.#outlet.nowMs());
    this.#publish(this.#running?.message.header, 'debug_event', event);
  }

  wakeStreams(): void {
    this.#streams.wake(this.#outlet.nowMs());
  }

  onSubscription(topic: Uint8Array): void {
    const subscription = Buffer.from(topic).toString('utf8');
    this.#outlet.send('iopub', { type: 'iopub_welcome', content: { subscription }, identities: [topic] });
  }

  onMessage(channel: AskingChannel, message: Message): void {
    if (this.#isEnding) return;
    const pending: Pending = { id: this.#nextId++, channel, message, arrivedMs: this.#outlet.nowMs() };
    const type = message.header.msg_type;
    switch (type) {
      case 'execute_request':
      case 'comm_open':
      case 'comm_msg':
      case 'comm_close':
        if (this.#bridge.takes(message)) {
          this.#status(pending, 'busy');
          this.#settle(pending);
          return;
        }
        this.#queue.push(pending);
        this.#checks.hurry();
        this.#next();
        return;
      case 'kernel_info_request':
        this.#answer(pending, kernelInfo());
        return;
      case 'is_complete_request':
        this.#answer(pending, completenessOf(textOf(message.content, 'code')));
        return;
      case 'history_request':
        this.#answer(pending, answerHistory(this.#history, message.content));
        return;
      case 'comm_info_request':
        this.#answer(pending, this.#commInfo(message.content));
        return;
      case 'complete_request':
      case 'inspect_request':
        this.#ask(pending, type === 'complete_request' ? 'complete' : 'inspect');
        return;
      case 'interrupt_request':
        this.#outlet.interruptMain(this.#outlet.nowMs() - (this.#running?.startedMs ?? this.#outlet.nowMs()));
        this.#answer(pending, { status: 'ok' });
        if (this.#running !== undefined && this.#checks.drop(this.#running.id))
          this.#refuse(this.#running, interrupted());
        return;
      case 'debug_request':
        this.#status(pending, 'busy');
        void this.#outlet.debug(message.content).then((content) => this.#reply(pending, content));
        return;
      case 'shutdown_request':
        this.#shutdown(pending);
        return;
      case 'input_reply':
        this.#answered(textOf(message.content, 'value'));
        return;
      default:
        this.#outlet.log(`a message of the unknown type ${JSON.stringify(type)} was not answered`);
        this.#status(pending, 'busy');
        this.#settle(pending);
    }
  }

  onMain(said: FromMain): void {
    switch (said.type) {
      case 'ready':
        this.#isReady = true;
        this.#next();
        return;
      case 'stream':
        this.#streams.write(said.id, said.name, said.text, this.#outlet.nowMs());
        return;
      case 'publish':
        this.#streams.flush(this.#outlet.nowMs());
        if (said.kind === 'execute_result') this.#rememberOutput(said.id, said.content);
        this.#publish(this.#parents.get(said.id), said.kind, said.content, said.metadata, said.buffers);
        return;
      case 'executed':
        this.#executed(said.id, said.outcome);
        return;
      case 'answered':
        if (this.#running?.id === said.id) this.#finish(this.#running);
        else if (said.live !== undefined) this.#desk.onLive(said.id, said.live);
        return;
      case 'here':
        if (this.#outlet.onMainHere()) this.#isForced = false;
        this.#settleLost(said.expected, said.running);
        this.#next();
        return;
      case 'ask':
        this.#askFrontEnd(said);
        return;
      case 'notebook-answer':
      case 'notebook-failure':
      case 'cell-changed':
      case 'display-changed':
        this.#bridge.onNotebook(said);
        return;
      case 'descriptors':
        return;
      case 'typecheck':
        this.#checks.mode = said.mode;
        return;
      case 'reset':
        this.#outlet.onReset();
        return;
      case 'comm-targets':
        this.#comms = said.comms;
        return;
      case 'exiting':
        this.#exiting(said.report, said.cell);
    }
  }

  /** The request that main should be running; 0 for none. */
  get runningId(): RequestId {
    return this.#running?.id ?? 0;
  }

  onForced(): void {
    this.#isForced = true;
  }

  /** Native code or a child process wrote something: under the cell that runs, or the last one. */
  onDescriptor(name: 'stdout' | 'stderr', text: string): void {
    this.#streams.write(this.#running?.id ?? this.#lastCell, name, text, this.#outlet.nowMs());
  }

  /** Says a line under the cell that runs, or the last one. */
  complain(text: string): void {
    this.sayUnder(this.#running?.id ?? this.#lastCell, text);
  }

  /** Says a line under a cell. */
  sayUnder(id: RequestId, text: string): void {
    this.#streams.write(id, 'stderr', text, this.#outlet.nowMs());
    this.#streams.flush(this.#outlet.nowMs());
  }

  // The line of requests that run something.

  #next(): void {
    if (this.#running !== undefined || this.#isFinishing || !this.#isReady || this.#isForced || this.#isEnding) return;
    const pending = this.#queue.shift();
    if (pending === undefined) return;
    this.#remember(pending);
    if (pending.message.header.msg_type === 'execute_request') this.#execute(pending);
    else this.#comm(pending);
  }

  #execute(pending: Pending): void {
    const { content, header } = pending.message;
    const silent = content['silent'] === true;
    const stopOnError = content['stop_on_error'] !== false;
    if (stopOnError && this.#wasSentUnknowing(pending)) {
      this.#answer(pending, { status: 'aborted' });
      this.#next();
      return;
    }
    const code = textOf(content, 'code');
    const isStored = content['store_history'] !== false && !silent;
    if (isStored) this.#count++;
    const count = this.#count;
    const startedMs = this.#outlet.nowMs();
    const running: Running = { ...pending, startedMs, count, silent, stopOnError, entry: undefined };
    this.#running = running;
    if (!silent) this.#lastCell = pending.id;
    this.#streams.begin(startedMs);
    // What is said about it is said while main begins; what main says is heard later.
    this.#start(running, code);
    this.#status(pending, 'busy');
    if (!silent) this.#publish(header, 'execute_input', { code, execution_count: count });
    if (isStored && code.trim() !== '') running.entry = this.#history.add(count, code);
  }

  #start(running: Running, code: string): void {
    const { id, count, silent, message } = running;
    const run = (): void =>
      this.#outlet.toMain({
        ...{ type: 'execute', id, messageId: message.header.msg_id, code, count, silent },
        allowStdin: message.content['allow_stdin'] === true,
        userExpressions: expressionsOf(message.content['user_expressions']),
        covey: coveyMetadata(message.metadata),
      });
    if (silent) {
      run();
      return;
    }
    this.#checks.begin({ id, code, file: cellFile(count) }, (problems) => {
      if (problems.length === 0) run();
      else this.#refuse(running, typeErrors(cellFile(count), problems));
    });
  }

  /** The end of a cell that did not run. Its earlier run is over all the same, as when it fails in any other way. */
  #refuse(running: Running, report: ErrorReport): void {
    if (this.#running !== running) return;
    this.#outlet.toMain({ type: 'give-up', covey: coveyMetadata(running.message.metadata) });
    this.#ended(running, { status: 'error', ...report }, false);
  }

  #comm(pending: Pending): void {
    const { header, content, metadata, buffers } = pending.message;
    this.#status(pending, 'busy');
    this.#running = {
      ...pending,
      startedMs: this.#outlet.nowMs(),
      count: this.#count,
      silent: true,
      stopOnError: false,
      entry: undefined,
    };
    const event = header.msg_type as 'comm_open' | 'comm_msg' | 'comm_close';
    this.#outlet.toMain({ type: 'comm', id: pending.id, event, content, metadata, buffers });
  }

  #executed(id: RequestId, outcome: ExecuteOutcome): void {
    const running = this.#running;
    if (running?.id !== id) return;
    if (outcome.status === 'error' && isNoTypeScript.has(outcome.ename)) this.#checks.drop(id);
    this.#ended(running, outcome, true);
  }

  /** @param hasRun whether later cells can use what it declares. */
  #ended(running: Running, outcome: ExecuteOutcome, hasRun: boolean): void {
    this.#streams.flush(this.#outlet.nowMs());
    this.#running = undefined;
    const common = { execution_count: running.count };
    if (outcome.status === 'ok') {
      const { userExpressions: user_expressions, payload } = outcome;
      this.#sendReply(running, { status: 'ok', ...common, user_expressions, payload });
      this.#finishCell(running, hasRun);
      return;
    }
    const { ename, evalue, traceback } = outcome;
    const report = { ename, evalue, traceback };
    if (!running.silent) this.#publish(running.message.header, 'error', report);
    this.#sendReply(running, { status: 'error', ...common, ...report, payload: [], user_expressions: {} });
    // Before the wait for warnings: what is sent from now on, its sender sends knowing.
    const waiting = running.stopOnError ? this.#abortBehind(running) : [];
    this.#finishCell(running, hasRun, waiting);
  }

  /** A cell that was answered is idle when its warnings are said; nobody else waits for them. */
  #finishCell(running: Running, hasRun: boolean, aborted: readonly Pending[] = []): void {
    this.#isFinishing = true;
    // Behind the reply, and in this order: a cell is checked as one that isn't known yet.
    this.#checks.start(running.id);
    if (hasRun && !running.silent) this.#outlet.onCell(declaringText(running.message));
    const finish = (): void => {
      this.#isFinishing = false;
      this.#settle(running);
      for (const pending of aborted) {
        this.#status(pending, 'busy');
        this.#reply(pending, { status: 'aborted' });
      }
      this.#next();
    };
    if (this.#queue.length > 0 || aborted.length > 0) finish();
    else this.#checks.finish(running.id, finish);
  }

  /** Force may hit main between two requests, and take the next one with it before it has begun. */
  #settleLost(expected: RequestId, actual: RequestId): void {
    const running = this.#running;
    if (running === undefined || running.id !== expected || actual === expected) return;
    const isCell = running.message.header.msg_type === 'execute_request';
    if (isCell) this.#executed(expected, { status: 'error', ...interrupted() });
    else this.#finish(running);
  }

  /** What was sent before its sender could know of the error is not run: all that is here, and all that is on its way. */
  #abortBehind({ message: { header }, arrivedMs }: Running): Pending[] {
    // Dates are cut to milliseconds: one that is cut must not put what followed the reply before it.
    const sentBeforeMs = Date.parse(header.date) + this.#outlet.nowMs() - arrivedMs - DATE_STEP_MS;
    this.#failure = { session: header.session, sentBeforeMs };
    const isRun = ({ message }: Pending): boolean =>
      message.header.msg_type !== 'execute_request' || message.content['stop_on_error'] === false;
    const waiting = this.#queue.splice(0);
    this.#queue.push(...waiting.filter(isRun));
    return waiting.filter((pending) => !isRun(pending));
  }

  #wasSentUnknowing({ message: { header } }: Pending): boolean {
    const failure = this.#failure;
    return failure?.session === header.session && Date.parse(header.date) <= failure.sentBeforeMs;
  }

  #finish(running: Running): void {
    this.#streams.flush(this.#outlet.nowMs());
    this.#running = undefined;
    this.#settle(running);
    this.#next();
  }

  // Requests that are answered at once.

  #ask(pending: Pending, type: 'complete' | 'inspect'): void {
    const code = textOf(pending.message.content, 'code');
    const position = pending.message.content['cursor_pos'];
    const cursor = unitsOf(code, typeof position === 'number' ? position : Number.POSITIVE_INFINITY);
    this.#status(pending, 'busy');
    this.#desk.ask({ type, id: pending.id, code, cursor }, (content) => this.#reply(pending, content));
  }

  #commInfo(content: Dictionary): Dictionary {
    const wanted = content['target_name'];
    const all = { ...this.#comms, ...this.#bridge.comms };
    const comms = Object.entries(all).filter(([, target]) => wanted === undefined || wanted === target);
    return { status: 'ok', comms: Object.fromEntries(comms.map(([id, target_name]) => [id, { target_name }])) };
  }

  #shutdown(pending: Pending): void {
    const content = { status: 'ok', restart: pending.message.content['restart'] === true };
    this.#isEnding = true;
    this.#status(pending, 'busy');
    this.#streams.flush(this.#outlet.nowMs());
    this.#publish(pending.message.header, 'shutdown_reply', content);
    this.#reply(pending, content);
    this.#outlet.shutdown();
  }

  #askFrontEnd(question: Extract<FromMain, { type: 'ask' }>): void {
    const { prompt, isPassword } = question;
    this.#question = question;
    this.#streams.flush(this.#outlet.nowMs());
    const running = this.#running;
    if (running === undefined) return;
    const { identities, header } = running.message;
    this.#outlet.send('stdin', {
      type: 'input_request',
      content: { prompt, password: isPassword },
      parent: header,
      identities,
    });
  }

  #answered(value: string): void {
    const question = this.#question;
    if (question === undefined) return;
    this.#question = undefined;
    const { number, blocks } = question;
    if (blocks) this.#outlet.answerBlocked({ number, value });
    else this.#outlet.toMain({ type: 'input', number, value });
  }

  /** User code ends the process: who waits for its cell hears so. */
  #exiting(report: ErrorReport, cell: RequestId): void {
    this.#isEnding = true;
    const running = this.#running;
    this.#streams.flush(this.#outlet.nowMs());
    if (running === undefined) {
      if (cell !== 0) this.sayUnder(cell, `${report.traceback.join('\n')}\n`);
    } else {
      this.#publish(running.message.header, 'error', { ...report });
      this.#running = undefined;
      this.#reply(running, { status: 'error', execution_count: running.count, ...report });
    }
    this.#outlet.shutdown();
  }

  #answer(pending: Pending, content: Dictionary): void {
    this.#status(pending, 'busy');
    this.#reply(pending, content);
  }

  #reply(pending: Pending, content: Dictionary): void {
    this.#sendReply(pending, content);
    this.#settle(pending);
  }

  #sendReply({ channel, message: { header, identities } }: Pending, content: Dictionary): void {
    const type = header.msg_type.replace(/_request$/, '_reply');
    this.#outlet.send(channel, { type, content, parent: header, identities });
  }

  /** The end of a request: `idle`, and whoever still runs is still busy. */
  #settle(pending: Pending): void {
    this.#status(pending, 'idle');
    const running = this.#running;
    if (running !== undefined && running.id !== pending.id) this.#status(running, 'busy');
  }

  #status({ message }: Pending, state: 'busy' | 'idle'): void {
    this.#publish(message.header, 'status', { execution_state: state });
  }

  #publish(
    parent: Header | undefined,
    type: string,
    content: Dictionary,
    metadata?: Dictionary,
    buffers?: readonly Uint8Array[],
  ): void {
    const identities = [Buffer.from(`kernel.covey.${type}`)];
    this.#outlet.send('iopub', { type, content, parent, metadata, buffers, identities });
  }

  #remember({ id, message }: Pending): void {
    this.#parents.set(id, message.header);
    if (this.#parents.size <= PARENTS_MAX) return;
    const [oldest] = this.#parents.keys();
    if (oldest !== undefined) this.#parents.delete(oldest);
  }

  #rememberOutput(id: RequestId, content: Dictionary): void {
    const running = this.#running;
    const data = content['data'] as Dictionary | undefined;
    const text = data?.['text/plain'];
    if (running?.id === id && running.entry !== undefined && typeof text === 'string') running.entry.output = text;
  }
}

/** Errors of cells of which nothing was run: nobody wants to hear of their types too. */
const isNoTypeScript = new Set(['SyntaxError', 'MagicError']);

function interrupted(): ErrorReport {
  const evalue = 'The cell was interrupted.';
  return { ename: 'KeyboardInterrupt', evalue, traceback: [`KeyboardInterrupt: ${evalue}`] };
}

function typeErrors(file: string, problems: readonly Problem[]): ErrorReport {
  const [first] = problems;
  const lines = describeProblems(file, 'error', problems).trimEnd().split('\n');
  return { ename: 'TypeCheckError', evalue: first?.message ?? '', traceback: lines };
}

/** What a cell declares for others: a submitted one only the future of its result. */
function declaringText({ content, metadata }: Message): string {
  const { submit, name } = coveyMetadata(metadata);
  const code = textOf(content, 'code');
  return submit ? asSubmitted(code, name) : code;
}

function textOf(content: Dictionary, name: string): string {
  const value = content[name];
  return typeof value === 'string' ? value : '';
}

function expressionsOf(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(Object.entries(value).filter(([, code]) => typeof code === 'string'));
}

/** Jupyter counts code points, JavaScript UTF-16 units. */
export function unitsOf(text: string, codePoints: number): number {
  let units = 0;
  let seen = 0;
  for (const character of text) {
    if (seen++ >= codePoints) break;
    units += character.length;
  }
  return units;
}
