import { hostLimits, spreadOver, workerMemory } from './host-limits.js';

const GB = 2 ** 30;
const host = (files: Record<string, string>) =>
  hostLimits({ processors: 8, memory: 16 * GB, read: (path) => files[path] });

test.each([
  ['no control groups: all of the machine', {}, 8, 16 * GB],
  [
    'v2, unlimited',
    { '/proc/self/cgroup': '0::/\n', '/sys/fs/cgroup/cpu.max': 'max 100000\n', '/sys/fs/cgroup/memory.max': 'max\n' },
    8,
    16 * GB,
  ],
  [
    'v2, a container',
    {
      '/proc/self/cgroup': '0::/\n',
      '/sys/fs/cgroup/cpu.max': '250000 100000\n',
      '/sys/fs/cgroup/memory.max': `${2 * GB}\n`,
    },
    2,
    2 * GB,
  ],
  [
    'v2, a group above limits',
    {
      '/proc/self/cgroup': '0::/batch/job/step\n',
      '/sys/fs/cgroup/batch/cpu.max': '400000 100000',
      '/sys/fs/cgroup/batch/job/memory.max': `${GB}`,
      '/sys/fs/cgroup/batch/memory.max': `${3 * GB}`,
    },
    4,
    GB,
  ],
  [
    'v1',
    {
      '/proc/self/cgroup': '4:memory:/docker/x\n3:cpu,cpuacct:/docker/x\n',
      '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '150000',
      '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '50000',
      '/sys/fs/cgroup/memory/memory.limit_in_bytes': `${4 * GB}`,
    },
    3,
    4 * GB,
  ],
  [
    'v1, unlimited',
    {
      '/proc/self/cgroup': '4:memory:/\n3:cpu,cpuacct:/\n',
      '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1',
      '/sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712',
    },
    8,
    16 * GB,
  ],
  [
    'half a processor is one',
    { '/proc/self/cgroup': '0::/\n', '/sys/fs/cgroup/cpu.max': '50000 100000\n' },
    1,
    16 * GB,
  ],
  [
    'garbage limits nothing',
    { '/proc/self/cgroup': 'x\n0::/\n', '/sys/fs/cgroup/cpu.max': '?', '/sys/fs/cgroup/memory.max': '-5' },
    8,
    16 * GB,
  ],
] as const)('limits of %s', (_, files, processors, memory) => {
  expect(host(files)).toEqual({ processors, memory });
});

test.each([
  [1, undefined, undefined, 1, 1],
  [4, undefined, undefined, 4, 1],
  [6, undefined, undefined, 3, 2],
  [7, undefined, undefined, 7, 1],
  [16, undefined, undefined, 4, 4],
  [64, undefined, undefined, 8, 8],
  [8, 2, undefined, 2, 4],
  [2, 5, undefined, 5, 1],
  [8, 0, undefined, 0, 8],
  [8, undefined, 4, 2, 4],
  [2, undefined, 4, 1, 4],
  [8, 3, 1, 3, 1],
])(
  '%j processors, %j workers and %j threads asked: %j of %j',
  (processors, workers, threads, expectedWorkers, expectedThreads) => {
    expect(spreadOver(processors, workers, threads)).toEqual({
      workers: expectedWorkers,
      threadsPerWorker: expectedThreads,
    });
  },
);

test('memory is shared out, or taken as it is said', () => {
  const limits = { processors: 8, memory: 8 * GB };
  expect(workerMemory('auto', 4, limits)).toBe(2 * GB);
  expect(workerMemory({ part: 0.5 }, 4, limits)).toBe(4 * GB);
  expect(workerMemory(3e9, 4, limits)).toBe(3e9);
  expect(workerMemory(0, 4, limits)).toBe(0);
});
