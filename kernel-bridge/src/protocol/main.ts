/**
 * The protocol thread: sockets, signatures, heartbeat, history and the order of messages, away from the main thread, so
 * that the kernel answers however busy a cell keeps it.
 */
import { writeSync } from 'node:fs';
import { parentPort, resourceLimits, workerData } from 'node:worker_threads';
import { cellFile } from '../channel/cell-file.js';
import { sendAnswer } from '../channel/answers.js';
import { Flags } from '../channel/flags.js';
import { DescriptorReader } from '../channel/descriptor-reader.js';
import { fatalWords } from '../channel/descriptors.js';
import type { FromMain, ProtocolThreadData, ToMain } from '../channel/messages.js';
import { RingReader } from '../channel/output-ring.js';
import { BridgeDesk } from '../bridge/bridge-desk.js';
import { BridgeThread } from '../bridge/bridge-thread.js';
import { CellFiles } from '../debugger/cell-files.js';
import { KernelDebugger } from '../debugger/kernel-debugger.js';
import { MainInspector } from '../debugger/main-inspector.js';
import { readConnectionFile } from './connection-file.js';
import { History, historyFile } from './history.js';
import { LanguageDesk } from '../language/desk.js';
import { LanguageThread } from '../language/language-thread.js';
import type { FromLanguage } from '../language/messages.js';
import { TypeChecks } from '../language/type-checks.js';
import { MainIntake } from './main-intake.js';
import { MainMailbox } from './main-mailbox.js';
import { MainInterrupter } from './interrupt.js';
import { MemoryWatch } from './memory-watch.js';
import { KernelProtocol } from './kernel-protocol.js';
import { MalformedMessageError, Wire } from './message.js';
import { MessageFactory } from './message-factory.js';
import { watchParent } from './parent-watch.js';
import { rehearse } from './rehearsal.js';
import { Sockets } from './sockets.js';

/** What main may take to end by itself before it is ended. */
const EXIT_GRACE_MS = 2000;

/** How often descriptors 1 and 2 are looked at. */
const DESCRIPTORS_BUSY_MS = 50;
const DESCRIPTORS_IDLE_MS = 400;

/** From when front ends can connect until the kernel prepares for its first cell. */
const WARM_UP_AFTER_MS = 50;

