import type { TranslationBundle } from '@jupyterlab/translation';
import { BridgeFailure } from '../bridge/bridge-client.js';
import { ManagerAwayError } from '../manager/manager-state.js';
import { failureText } from './failure-text.js';

const trans = { __: (text: string) => `translated: ${text}` } as TranslationBundle;

test.each([
  'ERR_COVEY_CLUSTER_NOT_FOUND',
  'ERR_COVEY_CLUSTER_EXISTS',
  'ERR_COVEY_AUTHENTICATION',
  'ERR_COVEY_BRIDGE_CLOSED',
])('%s is told in the language of the page', (code) => {
  expect(failureText(new BridgeFailure(code, 'as the kernel says it'), trans)).toMatch(/^translated: /);
});

test('so is why the manager is away; what a kernel says of other failures is told as it says it', () => {
  expect(failureText(new ManagerAwayError({ status: 'kernel-not-installed' }), trans)).toMatch(/^translated: /);
  expect(failureText(new BridgeFailure('ERR_COVEY_CLUSTER_START', 'its last words'), trans)).toBe('its last words');
});
