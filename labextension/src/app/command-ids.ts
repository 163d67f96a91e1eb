/** The commands of this extension. Those about a cluster take `{ cluster: name }`. */
export const CommandIds = {
  newCluster: 'covey:new-cluster',
  startManager: 'covey:start-manager',
  showSidebar: 'covey:show-clusters',
  scaleCluster: 'covey:scale-cluster',
  restartWorkers: 'covey:restart-workers',
  stopCluster: 'covey:stop-cluster',
  stopAll: 'covey:stop-all-clusters',
  copyAddress: 'covey:copy-address',
  insertCode: 'covey:insert-connection-code',
  showLogs: 'covey:show-logs',
  openPanel: 'covey:open-panel',
  openAllPanels: 'covey:open-all-panels',
  useCluster: 'covey:use-cluster',
  submitCell: 'covey:submit-cell',
  cancelCell: 'covey:cancel-cell',
  alwaysSubmitCell: 'covey:always-submit-cell',
} as const;
