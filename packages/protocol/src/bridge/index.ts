/**
 * What passes between a screen and a cluster: live figures, displays in notebooks, and the comm by which JupyterLab
 * reaches clusters. Runs in browsers: nothing here, and nothing it imports, needs Node.
 */
export { connectionCode, isClusterName } from './cluster-names.js';
export { packTaskStream, packTransfers, readFigures } from './columns.js';
export type { PackedFigures } from './columns.js';
export { DISPLAY_VERSION, displayMarks, displayTypes, statusOfFutures } from './displays.js';
export type {
  ClusterDisplay,
  ClusterFigures,
  DisplayKind,
  DisplayPayloads,
  ExecutorDisplay,
  FutureDisplay,
  FutureDisplayStatus,
  FuturesDisplay,
  ToldDisplay,
} from './displays.js';
export type {
  ErrorGroup,
  EventRow,
  FigureBatch,
  FigureTopic,
  FigureTopics,
  Figures,
  GraphNode,
  GraphState,
  Overview,
  ProfileNode,
  ProgressRow,
  TaskStreamColumns,
  TransferMatrix,
  WorkerRow,
} from './figures.js';
export { RunOutcome } from './figures.js';
export { BRIDGE_TARGET, BRIDGE_VERSION } from './messages.js';
export type {
  BridgeCalls,
  BridgeError,
  BridgeMethod,
  BridgeOpen,
  BridgeSkew,
  CellOutput,
  CellPlace,
  ClusterKindForm,
  ClusterSummary,
  FiguresEndCode,
  FormField,
  FromKernel,
  SubmittedCell,
  ToKernel,
} from './messages.js';
export { formatBytes } from '../shared/format-bytes.js';
