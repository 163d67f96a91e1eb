/**
 * The main thread's side of the kernel: takes the protocol thread's messages one by one, and looks after what user code
 * leaves behind (errors in timers, promises that nobody awaited, signals).
 */
import { AsyncResource } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import type { Worker } from 'node:worker_threads';
import type { AnswerReceiver } from '../channel/answers.js';
import type { Flags } from '../channel/flags.js';
import { Comms } from '../channel/comms.js';
import type { RequestId, ToMain } from '../channel/messages.js';
import type { Written } from '../channel/descriptors.js';
import type { RingWriter } from '../channel/output-ring.js';
import { ModuleImporter } from '../cells/module-importer.js';
import { NotebookScope } from '../cells/notebook-scope.js';
import type { ImportHost } from '../cells/runtime-helpers.js';
import { NotebookAnswers } from '../bridge/notebook-answers.js';
import { ClusterChoice } from '../cluster/cluster-choice.js';
import { provideCriticalSections } from '../cluster/critical-sections.js';
import { hostExecutors, WAITED_HINT } from '../cluster/executor-host.js';
import { NotebookExecutor } from '../cluster/notebook-executor.js';
import { exposeVariables } from '../debugger/notebook-variables.js';
import { Displays, provideDisplay } from '../display/display.js';
import { guardAsyncHooks } from '../execution/async-hooks.js';
import { captureStreams } from '../execution/capture-streams.js';
import { markChildOutput } from '../execution/child-output.js';
import { followCells } from '../execution/cell-context.js';
import { CellRunner } from '../execution/cell-runner.js';
import type { CellRunnerOptions } from '../execution/cell-runner.js';
import { provideCollector } from '../execution/collect-garbage.js';
import { keepDescriptors } from '../execution/keep-descriptors.js';
import { provideImmediates } from '../execution/immediates.js';
import { quietOwnWarnings } from '../execution/quiet-warnings.js';
import type { OriginalBuiltins } from '../execution/original-builtins.js';
import { Output } from '../execution/output.js';
import { rehearse } from '../execution/rehearsal.js';
import { formatStacks } from '../execution/stack-formatter.js';
import { SubmittedCells } from '../submit/submitted-cells.js';
import { completeLive } from '../language/live-completion.js';
import { inspectLive } from '../language/live-inspection.js';
import type { LiveAnswer } from '../language/messages.js';
import { provideInput } from '../execution/input.js';
import { KernelEnded } from './kernel-ended.js';
import type { Listen } from './kept-listeners.js';

export interface KernelParts {
  readonly thread: Worker;
  readonly ring: RingWriter;
  readonly flags: Flags;
  readonly answers: AnswerReceiver;
  /** Up to where the files of descriptors 1 and 2 are written now. */
  readonly written: () => readonly Written[];
  readonly builtins: OriginalBuiltins;
  /** On `process`, so that no cell can undo it. */
  readonly listen: Listen;
}

export interface Kernel {
  /** The last message: why the process ends. */
  readonly tellExit: (status: number, signal: string | undefined) => void;
}

