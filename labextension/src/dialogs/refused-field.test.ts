import type { ClusterKindForm } from '@covey/protocol/bridge';
import { BridgeFailure } from '../bridge/bridge-client.js';
import { WHOLE_FORM } from './cluster-draft.js';
import { refusedField } from './refused-field.js';

const formOf = (...names: string[]): ClusterKindForm => ({
  ...{ name: 'kind', label: '', summary: '' },
  fields: names.map((name) => ({ name, label: '', help: '', defaultMeans: '', isRequired: false, type: 'text' })),
});
const existing = formOf('address', 'secretFile');

test.each([
  ['the field that the kernel names', new BridgeFailure('ERR_COVEY_CLUSTER_EXISTS', '', 'name'), existing, 'name'],
  [
    'the minutes, which the kernel counts in milliseconds',
    new BridgeFailure('E', '', 'idleTimeoutMs'),
    existing,
    'idleMinutes',
  ],
  ['the address where nobody is', new BridgeFailure('ERR_COVEY_CONNECT', ''), existing, 'address'],
  [
    'a name that stands for an address',
    new BridgeFailure('ERR_COVEY_CLUSTER_NOT_FOUND', '', 'name'),
    existing,
    'address',
  ],
  ['the secret', new BridgeFailure('ERR_COVEY_AUTHENTICATION', ''), existing, 'secretFile'],
  ['no field where the form has none for it', new BridgeFailure('ERR_COVEY_SECRET', ''), formOf('workers'), WHOLE_FORM],
  ['no field where nothing is known', new BridgeFailure('ERR_COVEY_CLUSTER_START', ''), existing, WHOLE_FORM],
  ['no field of what is no answer', new Error(), existing, WHOLE_FORM],
])('%s', (_, error, form, field) => {
  expect(refusedField(error, form)).toBe(field);
});
