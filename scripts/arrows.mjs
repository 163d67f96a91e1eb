/** Packages that stand beside `packages/`: their folders, by the last part of their names. */
export const foldersOutside = { kernel: 'kernel-bridge', labextension: 'labextension' };

/** Packed whole, with what they import: their manifests name no dependencies. */
export const packedWhole = ['labextension'];

/** What each package may import of its siblings: the arrows of the architecture. A new package gets a line here. */
export const arrows = {
  protocol: [],
  functions: [],
  scheduler: ['protocol'],
  worker: ['protocol', 'functions'],
  executor: ['protocol', 'functions'],
  deploy: ['protocol', 'functions', 'scheduler', 'worker', 'executor'],
  dashboard: ['protocol'],
  cli: ['protocol', 'functions', 'scheduler', 'worker', 'executor', 'deploy', 'dashboard'],
  covey: ['protocol', 'functions', 'scheduler', 'worker', 'executor', 'deploy', 'cli'],
  kernel: ['protocol', 'functions', 'scheduler', 'worker', 'executor', 'deploy', 'cli', 'covey'],
  labextension: ['protocol', 'dashboard'],
};
