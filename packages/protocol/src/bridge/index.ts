/**
 * What passes between a screen and a cluster: live figures, displays in notebooks, and the comm by which JupyterLab
 * reaches clusters. Runs in browsers: nothing here, and nothing it imports, needs Node.
 */
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
export { BRIDGE_TARGET, BRIDGE_VERSION } from './messages.js';
export type {
  BridgeCalls,
  BridgeError,
  BridgeMethod,
  BridgeOpen,
  ClusterKindForm,
  ClusterSummary,
  FormField,
  FromKernel,
  SubmittedCell,
  ToKernel,
} from './messages.js';
