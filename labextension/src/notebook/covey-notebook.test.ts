import type { SubmittedCell } from '@covey/protocol/bridge';
import { CodeCell } from '@jupyterlab/cells';
import type { NotebookPanel } from '@jupyterlab/notebook';
import { ToldDisplays } from '../rendering/told-displays.js';
import { FakeKernel } from '../testing/fake-kernel.js';
import type { FakeConnection } from '../testing/fake-kernel.js';
import { FakeSignal } from '../testing/fake-signal.js';
import { CoveyNotebook } from './covey-notebook.js';

jest.mock('@jupyterlab/services', () => jest.requireActual('../testing/fake-services'), { virtual: true });
jest.mock('@jupyterlab/cells', () => ({ CodeCell: class {}, CodeCellModel: class {} }), { virtual: true });
jest.mock(
  '@lumino/coreutils',
  () => {
    let count = 0;
    return { UUID: { uuid4: () => `comm-${++count}` }, JSONExt: { deepEqual: () => false } };
  },
  { virtual: true },
);

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A notebook's panel, as far as it is looked at. */
class FakePanel {
  readonly disposed = new FakeSignal<void>();
  readonly context = { ready: Promise.resolve() };
  readonly isVisible = true;
  readonly isDisposed = false;
  readonly sessionContext = {
    session: undefined as { id: string; kernel: FakeConnection } | undefined,
    kernelChanged: new FakeSignal<void>(),
    statusChanged: new FakeSignal<string>(),
    connectionStatusChanged: new FakeSignal<string>(),
    iopubMessage: new FakeSignal<object>(),
  };
  readonly metadata: Record<string, unknown> = {};
  readonly model = {
    cells: Object.assign([], { changed: new FakeSignal<void>() }),
    metadataChanged: new FakeSignal<{ key: string }>(),
    getMetadata: (key: string) => this.metadata[key],
    setMetadata: (key: string, value: unknown) => void (this.metadata[key] = value),
    deleteMetadata: (key: string) => delete this.metadata[key],
  };
  /** Ids of cells; all without. */
  selected: string[] | undefined;
  readonly content: {
    model: FakePanel['model'];
    widgets: { model: { id: string } }[];
    isSelectedOrActive: (cell: { model: { id: string } }) => boolean;
  };

  constructor(...cellIds: string[]) {
    this.content = {
      model: this.model,
      widgets: cellIds.map((id) => ({ model: { id } })),
      isSelectedOrActive: ({ model: { id } }) => this.selected?.includes(id) !== false,
    };
  }

  /** Gives it a session with this kernel. */
  use(kernel: FakeKernel, id = 'session'): FakeConnection {
    const connection = kernel.connect();
    this.sessionContext.session = { id, kernel: connection };
    this.sessionContext.kernelChanged.emit();
    return connection;
  }

  delete(cellId: string): void {
    const { widgets } = this.content;
    widgets.splice(
      widgets.findIndex(({ model }) => model.id === cellId),
      1,
    );
    this.model.cells.changed.emit();
  }
}

function open(panel: FakePanel): CoveyNotebook {
  return new CoveyNotebook(panel as unknown as NotebookPanel, new ToldDisplays());
}

const cell = (cellId: string, notebook?: string): SubmittedCell => ({
  ...{ cellId, request: 'r', key: 'k', cluster: 'sums', state: 'pending', name: null },
  ...(notebook !== undefined && { notebook }),
});

async function twoNotebooks(): Promise<{ kernel: FakeKernel; panels: FakePanel[]; notebooks: CoveyNotebook[] }> {
  const kernel = new FakeKernel();
  const panels = [new FakePanel('a', 'copied'), new FakePanel('b', 'copied')];
  panels.forEach((panel, index) => panel.use(kernel, `session-${index}`));
  const notebooks = panels.map(open);
  await settled();
  return { kernel, panels, notebooks };
}

test('of two notebooks on one kernel each minds its own cells, also where one is a copy of the other', async () => {
  const { kernel, notebooks } = await twoNotebooks();
  kernel.say({ type: 'cell', cell: cell('copied', 'session-0') });
  kernel.say({ type: 'cell', cell: cell('b', 'session-1') });
  // Run by a front end that names no notebook.
  kernel.say({ type: 'cell', cell: cell('a') });
  const shown = notebooks.map((notebook) => ['a', 'b', 'copied'].filter((id) => notebook.submitted(id) !== undefined));
  expect(shown).toEqual([['a', 'copied'], ['b']]);
  await notebooks[0]?.cancel('copied');
  expect(kernel.asked.at(-1)).toMatchObject({
    method: 'cancel-cell',
    params: { cellId: 'copied', notebook: 'session-0' },
  });
});

test('a deleted cell is given up, and no cell of another notebook with it', async () => {
  const { kernel, panels } = await twoNotebooks();
  kernel.say({ type: 'cell', cell: cell('copied', 'session-0') });
  kernel.say({ type: 'cell', cell: cell('copied', 'session-1') });
  panels[1]?.delete('copied');
  panels[0]?.model.cells.changed.emit();
  await new Promise((resolve) => setTimeout(resolve));
  const given = kernel.asked.filter(({ method }) => method === 'give-up');
  expect(given.map(({ params }) => params)).toEqual([{ cellId: 'copied', notebook: 'session-1' }]);
});

