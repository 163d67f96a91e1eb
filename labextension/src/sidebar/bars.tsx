/** Bars that say with length what stands beside them in words: a screen reader is given the words alone. */
import { formatBytes } from '@covey/protocol/bridge';
import * as React from 'react';
import type { Overview } from '@covey/protocol/bridge';
import type { TranslationBundle } from '@jupyterlab/translation';
import { formatCount } from './format.js';
import { taskGroups } from './task-states.js';

export function MemoryBar({ memory, trans }: { memory: Overview['memory']; trans: TranslationBundle }): JSX.Element {
  const share = memory.limit > 0 ? Math.min(1, memory.process / memory.limit) : 0;
  const managed = memory.limit > 0 ? Math.min(1, memory.managed / memory.limit) : 0;
  const level = share > 0.9 ? 'jp-covey-Bar-critical' : share > 0.7 ? 'jp-covey-Bar-high' : '';
  const text =
    memory.limit > 0
      ? trans.__('%1 of %2', formatBytes(memory.process), formatBytes(memory.limit))
      : formatBytes(memory.process);
  const spilled = memory.spilled > 0 ? trans.__(', %1 on disk', formatBytes(memory.spilled)) : '';
  return (
    <div className="jp-covey-Measure" title={trans.__('Memory of the workers: dark, results; light, the rest')}>
      <span className="jp-covey-Measure-label">{trans.__('Memory')}</span>
      <span className="jp-covey-Measure-text">
        {text}
        {spilled}
      </span>
      <span className={`jp-covey-Bar ${level}`} aria-hidden="true">
        <span className="jp-covey-Bar-process" style={{ width: percent(share) }} />
        <span className="jp-covey-Bar-managed" style={{ width: percent(managed) }} />
      </span>
    </div>
  );
}

export function TaskBar({ counts, trans }: { counts: Overview['counts']; trans: TranslationBundle }): JSX.Element {
  const groups = taskGroups(counts, trans).filter(({ count }) => count > 0);
  const total = groups.reduce((sum, { count }) => sum + count, 0);
  // A line ends between states only.
  const words = groups.map(({ label, count }) => `${formatCount(count)} ${label}`.replaceAll(' ', '\u00a0')).join(', ');
  return (
    <div className="jp-covey-Measure">
      <span className="jp-covey-Measure-label">{trans.__('Tasks')}</span>
      <span className="jp-covey-Measure-text">{words === '' ? trans.__('none') : words}</span>
      <span className="jp-covey-Bar" aria-hidden="true">
        {groups.map(({ id, count }) => (
          <span
            key={id}
            className={`jp-covey-Bar-task jp-covey-Task-${id}`}
            style={{ width: percent(count / total) }}
          />
        ))}
      </span>
    </div>
  );
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)}%`;
}
