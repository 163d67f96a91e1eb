/** Where a dashboard's figures come from: a scheduler's own page, JupyterLab's comm, a recording. */
import type { BridgeCalls, FigureBatch, FigureTopic } from '@covey/protocol/bridge';

export interface FigureSource {
  /**
   * What is newer than `cursor`, as soon as there is something; 0 asks from the start.
   * @throws when the cluster is gone for good; whatever passes by itself is waited out.
   */
  pull(topic: FigureTopic, cursor: number, signal: AbortSignal): Promise<FigureBatch>;
  /** Reads more of one task or worker. */
  ask(method: BridgeCalls['ask']['params']['method'], params: unknown): Promise<unknown>;
}
