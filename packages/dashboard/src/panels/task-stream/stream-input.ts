/** Moving about in the task stream: by wheel, by dragging, by keys. */
import type { StreamPainter } from './stream-painter.js';

export interface StreamActions {
  /** The view has changed. */
  changed(): void;
  /** The pointer stands at a place, or has left. */
  pointed(place: { readonly x: number; readonly y: number } | undefined): void;
  /** The run that is pointed at is to be shown by itself. */
  opened(): void;
  /** The focus moves by a run, or by a lane. */
  moved(how: 'before' | 'after' | 'up' | 'down'): void;
  fit(): void;
  follow(): void;
}

const ZOOM_STEP = 1.4;
/** A press that moves less is a click. */
const CLICK_PIXELS = 4;

/** Listens to a chart; what it returns ends that. */
export function listenToStream(painter: StreamPainter, actions: StreamActions): () => void {
  const { chart, view } = painter;
  const ending = new AbortController();
  const { signal } = ending;
  let pressed: { readonly id: number; readonly x: number; readonly y: number; isDrag: boolean } | undefined;
  let last = { x: 0, y: 0 };
  const placeOf = (event: MouseEvent) => {
    const { left, top } = chart.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };
  const zoom = (factor: number, at: number) => {
    // While it follows, the right edge stays.
    view.zoom(factor, view.isFollowing ? painter.width : at);
    actions.changed();
  };
  const scroll = (pixels: number) => {
    painter.scrollTop += pixels;
    painter.refresh();
    actions.changed();
  };

  chart.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault();
      const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 24 : 1;
      const [across, along] = [event.deltaX * unit, event.deltaY * unit];
      if (event.shiftKey || Math.abs(across) > Math.abs(along)) {
        view.pan(across || along);
        actions.changed();
      } else if (event.altKey) scroll(along);
      else zoom(Math.exp(Math.max(-200, Math.min(200, along)) / 400), placeOf(event).x);
    },
    { passive: false, signal },
  );
  chart.addEventListener(
    'pointerdown',
    (event) => {
      if (event.button !== 0) return;
      last = placeOf(event);
      pressed = { id: event.pointerId, ...last, isDrag: false };
      chart.setPointerCapture(event.pointerId);
    },
    { signal },
  );
  chart.addEventListener(
    'pointermove',
    (event) => {
      const place = placeOf(event);
      if (pressed === undefined) {
        actions.pointed(place);
        return;
      }
      pressed.isDrag ||= Math.hypot(place.x - pressed.x, place.y - pressed.y) > CLICK_PIXELS;
      if (!pressed.isDrag) return;
      chart.classList.add('covey-mod-dragging');
      actions.pointed(undefined);
      view.pan(last.x - place.x);
      scroll(last.y - place.y);
      last = place;
    },
    { signal },
  );
  const release = (event: PointerEvent) => {
    const wasClick = pressed?.isDrag === false && event.type === 'pointerup';
    pressed = undefined;
    chart.classList.remove('covey-mod-dragging');
    if (wasClick) actions.opened();
  };
  chart.addEventListener('pointerup', release, { signal });
  chart.addEventListener('pointercancel', release, { signal });
  chart.addEventListener('pointerleave', () => actions.pointed(undefined), { signal });
  chart.addEventListener('blur', () => actions.pointed(undefined), { signal });
  chart.addEventListener(
    'keydown',
    (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const act = keyActions(event);
      if (act === undefined) return;
      event.preventDefault();
      event.stopPropagation();
      act();
    },
    { signal },
  );

  function keyActions({ key, shiftKey }: KeyboardEvent): (() => void) | undefined {
    const pan = (share: number) => () => {
      view.pan(share * painter.width);
      actions.changed();
    };
    const keys: Readonly<Record<string, () => void>> = {
      ArrowLeft: shiftKey ? () => actions.moved('before') : pan(-0.1),
      ArrowRight: shiftKey ? () => actions.moved('after') : pan(0.1),
      ArrowUp: shiftKey ? () => actions.moved('up') : () => scroll(-3 * painter.laneHeight),
      ArrowDown: shiftKey ? () => actions.moved('down') : () => scroll(3 * painter.laneHeight),
      PageUp: () => scroll(-painter.height),
      PageDown: () => scroll(painter.height),
      '+': () => zoom(1 / ZOOM_STEP, painter.width / 2),
      '=': () => zoom(1 / ZOOM_STEP, painter.width / 2),
      '-': () => zoom(ZOOM_STEP, painter.width / 2),
      '0': () => actions.fit(),
      f: () => actions.follow(),
      End: () => actions.follow(),
      Home: () => actions.fit(),
      Enter: () => actions.opened(),
      Escape: () => actions.pointed(undefined),
    };
    return keys[key];
  }

  return () => ending.abort();
}
