import { plainTranslator } from '@covey/dashboard';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ManagerAwayError } from '../manager/manager-state.js';
import { tellFailure } from './tell-failure.js';

const mockTold: { text: string; labels: string[]; callbacks: (() => void)[] }[] = [];
const mockShown: unknown[] = [];
jest.mock(
  '@jupyterlab/apputils',
  () => ({
    Notification: {
      error: (text: string, { actions }: { actions: { label: string; callback: () => void }[] }) =>
        mockTold.push({
          text,
          labels: actions.map(({ label }) => label),
          callbacks: actions.map(({ callback }) => callback),
        }),
    },
    Dialog: { okButton: () => ({}) },
    showDialog: ({ title, body }: object & { title: string; body: string }) => mockShown.push([title, body]),
  }),
  { virtual: true },
);
beforeEach(() => mockTold.splice(0));

const trans = plainTranslator as TranslationBundle;

test('what went wrong is told, and no more is offered than helps', () => {
  tellFailure('Not stopped', new Error('no'), trans, () => undefined);
  expect(mockTold).toMatchObject([{ text: 'Not stopped: no', labels: [] }]);
});

test('trying again is offered where the manager was away', () => {
  const tried: string[] = [];
  tellFailure('Not stopped', new ManagerAwayError({ status: 'stopped' }), trans, () => tried.push('again'));
  expect(mockTold[0]?.labels).toEqual(['Try again']);
  mockTold[0]?.callbacks[0]?.();
  expect(tried).toEqual(['again']);
});

test('of what JupyterLab would cut all can be read', () => {
  const long = 'the reason '.repeat(20);
  tellFailure('Not stopped', new Error(long), trans);
  expect(mockTold[0]?.labels).toEqual(['Show all of it']);
  mockTold[0]?.callbacks[0]?.();
  expect(mockShown).toEqual([['Not stopped', long]]);
});
