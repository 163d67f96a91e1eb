/** A store's value in a view, which is drawn anew when the store tells of changes. */
import * as React from 'react';

interface IChanges {
  add(listener: () => void): () => void;
}

export function useChanges<T>(changes: IChanges, read: () => T): T {
  return React.useSyncExternalStore(
    React.useCallback((changed: () => void) => changes.add(changed), [changes]),
    read,
  );
}
