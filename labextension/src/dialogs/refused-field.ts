/** Which field of the form a failed start is about: what is wrong is said there, and the keyboard is led there. */
import type { ClusterKindForm } from '@covey/protocol/bridge';
import { BridgeFailure } from '../bridge/bridge-client.js';
import { WHOLE_FORM } from './cluster-draft.js';

/** Of failures on the way to a cluster that was started elsewhere. */
const fields: Readonly<Record<string, string>> = {
  ERR_COVEY_ADDRESS: 'address',
  ERR_COVEY_CLUSTER_NOT_FOUND: 'address',
  ERR_COVEY_CONNECT: 'address',
  ERR_COVEY_AUTHENTICATION: 'secretFile',
  ERR_COVEY_SECRET: 'secretFile',
};

export function refusedField(error: unknown, form: ClusterKindForm | undefined): string {
  if (!(error instanceof BridgeFailure)) return WHOLE_FORM;
  const field = fields[error.code];
  if (form?.fields.some(({ name }) => name === field) === true) return field ?? WHOLE_FORM;
  if (error.option === 'idleTimeoutMs') return 'idleMinutes';
  return error.option ?? WHOLE_FORM;
}
