/** What stands behind a topic of live figures. */
import type { FigureBatch } from '@covey/protocol/bridge';

/** What a viewer is told: a batch, without what is the same for all topics. */
export type Portion = Pick<FigureBatch, 'cursor' | 'missed' | 'json' | 'buffers'>;

export interface Feed {
  /** The cursor of the newest there is to tell; looked at some ten times a second while somebody waits. */
  newest(nowMs: number): number;
  /** What is newer than a cursor, or the first part of it. 0 asks from the start. */
  read(cursor: number, nowMs: number): Portion;
  /** Nobody watches any more: what only viewers need may go. Cursors stay valid. */
  rest?(): void;
}
