import { addProfile } from './profile-threads.js';
import type { CpuProfile } from './thread-inspector.js';

const frame = (functionName: string, url: string, lineNumber = 0) => ({ functionName, url, lineNumber });

test('samples become times in the frames of the user', () => {
  const profile: CpuProfile = {
    nodes: [
      { id: 1, callFrame: frame('(root)', ''), children: [2, 6] },
      { id: 2, callFrame: frame('runTask', '/covey/thread.cjs', 9), children: [3] },
      { id: 3, callFrame: frame('job', 'file:///user/job.ts', 4), children: [4, 5] },
      { id: 4, callFrame: frame('', 'file:///user/job.ts', 6) },
      { id: 5, callFrame: frame('(garbage collector)', '') },
      { id: 6, callFrame: frame('(idle)', '') },
    ],
    samples: [6, 3, 4, 4, 5],
    timeDeltas: [0, 50_000, 5000, 6000, 7000],
  };
  const root = { name: 'all', place: '', totalMs: 0, children: new Map() };
  addProfile(root, profile);
  expect(root.totalMs).toBe(18);
  const [job] = root.children.values();
  expect(job).toMatchObject({ name: 'job', place: 'file:///user/job.ts:5', totalMs: 18 });
  expect([...job.children.values()]).toMatchObject([
    { name: '(anonymous)', place: 'file:///user/job.ts:7', totalMs: 13 },
    { name: '(garbage collector)', place: '', totalMs: 0 },
  ]);
});