async function main(): Promise<void> {
  const port = parentPort;
  if (port === null) throw new Error('The protocol thread was started as a program');
  const data = workerData as ProtocolThreadData;
  const info = readConnectionFile(data.connectionFile);
  const flags = new Flags(data.flags);
  const ring = new RingReader(data.ring);
  const wire = new Wire(info.key);
  const factory = new MessageFactory();
  const mailbox = new MainMailbox((message) => port.postMessage(message));
  const inspector = new MainInspector();
  const cells = new CellFiles(process.pid);
  const kernelDebugger = new KernelDebugger(inspector, cells, (event) => protocol.onDebugEvent(event));
  const toMain = (message: ToMain): void => {
    if (message.type !== 'execute' || message.silent) {
      mailbox.send(message);
      return;
    }
    const file = cellFile(message.count);
    memory.begin();
    cells.add(file, message.code);
    mailbox.send(message, kernelDebugger.prepare(file));
  };
  const log = (line: string): void => {
    try {
      // Not by the stream, which goes through the main thread, and into the notebook.
      writeSync(data.descriptors.log, `covey kernel: ${line}\n`);
    } catch {
      // Nobody reads the log.
    }
  };
  const interrupter: MainInterrupter = new MainInterrupter(flags, toMain, inspector, {
    complain: (text) => protocol.complain(text),
    runningId: () => protocol.runningId,
    forced: () => protocol.onForced(),
  });
  let streamTimer: NodeJS.Timeout | undefined;
  let isEnding = false;
  let sockets: Sockets | undefined;
  const onLanguage = (message: FromLanguage): void => {
    desk.onLanguage(message);
    checks.onLanguage(message);
  };
  const language = new LanguageThread(onLanguage, log, () => {
    checks.onGone();
    desk.onGone();
  });
  const checks = new TypeChecks({
    toLanguage: (message) => language.send(message),
    after: (delayMs, then) => setTimeout(then, delayMs),
    warn: (id, text) => protocol.sayUnder(id, text),
  });
  const desk = new LanguageDesk({
    toMain,
    toLanguage: (message) => language.send(message),
    after: (delayMs, then) => setTimeout(then, delayMs),
  });
  const bridgeThread = new BridgeThread({
    onMessage: (message) => bridge.onBridge(message),
    onEnd: (why) => {
      log(`the bridge ended: ${why.message}`);
      bridge.onEnd(why);
    },
  });
  const bridge = new BridgeDesk({
    toBridge: (message) => bridgeThread.send(message),
    publish: (draft) => sockets?.send('iopub', wire.encode(factory.make(draft))),
    toNotebook: toMain,
    onManager: () => language.startWhenAsked(),
    onDrawing: (on) => toMain({ type: 'displays-drawn', on }),
  });

  const end = async (status: 0 | 1 = 0): Promise<void> => {
    if (isEnding) return;
    isEnding = true;
    clearTimeout(streamTimer);
    await sockets?.flushed();
    await sockets?.close();
    kernelDebugger.end();
    ring.close();
    flags.tellSocketsClosed();
    const exit = (): void => toMain({ type: 'exit', status });
    exit();
    // Main may be in a loop that never ends: first its code is stopped (which can take a message with it), then the process.
    const grace = setTimeout(() => inspector.terminate(exit), EXIT_GRACE_MS / 4);
    setTimeout(() => {
      clearTimeout(grace);
      process.kill(process.pid, 'SIGKILL');
    }, EXIT_GRACE_MS);
  };
  // Not left to end this thread: the sockets have to be closed first.
  process.on('uncaughtException', (error) => {
    log(error instanceof Error ? (error.stack ?? error.message) : String(error));
    void end(1);
  });

  const history = new History(historyFile());
  const protocol = new KernelProtocol(
    {
      send: (channel, draft) => sockets?.send(channel, wire.encode(factory.make(draft))),
      toMain,
      interruptMain: (cellAgeMs) => interrupter.interrupt(cellAgeMs),
      onMainHere: () => interrupter.onMainHere(),
      answerBlocked: (answer) => sendAnswer(data.answers, flags, answer),
      shutdown: () => void end(),
      debug: (request) => kernelDebugger.request(request),
      nowMs: () => performance.now(),
      wakeStreamsIn: (delayMs) => {
        clearTimeout(streamTimer);
        streamTimer = setTimeout(() => protocol.wakeStreams(), delayMs);
      },
      onCell: (code) => language.send({ type: 'cell', code }),
      onReset: () => language.send({ type: 'reset' }),
      log,
    },
    history,
    desk,
    checks,
    bridge,
  );

  const bound = (sockets = await Sockets.bind(info, {
    onMessage: (channel, frames) => {
      try {
        protocol.onMessage(channel, wire.decode(frames));
      } catch (error) {
        if (!(error instanceof MalformedMessageError)) throw error;
        log(`a message on ${channel} was dropped: ${error.message}`);
      }
    },
    onSubscription: (topic) => protocol.onSubscription(topic),
    onFailure: (error) => {
      log(`a socket failed: ${String(error)}`);
      void end(1);
    },
  }));
  const descriptors = new DescriptorReader(data.descriptors.files, (name, text) => protocol.onDescriptor(name, text));
  let lastWords = fatalWords(data.descriptors.lastWords);
  if (lastWords !== undefined) log(`the kernel before this one ended: ${lastWords}`);
  const onMain = (said: FromMain): void => {
    if (lastWords !== undefined && said.type === 'executed') {
      protocol.complain(`The kernel had ended by itself before it was restarted: ${lastWords}\n`);
      lastWords = undefined;
    }
    protocol.onMain(said);
  };
  const memory = new MemoryWatch({
    // V8 counts young objects apart: 48 MB of them, 192 MB from Node 24 on. A thread is told of its own, which are as many.
    limitBytes: data.heapLimit - (resourceLimits.maxYoungGenerationSizeMb ?? 0) * 2 ** 20,
    processBytes: () => process.memoryUsage.rss(),
    heapBytes: () => inspector.heapBytes(),
    collect: () => inspector.collectGarbage(),
    after: (delayMs, then) => setTimeout(then, delayMs),
    stop: (reason) => {
      log(reason);
      interrupter.interrupt(0, reason);
    },
  });
  protocol.start();
  toMain({ type: 'begin' });
  // Whoever started the kernel is answered first.
  setTimeout(() => {
    toMain({ type: 'warm-up' });
    rehearse(history);
  }, WARM_UP_AFTER_MS).unref();
  language.startLater();
  const intake = new MainIntake({ ring, descriptors, onMessage: onMain, sockets: bound });
  port.on('message', () => intake.comeSoon());
  intake.take();
  const look = (): void => {
    intake.look();
    if (protocol.runningId === 0) memory.rest();
    setTimeout(look, protocol.runningId === 0 ? DESCRIPTORS_IDLE_MS : DESCRIPTORS_BUSY_MS);
  };
  look();
  watchParent(data.starter, (pid) => {
    log(`the process that started the kernel (${pid}) is gone`);
    void end();
  });
}

void main().catch((error: unknown) => {
  // As any other error of this thread.
  setImmediate(() => {
    throw error;
  });
});