/** @param first the message that has come already. */
export function startKernel(parts: KernelParts, first: ToMain): Kernel {
  const { thread, ring, flags, answers, written, builtins, listen } = parts;
  quietOwnWarnings();
  const hooks = guardAsyncHooks((isUnsafe) => (flags.isUnsafe = isUnsafe));
  provideImmediates();
  const critical = provideCriticalSections(flags);
  const output = new Output(ring, builtins);
  output.follow(followCells(() => output.cell));
  // Gray, which is what it has otherwise, is black in JupyterLab, also on black.
  inspect.styles.undefined = 'dim';
  captureStreams(output);
  keepDescriptors();
  provideCollector();
  markChildOutput(() => output.say({ type: 'descriptors', written: written() }));
  const scope = new NotebookScope();
  exposeVariables(scope.variables);
  const folder = process.cwd();
  const importer = new ModuleImporter(folder);
  const importHost: ImportHost = (...call) => importer.importDynamically(...call);
  Object.defineProperty(globalThis, Symbol.for('covey.import'), { value: importHost });
  const displays = new Displays(
    output,
    (error) => complain('Error while showing a value', error),
    (display) => output.say({ type: 'display-changed', display }),
  );
  const options: CellRunnerOptions = {
    ...{ scope, output, displays, importer, folder, builtins, written },
    isTorn: () => flags.isTorn,
    submit: (submission) => submittedCells.submit(submission),
  };
  const runner = new CellRunner(options);
  formatStacks(builtins, (file) => runner.sourceOf(file) !== undefined);
  scope.provide('require', importer.require);
  scope.provide('__filename', importer.meta.filename);
  scope.provide('__dirname', importer.meta.dirname);
  const choice = new ClusterChoice();
  const hosted = hostExecutors(output, choice);
  const notebookExecutor = new NotebookExecutor({
    scope,
    importer,
    choice,
    say: (line) => output.stream('stdout', line),
  });
  const submittedCells = new SubmittedCells({
    ...{ scope, importer, output, executor: notebookExecutor },
    report: (error) => runner.report(error),
    show: (future, cell) => output.under(cell, () => displays.show(future, randomUUID())),
    refresh: () => displays.refresh(),
  });
  const bridge = new NotebookAnswers({
    executor: notebookExecutor,
    cells: submittedCells,
    displays,
    say: (message) => output.say(message),
  });
  provideDisplay(scope, output, displays);
  const input = provideInput(scope, output, {
    isAllowed: () => runner.running?.allowStdin === true,
    waitForAnswer: (number) => answers.wait(number),
  });
  const comms = new Comms(output, (error) => complain('Error in a listener of a comm', error));
  scope.provide('comm', { open: comms.open.bind(comms), onOpen: comms.onOpen.bind(comms) });

  // What `AsyncLocalStorage` keeps of code that was ended by force ends with this.
  let context = new AsyncResource('COVEY_CELLS');
  const mend = (done?: () => void): void => {
    flags.seeForced();
    hooks.repair(done);
    // Only now: a resource takes over what the one on top of the stack keeps.
    context = new AsyncResource('COVEY_CELLS');
  };
  const answer = (id: RequestId, live: () => LiveAnswer | undefined): void => {
    output.say({ type: 'answered', id, live: builtins.with(live) });
  };
  const handle = (message: ToMain): void => {
    switch (message.type) {
      case 'execute':
        builtins.with(() => {
          notebookExecutor.nameInNotebook(message.covey.cluster);
          submittedCells.giveUp(message.covey);
        });
        runner.execute(message);
        return;
      case 'give-up':
        builtins.with(() => submittedCells.giveUp(message.covey));
        return;
      case 'complete':
        answer(message.id, () => completeLive(message.code, message.cursor, scope));
        return;
      case 'inspect':
        answer(message.id, () => inspectLive(message.code, message.cursor, scope));
        return;
      case 'comm':
        comms.handle(message);
        output.say({ type: 'answered', id: message.id, live: undefined });
        return;
      case 'notebook-request':
        void bridge.answer(message);
        return;
      case 'displays-drawn':
        displays.areDrawn = message.on;
        return;
      case 'input':
        input.answer(message.number, message.value);
        return;
      case 'interrupt':
        if (message.number <= flags.interruptSeen) return;
        if (flags.isTorn) mend();
        flags.resetCritical();
        input.interrupt();
        if (runner.running !== undefined && hosted.isWaiting(runner.running.id)) output.stream('stderr', WAITED_HINT);
        runner.interrupt(message.reason);
        flags.interruptSeen = message.number;
        return;
      case 'where':
        critical.repair();
        mend(() => output.say({ type: 'here', expected: message.expected, running: runner.running?.id ?? 0 }));
        return;
      case 'begin':
        output.say({ type: 'ready' });
        return;
      case 'warm-up':
        rehearse(options);
        return;
      case 'exit':
        process.exit(message.status);
    }
  };
  thread.on('message', (message: ToMain) => context.runInAsyncScope(handle, undefined, message));

  const complain = (what: string, error: unknown): void => {
    builtins.with(() => {
      const { traceback } = runner.report(error);
      const cell = output.knownCell ?? runner.cellOf(error) ?? output.cell;
      output.under(cell, () => output.stream('stderr', `${what}:\n${traceback.join('\n')}\n`));
    });
  };
  listen('uncaughtException', (error: unknown) => complain('Uncaught error', error));
  listen('unhandledRejection', (reason: unknown) => complain('Unhandled rejection', reason));

  handle(first);
  return {
    tellExit: (status, signal) => {
      const ended = new KernelEnded(status, signal);
      output.say({ type: 'exiting', report: runner.report(ended), cell: ended.isAsked ? output.cell : 0 });
    },
  };
}
