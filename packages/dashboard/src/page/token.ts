/**
 * The token by which the page reads the scheduler: kept for this tab only. It may come in the fragment of the address,
 * which browsers send nowhere, and is taken out of it at once; it is never part of an address that is asked for.
 */
const STORED = 'covey-token';

/** What is known from before or from the fragment. */
export function knownToken(): string | undefined {
  const given = new URLSearchParams(location.hash.slice(1)).get('token');
  if (given !== null) {
    history.replaceState(null, '', location.pathname);
    sessionStorage.setItem(STORED, given);
  }
  return sessionStorage.getItem(STORED) ?? undefined;
}

export function keepToken(token: string): void {
  sessionStorage.setItem(STORED, token);
}

export function forgetToken(): void {
  sessionStorage.removeItem(STORED);
}
