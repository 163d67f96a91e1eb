/** Payloads of displays, as anybody may have written them: notebooks are edited by hand, and by later versions. */
import { DISPLAY_VERSION, displayTypes, statusOfFutures } from '@covey/protocol/bridge';
import type { ClusterFigures, DisplayKind, DisplayPayloads } from '@covey/protocol/bridge';

/** A payload with its kind. */
export type IDisplayed = {
  [Kind in DisplayKind]: { readonly kind: Kind; readonly payload: DisplayPayloads[Kind] };
}[DisplayKind];

const kinds = Object.keys(displayTypes) as DisplayKind[];

/** The display in a bundle of representations; undefined when there is none that can be drawn. */
export function readDisplay(data: Readonly<Record<string, unknown>>): IDisplayed | undefined {
  for (const kind of kinds) {
    const payload = data[displayTypes[kind]];
    if (isRecord(payload) && payload['version'] === DISPLAY_VERSION && checks[kind](payload)) {
      return { kind, payload } as unknown as IDisplayed;
    }
  }
  return undefined;
}

/** In one word: the document is written when it changes. */
export function statusOf({ kind, payload }: IDisplayed): string {
  return kind === 'futures' ? statusOfFutures(payload.counts) : payload.status;
}

type Written = Readonly<Record<string, unknown>>;

const checks: Readonly<Record<DisplayKind, (payload: Written) => boolean>> = {
  future: ({ cluster, key, status, type, nbytes }) =>
    isTextOrNull(cluster) &&
    isText(key) &&
    isText(status) &&
    isTextOrNull(type) &&
    (nbytes === null || isNumber(nbytes)),
  futures: ({ cluster, name, total, counts, types, nbytes }) =>
    isTextOrNull(cluster) &&
    isText(name) &&
    isNumber(total) &&
    areCounts(counts) &&
    areTexts(types) &&
    isNumber(nbytes),
  executor: ({ cluster, address, status, figures }) =>
    isTextOrNull(cluster) && isText(address) && isText(status) && areFigures(figures),
  cluster: ({ cluster, kind, address, status, figures }) =>
    isText(cluster) && isText(kind) && isText(address) && isText(status) && areFigures(figures),
};

function areFigures(written: unknown): written is ClusterFigures | null {
  if (written === null) return true;
  if (!isRecord(written)) return false;
  const { workers, threads, heldBytes, memoryLimit, counts } = written;
  return [workers, threads, heldBytes, memoryLimit].every(isNumber) && areCounts(counts);
}

function areCounts(written: unknown): boolean {
  return isRecord(written) && Object.values(written).every(isNumber);
}

function areTexts(written: unknown): boolean {
  return Array.isArray(written) && written.every(isText);
}

function isRecord(written: unknown): written is Written {
  return typeof written === 'object' && written !== null && !Array.isArray(written);
}

function isText(written: unknown): written is string {
  return typeof written === 'string';
}

function isTextOrNull(written: unknown): written is string | null {
  return written === null || isText(written);
}

function isNumber(written: unknown): written is number {
  return typeof written === 'number' && Number.isFinite(written);
}
