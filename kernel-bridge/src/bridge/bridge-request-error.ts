/** A front end asked for something that there is not, or in a way that means nothing. */
export class BridgeRequestError extends Error {
  override readonly name = 'BridgeRequestError';
  readonly code = 'ERR_COVEY_BRIDGE_REQUEST';
}