test('a page that comes learns which cells run, and which cluster is used and why', async () => {
  const kernel = new FakeKernel();
  const used = { cluster: 'sums', reason: 'COVEY_CLUSTER names it' };
  kernel.answers = { submitted: [cell('a', 'session'), cell('a', 'other')], used, displays: [] };
  const panel = new FakePanel('a');
  panel.use(kernel);
  const notebook = open(panel);
  await settled();
  expect(notebook.submitted('a')).toMatchObject({ notebook: 'session' });
  expect(notebook.used).toEqual(used);
});

test('every cell that runs tells its notebook and the cluster that this one names', async () => {
  const panel = new FakePanel('a');
  const connection = panel.use(new FakeKernel());
  const notebook = open(panel);
  await settled();
  connection.asKernel.requestExecute({ code: '1' });
  notebook.cluster = 'sums';
  connection.asKernel.requestExecute({ code: '1' }, true, { cellId: 'a', covey: { submit: true } });
  expect(connection.executed).toEqual([
    { covey: { notebook: 'session' } },
    { cellId: 'a', covey: { notebook: 'session', cluster: 'sums', submit: true } },
  ]);
});

test('the cluster stands in the metadata beside what others wrote, and goes without a trace', () => {
  const panel = new FakePanel();
  const notebook = open(panel);
  notebook.cluster = 'sums';
  expect(panel.metadata).toEqual({ covey: { cluster: 'sums' } });
  notebook.cluster = undefined;
  expect(panel.metadata).toEqual({});
  panel.metadata['covey'] = { later: 1 };
  notebook.cluster = 'sums';
  notebook.cluster = undefined;
  expect(panel.metadata).toEqual({ covey: { later: 1 } });
});

test.each([['garbage'], [{ cluster: 7 }], [{ cluster: '' }], [null]])('the metadata %j names no cluster', (covey) => {
  const panel = new FakePanel();
  panel.metadata['covey'] = covey;
  expect(open(panel).cluster).toBeUndefined();
});

test('with a kernel that starts anew what ran is over, and its comm is opened again', async () => {
  const kernel = new FakeKernel();
  const panel = new FakePanel('a');
  const connection = panel.use(kernel);
  const notebook = open(panel);
  await settled();
  kernel.say({ type: 'cell', cell: cell('a', 'session') });
  const [before] = kernel.comms;
  connection.status = 'restarting';
  panel.sessionContext.statusChanged.emit('restarting');
  expect(notebook.submitted('a')).toBeUndefined();
  kernel.comms.clear();
  connection.status = 'idle';
  panel.sessionContext.connectionStatusChanged.emit('connected');
  await settled();
  expect(kernel.comms.size).toBe(1);
  expect(kernel.comms.has(before ?? '')).toBe(false);
  kernel.say({ type: 'cell', cell: cell('a', 'session') });
  expect(notebook.submitted('a')?.state).toBe('pending');
});

test('with a kernel of another language, or when it is closed, a notebook lets go of the comm', async () => {
  const kernel = new FakeKernel();
  const panel = new FakePanel('a');
  panel.use(kernel);
  const notebook = open(panel);
  await settled();
  const python = new FakeKernel('python3');
  panel.use(python);
  expect([notebook.isCovey, kernel.comms.size, python.comms.size]).toEqual([false, 0, 0]);
  panel.use(kernel);
  expect([notebook.isCovey, kernel.comms.size]).toEqual([true, 1]);
  panel.disposed.emit();
  expect(kernel.comms.size).toBe(0);
});

test('a cell that fails since the notebook’s cluster does not run is told of by the cluster’s name', async () => {
  const panel = new FakePanel('a');
  panel.use(new FakeKernel());
  const notebook = open(panel);
  await settled();
  const missed: string[] = [];
  notebook.clusterMissed.add((name) => missed.push(name));
  const fail = (ename: string): void =>
    panel.sessionContext.iopubMessage.emit({ header: { msg_type: 'error' }, parent_header: {}, content: { ename } });
  fail('ClusterNotFoundError');
  notebook.cluster = 'sums';
  fail('TypeError');
  fail('ClusterNotFoundError');
  expect(missed).toEqual(['sums']);
});

test.each([true, false])('a kernel of another version that works: %s is told of', async (works) => {
  const kernel = new FakeKernel();
  kernel.skew = { older: 'kernel', works, message: '' };
  const panel = new FakePanel('a');
  const notebook = open(panel);
  const skewed: string[] = [];
  notebook.skewed.add(({ skew }) => skewed.push(skew.older));
  panel.use(kernel);
  await settled();
  expect(skewed).toEqual(['kernel']);
});

test('what is selected can be run on the cluster when code is among it', async () => {
  const kernel = new FakeKernel();
  const panel = new FakePanel('text');
  const notebook = open(panel);
  panel.use(kernel);
  await settled();
  expect(notebook.canSubmit).toBe(false);
  const code = Object.assign(Object.create(CodeCell.prototype) as object, { model: { id: 'code' } });
  panel.content.widgets.push(code);
  expect(notebook.canSubmit).toBe(true);
  panel.selected = ['text'];
  expect(notebook.canSubmit).toBe(false);
});
