/** Figures that a real cluster once told, at the pace at which it told them: for benchmarks. One topic; others are silent. */
import type { FigureBatch, FigureTopic } from '@covey/protocol/bridge';
import type { FigureSource } from '../feed/figure-source.js';
import { decodeBatches } from '../feed/http-figure-source.js';

interface Told {
  readonly atMs: number;
  readonly batch: FigureBatch;
}

export class RecordedSource implements FigureSource {
  readonly #told: readonly Told[];
  #next = 0;
  #beganMs: number | undefined;

  constructor(recording: ArrayBuffer) {
    this.#told = readRecording(recording);
  }

  async pull(topic: FigureTopic, _cursor: number, signal: AbortSignal): Promise<FigureBatch> {
    this.#beganMs ??= performance.now();
    const told = this.#told[this.#next];
    if (told?.batch.topic !== topic) return new Promise((_resolve, reject) => signal.addEventListener('abort', reject));
    this.#next++;
    const waitMs = told.atMs - (performance.now() - this.#beganMs);
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    return told.batch;
  }

  ask(): Promise<unknown> {
    return Promise.reject(new Error('a recording can’t be asked'));
  }
}

/** Each answer comes after its length and when it came. */
function readRecording(recording: ArrayBuffer): Told[] {
  const view = new DataView(recording);
  const told: Told[] = [];
  for (let offset = 0; offset < recording.byteLength;) {
    const length = view.getUint32(offset, true);
    const atMs = view.getFloat64(offset + 4, true);
    offset += 12;
    told.push({ atMs, batch: decodeBatches(recording.slice(offset, offset + length))[0]! });
    offset += length;
  }
  return told;
}
