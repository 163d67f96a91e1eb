import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { TranslationBundle } from '@jupyterlab/translation';
import { plainTranslator } from '@covey/dashboard';
import type { SkewedWelcome } from '../bridge/bridge-client.js';
import type { CoveyNotebook } from './covey-notebook.js';
import { SkewTeller } from './tell-skew.js';

const mockTold: { kind: string; text: string; actions: { label: string; callback: () => void }[] }[] = [];
jest.mock(
  '@jupyterlab/apputils',
  () => {
    const told =
      (kind: string) =>
      (text: string, { actions }: { actions: (typeof mockTold)[number]['actions'] }) =>
        mockTold.push({ kind, text, actions });
    return {
      Notification: { warning: told('warning'), error: told('error') },
      Dialog: { okButton: () => ({}) },
      showDialog: ({ body }: { body: string }) => mockTold.push({ kind: 'dialog', text: body, actions: [] }),
    };
  },
  { virtual: true },
);
beforeEach(() => mockTold.splice(0));

const notebook = (kernel: string): CoveyNotebook =>
  ({
    panel: {
      id: `panel of ${kernel}`,
      title: { label: 'A.ipynb' },
      sessionContext: { session: { kernel: { id: kernel } } },
    },
  }) as unknown as CoveyNotebook;

const welcome = (older: 'kernel' | 'front-end', works = true): SkewedWelcome => ({
  ...({ type: 'welcome', protocol: 1, covey: '0.0.9', mode: 'notebook', host: 'h', user: 'u' } as const),
  skew: { older, works, message: '' },
});

function teller(trans: object = plainTranslator): { skews: SkewTeller; done: string[] } {
  const done: string[] = [];
  const app = {
    shell: { activateById: (id: string) => done.push(id) },
    commands: { execute: (id: string) => done.push(id) },
  } as unknown as JupyterFrontEnd;
  return { skews: new SkewTeller(app, trans as TranslationBundle), done };
}

test('an older kernel is told of once, however often its comm opens, with a button that restarts it', () => {
  const { skews, done } = teller();
  for (const kernel of ['a', 'a', 'b']) skews.tell(notebook(kernel), welcome('kernel'));
  expect(mockTold.map(({ kind }) => kind)).toEqual(['warning', 'warning']);
  expect(mockTold[0]?.text).toMatch(/^A\.ipynb: the kernel is of Covey 0\.0\.9, older than this extension/);
  mockTold[0]?.actions[0]?.callback();
  expect(done).toEqual(['panel of a', 'notebook:restart-kernel']);
  mockTold[0]?.actions[1]?.callback();
  expect(mockTold.at(-1)).toMatchObject({ kind: 'dialog', text: expect.stringContaining('covey jupyter install') });
});

test('an older extension is told of once for all kernels', () => {
  const { skews } = teller();
  for (const kernel of ['a', 'b']) skews.tell(notebook(kernel), welcome('front-end'));
  expect(mockTold).toMatchObject([{ actions: [{ label: 'Reload the page' }, { label: 'How to update' }] }]);
});

test('sides that can’t talk to each other are an error', () => {
  teller().skews.tell(notebook('a'), welcome('kernel', false));
  expect(mockTold).toMatchObject([{ kind: 'error' }]);
});

test('all of it is translated', () => {
  const { skews } = teller({ __: () => '«»' });
  skews.tell(notebook('a'), welcome('kernel'));
  expect(mockTold).toMatchObject([{ text: '«»', actions: [{ label: '«»' }, { label: '«»' }] }]);
});
