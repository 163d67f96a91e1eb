import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BridgeDesk } from '../bridge/bridge-desk.js';
import type { ExecuteOutcome, FromMain, ToMain } from '../channel/messages.js';
import { LanguageDesk } from '../language/desk.js';
import { TypeChecks } from '../language/type-checks.js';
import { History } from './history.js';
import { KernelProtocol, unitsOf } from './kernel-protocol.js';
import type { AskingChannel } from './kernel-protocol.js';
import type { Dictionary, Message } from './message.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'covey-protocol-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const ok: ExecuteOutcome = { status: 'ok', userExpressions: {}, payload: [] };
const failed: ExecuteOutcome = { status: 'error', ename: 'Error', evalue: 'no', traceback: [] };

const nothing = (): void => undefined;

/** The protocol with everything around it written down, one line for each thing that is said. */
class World {
  /** The kernel's clock, and the front end's, which is far off. */
  nowMs = 1000;
  readonly lines: string[] = [];
  readonly toMain: ToMain[] = [];
  readonly protocol: KernelProtocol;
  isForceOver = true;
  readonly #desk: LanguageDesk;
  #debugAnswer: (content: Dictionary) => void = () => undefined;

  constructor() {
    this.#desk = new LanguageDesk({ toMain: () => undefined, toLanguage: () => undefined, after: () => undefined });
    this.protocol = new KernelProtocol(
      {
        send: (channel, { type, content, parent }) => {
          const { execution_state: state, status } = content as { execution_state?: string; status?: string };
          const what = state ?? [type, status].filter((part) => part !== undefined).join(' ');
          this.lines.push(`${channel === 'iopub' ? '' : `${channel}: `}${what} ${parent?.msg_id ?? '-'}`);
        },
        toMain: (message) => {
          this.toMain.push(message);
          this.lines.push(`→ ${message.type}`);
        },
        interruptMain: (cellAgeMs) => this.lines.push(`interrupt after ${cellAgeMs} ms`),
        answerBlocked: ({ value }) => this.lines.push(`answer ${value}`),
        onMainHere: () => {
          this.lines.push('main is here');
          return this.isForceOver;
        },
        shutdown: () => this.lines.push('shutdown'),
        nowMs: () => this.nowMs,
        wakeStreamsIn: () => undefined,
        debug: () => new Promise((resolve) => (this.#debugAnswer = resolve)),
        onCell: () => undefined,
        onReset: () => undefined,
        log: (line) => this.lines.push(`log: ${line}`),
      },
      new History(join(folder, 'history.jsonl')),
      this.#desk,
      new TypeChecks({ toLanguage: nothing, after: nothing, warn: nothing }),
      new BridgeDesk({
        toBridge: nothing,
        publish: nothing,
        toNotebook: nothing,
        onManager: nothing,
        onDrawing: nothing,
      }),
    );
  }

  ready(): this {
    this.protocol.onMain({ type: 'ready' });
    return this;
  }

  /** A request by name; sent at a date of the front end's. */
  ask(name: string, type: string, content: Dictionary = {}, sentMs = 0, channel: AskingChannel = 'shell'): void {
    const header = { msg_id: name, session: 'front', username: 'u', msg_type: type, version: '5.3' };
    const date = new Date(Date.UTC(2030, 0) + sentMs).toISOString();
    const message: Message = {
      identities: [],
      header: { ...header, date },
      parent: {},
      metadata: {},
      content,
      buffers: [],
    };
    this.protocol.onMessage(channel, message);
  }

  cell(name: string, sentMs = 0, options: Dictionary = {}): void {
    this.ask(name, 'execute_request', { code: name, ...options }, sentMs);
  }

  say(message: FromMain): void {
    this.protocol.onMain(message);
  }

  /** Main is done with what it was given last. */
  executed(outcome: ExecuteOutcome = ok): void {
    this.say({ type: 'executed', id: this.protocol.runningId, outcome, written: [] });
  }

  async answerDebug(content: Dictionary): Promise<void> {
    this.#debugAnswer(content);
    await Promise.resolve();
  }

  /** What was said since the last time. */
  heard(): string[] {
    return this.lines.splice(0);
  }
}

describe('a cell', () => {
  test('waits until main is ready, then is busy, is handed over, and idle after its reply', () => {
    const world = new World();
    world.cell('a');
    expect(world.heard()).toEqual([]);
    world.ready();
    expect(world.heard()).toEqual(['→ execute', 'busy a', 'execute_input a']);
    world.say({ type: 'publish', id: world.protocol.runningId, kind: 'execute_result', content: { data: {} } });
    world.executed();
    expect(world.heard()).toEqual(['execute_result a', 'shell: execute_reply ok a', 'idle a']);
  });

  test('begins when the one before it has ended, in the order of arrival', () => {
    const world = new World().ready();
    for (const name of ['a', 'b', 'c']) world.cell(name);
    expect(world.heard()).toEqual(['→ execute', 'busy a', 'execute_input a']);
    world.executed();
    expect(world.heard()).toEqual(['shell: execute_reply ok a', 'idle a', '→ execute', 'busy b', 'execute_input b']);
    world.executed();
    world.executed();
    expect(world.heard().filter((line) => line.includes('reply'))).toEqual([
      'shell: execute_reply ok b',
      'shell: execute_reply ok c',
    ]);
  });

  test('prints before it is idle, also what was still being gathered', () => {
    const world = new World().ready();
    world.cell('a');
    const id = world.protocol.runningId;
    for (const text of ['1', '2', '3']) world.say({ type: 'stream', id, name: 'stdout', text });
    world.heard();
    world.executed();
    expect(world.heard()).toEqual(['stream a', 'shell: execute_reply ok a', 'idle a']);
  });

  test('keeps what it says later under its own name', () => {
    const world = new World().ready();
    world.cell('a');
    const id = world.protocol.runningId;
    world.executed();
    world.cell('b');
    world.heard();
    world.say({ type: 'publish', id, kind: 'display_data', content: {} });
    expect(world.heard()).toEqual(['display_data a']);
  });

  test('that is silent shows no input and counts for nothing', () => {
    const world = new World().ready();
    world.cell('a', 0, { silent: true });
    expect(world.heard()).toEqual(['→ execute', 'busy a']);
    world.executed();
    world.cell('b');
    expect(world.toMain.map((message) => (message.type === 'execute' ? message.count : 0))).toEqual([0, 1]);
  });
});

describe('while a cell runs', () => {
  test('the last word on iopub is busy, however many questions are answered', () => {
    const world = new World().ready();
    world.cell('a');
    world.heard();
    for (let n = 0; n < 100; n++) {
      world.ask(`i${n}`, 'kernel_info_request', {}, 0, n % 2 === 0 ? 'shell' : 'control');
      world.ask(`h${n}`, 'history_request', { hist_access_type: 'tail', n: 1 });
      world.ask(`c${n}`, 'is_complete_request', { code: '1 +' });
      const states = world.heard().filter((line) => /^(?:busy|idle) /.test(line));
      expect(states.at(-1)).toBe('busy a');
      expect(states).toHaveLength(9);
    }
  });

  test('an answer stands between its own busy and idle', () => {
    const world = new World().ready();
    world.cell('a');
    world.heard();
    world.ask('q', 'comm_info_request');
    expect(world.heard()).toEqual(['busy q', 'shell: comm_info_reply ok q', 'idle q', 'busy a']);
    world.ask('x', 'no_such_request');
    expect(world.heard()).toEqual([expect.stringContaining('no_such_request'), 'busy x', 'idle x', 'busy a']);
  });

  test('a debugger’s request is answered when its answer is there', async () => {
    const world = new World().ready();
    world.cell('a');
    world.heard();
    world.ask('d', 'debug_request', { command: 'threads' }, 0, 'control');
    expect(world.heard()).toEqual(['busy d']);
    world.protocol.onDebugEvent({ event: 'stopped' });
    await world.answerDebug({ success: true });
    expect(world.heard()).toEqual(['debug_event a', 'control: debug_reply d', 'idle d', 'busy a']);
  });

  test('an interrupt is passed on at once, with the cell’s age', () => {
    const world = new World().ready();
    world.cell('a');
    world.heard();
    world.nowMs += 70;
    world.ask('s', 'interrupt_request', {}, 0, 'control');
    expect(world.heard()).toEqual([
      'interrupt after 70 ms',
      'busy s',
      'control: interrupt_reply ok s',
      'idle s',
      'busy a',
    ]);
  });

  test('comms wait in the same line', () => {
    const world = new World().ready();
    world.cell('a');
    world.ask('m', 'comm_msg', { comm_id: '1', data: {} });
    world.heard();
    world.executed();
    expect(world.heard()).toEqual(['shell: execute_reply ok a', 'idle a', 'busy m', '→ comm']);
    world.say({ type: 'answered', id: world.protocol.runningId, live: undefined });
    expect(world.heard()).toEqual(['idle m']);
  });

  test('the end of the process answers whoever waits', () => {
    const world = new World().ready();
    world.cell('a');
    world.heard();
    world.say({ type: 'exiting', report: { ename: 'KernelEnded', evalue: 'over', traceback: ['over'] }, cell: 0 });
    expect(world.heard()).toEqual(['error a', 'shell: execute_reply error a', 'idle a', 'shutdown']);
    world.cell('b');
    expect(world.heard()).toEqual([]);
  });
});

describe('behind a cell that failed', () => {
  const replies = (world: World): string[] => world.heard().filter((line) => line.includes('_reply'));

  test('what waits is aborted, but not what asks to run all the same, nor comms', () => {
    const world = new World().ready();
    world.cell('a');
    world.cell('b');
    world.cell('c', 0, { stop_on_error: false });
    world.ask('m', 'comm_msg');
    world.heard();
    world.executed(failed);
    expect(world.heard()).toEqual([
      ...['error a', 'shell: execute_reply error a', 'idle a'],
      ...['busy b', 'shell: execute_reply aborted b', 'idle b'],
      ...['→ execute', 'busy c', 'execute_input c'],
    ]);
  });

  test('what was sent before the reply could be known is aborted when it arrives; what followed it never is', () => {
    const world = new World().ready();
    world.cell('a', 0);
    world.nowMs += 50;
    world.executed(failed);
    world.cell('b', 20);
    expect(replies(world)).toEqual(['shell: execute_reply error a', 'shell: execute_reply aborted b']);
    world.cell('c', 51);
    world.executed();
    expect(replies(world)).toEqual(['shell: execute_reply ok c']);
  });

  test('dates are cut to milliseconds: a cell that is sent in the very millisecond of the reply is run', () => {
    const world = new World().ready();
    // Sent at 0.9 ms, received at once, and replied to 0.2 ms later, at 1.1 ms of its sender's; cut, that is 0 and 1.
    world.cell('a', 0);
    world.nowMs += 0.2;
    world.executed(failed);
    world.cell('b', 1);
    world.executed();
    world.cell('c', 0);
    world.executed();
    expect(replies(world)).toEqual([
      'shell: execute_reply error a',
      'shell: execute_reply ok b',
      'shell: execute_reply ok c',
    ]);
  });

  test('what another front end sends is run', () => {
    const world = new World().ready();
    world.cell('a', 1000);
    world.nowMs += 500;
    world.executed(failed);
    world.heard();
    const header = { msg_id: 'b', session: 'other', username: 'u', msg_type: 'execute_request', version: '5.3' };
    const message = { identities: [], parent: {}, metadata: {}, content: { code: '1' }, buffers: [] };
    world.protocol.onMessage('shell', { ...message, header: { ...header, date: new Date(0).toISOString() } });
    expect(world.heard()).toContain('→ execute');
  });

  test('nothing is aborted when the cell says that its errors stop nothing', () => {
    const world = new World().ready();
    world.cell('a', 0, { stop_on_error: false });
    world.cell('b');
    world.executed(failed);
    world.executed();
    expect(replies(world)).toEqual(['shell: execute_reply error a', 'shell: execute_reply ok b']);
  });
});

describe('force', () => {
  test('that took a cell away before main began it is answered as an interrupt', () => {
    const world = new World().ready();
    world.cell('a');
    const expected = world.protocol.runningId;
    world.heard();
    world.say({ type: 'here', expected, running: 0 });
    expect(world.heard()).toEqual(['main is here', 'error a', 'shell: execute_reply error a', 'idle a']);
  });

  test('that left the cell alone changes nothing, nor does an answer about an older one', () => {
    const world = new World().ready();
    world.cell('a');
    const first = world.protocol.runningId;
    world.heard();
    world.say({ type: 'here', expected: first, running: first });
    world.executed();
    world.cell('b');
    world.heard();
    world.say({ type: 'here', expected: first, running: 0 });
    expect(world.heard()).toEqual(['main is here']);
    world.executed();
    expect(world.heard()).toEqual(['shell: execute_reply ok b', 'idle b']);
  });

  test('holds back what comes next until it is over', () => {
    const world = new World().ready();
    const here = { type: 'here', expected: 0, running: 0 } as const;
    world.protocol.onForced();
    world.cell('a');
    expect(world.heard()).toEqual([]);
    world.isForceOver = false;
    world.say(here);
    expect(world.heard()).toEqual(['main is here']);
    world.isForceOver = true;
    world.say(here);
    expect(world.heard()).toEqual(['main is here', '→ execute', 'busy a', 'execute_input a']);
  });

  test('that took a comm’s message away ends that', () => {
    const world = new World().ready();
    world.ask('m', 'comm_msg');
    const expected = world.protocol.runningId;
    world.heard();
    world.say({ type: 'here', expected, running: 0 });
    expect(world.heard()).toEqual(['main is here', 'idle m']);
  });
});

test('positions in code points become positions in UTF-16 units', () => {
  expect(unitsOf('a😀b', 0)).toBe(0);
  expect(unitsOf('a😀b', 2)).toBe(3);
  expect(unitsOf('a😀b', Number.POSITIVE_INFINITY)).toBe(4);
});
