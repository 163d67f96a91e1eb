/** Errors as the bridge tells them: a code for programs, a message for people. */
import type { BridgeError } from '@covey/protocol/bridge';

/** Of what has no code of its own. */
const OTHER = 'ERR_COVEY_BRIDGE_FAILED';

export function failureOf(error: unknown): BridgeError {
  if (!(error instanceof Error)) return { code: OTHER, message: String(error) };
  const { code, data } = error as { code?: unknown; data?: { option?: unknown } | undefined };
  const option = data?.option;
  return {
    code: typeof code === 'string' ? code : OTHER,
    message: error.message,
    ...(typeof option === 'string' && { option }),
  };
}
