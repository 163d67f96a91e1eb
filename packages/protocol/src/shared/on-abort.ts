/**
 * Who wants to hear that a signal aborts. Hundreds of waits share one signal, as the calls of a view do, or all that a task waits for. Node takes
 * more than ten listeners of a signal for a leak and warns of it: so a signal has one of ours, which tells the others.
 */
interface Audience {
  readonly listeners: Set<() => void>;
  readonly tell: () => void;
}

const audiences = new WeakMap<AbortSignal, Audience>();

/** Calls the listener once, when the signal aborts. A listener that is added twice is called once. */
export function onAbort(signal: AbortSignal | undefined, listener: () => void): void {
  if (signal === undefined) return;
  let audience = audiences.get(signal);
  if (audience === undefined) {
    const listeners = new Set<() => void>();
    const tell = (): void => {
      audiences.delete(signal);
      for (const each of listeners) each();
    };
    audience = { listeners, tell };
    audiences.set(signal, audience);
    signal.addEventListener('abort', tell, { once: true });
  }
  audience.listeners.add(listener);
}

/** Takes back {@link onAbort}. Nothing stays on a signal that nobody waits for any more. */
export function offAbort(signal: AbortSignal | undefined, listener: () => void): void {
  const audience = signal === undefined ? undefined : audiences.get(signal);
  if (signal === undefined || audience === undefined) return;
  audience.listeners.delete(listener);
  if (audience.listeners.size > 0) return;
  audiences.delete(signal);
  signal.removeEventListener('abort', audience.tell);
}
