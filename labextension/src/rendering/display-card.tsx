/** A future, a list of futures, an executor or a cluster under its cell, alive as long as it is seen. */
import * as React from 'react';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import { CommandIds } from '../app/command-ids.js';
import { useChanges } from '../app/use-changes.js';
import { useIsSeen } from '../app/use-is-seen.js';
import { TaskBar } from '../sidebar/bars.js';
import { formatCount } from '../sidebar/format.js';
import type { ICovey } from '../tokens.js';
import { entryFor, isOpen, viewOf } from './display-view.js';
import type { IDisplayView } from './display-view.js';
import { readDisplay } from './payloads.js';
import type { IDisplayed } from './payloads.js';
import { useLasting, useTaskAnswer } from './use-live.js';

export interface IDisplayContext {
  readonly covey: ICovey;
  readonly commands: CommandRegistry;
}

interface ICardProps {
  /** As the notebook keeps it. */
  readonly kept: IDisplayed;
  readonly context: IDisplayContext;
}

/** What a cell just showed, or a page that has just come is to show, is soon told of by its kernel. */
const ORPHAN_MS = 2000;

export function DisplayCard({ kept, context }: ICardProps): JSX.Element {
  const { covey, commands } = context;
  const { clusters, displays, manager, trans } = covey;
  const element = React.useRef<HTMLDivElement>(null);
  const isSeen = useIsSeen(element);
  const { display, cluster } = kept.payload;
  const told = useChanges(displays.changed, () => displays.of(display));
  const found = useChanges(clusters.changed, () => (cluster === null ? undefined : clusters.find(cluster)));
  const tells = React.useMemo(() => (told === undefined ? undefined : readDisplay(told.data)), [told]);
  const displayed = tells ?? kept;
  const entry = entryFor(displayed, found);
  const isFuture = displayed.kind === 'future' || displayed.kind === 'futures';
  // Of a future its kernel knows best, of a cluster the cluster itself.
  const isOrphan = useLasting(isSeen && tells === undefined && isOpen(kept), ORPHAN_MS);
  React.useEffect(() => (isOrphan ? manager.need() : undefined), [isOrphan, manager]);
  const isListed = isSeen && cluster !== null;
  React.useEffect(() => (isListed ? clusters.shown.hold() : undefined), [isListed, clusters]);
  const key = isOrphan && kept.kind === 'future' ? kept.payload.key : undefined;
  const asked = useTaskAnswer(covey, entry, key);
  const isAsking = key !== undefined && (asked === undefined || asked.status === 'pending');
  const isLooking = isSeen && entry !== undefined && (isFuture ? isAsking : isOpen(displayed));
  const looksAt = isLooking ? cluster : null;
  React.useEffect(() => (looksAt === null ? undefined : clusters.look(looksAt)), [looksAt, clusters]);
  const view = viewOf(kept, { told: isOrphan ? undefined : displayed, entry, asked }, trans);
  const act = (label: string, command: string, args: { [name: string]: string | { [name: string]: string } }) => (
    <button className="jp-covey-Button" onClick={() => void commands.execute(command, args)}>
      {label}
    </button>
  );
  return (
    <div
      ref={element}
      className={`jp-covey-Display ${view.isLastKnown ? 'jp-covey-Display-lastKnown' : ''}`}
      role="group"
      aria-label={summaryOf(view)}
    >
      <div className="jp-covey-Display-head">
        <span className={`jp-covey-Display-mark jp-covey-Display-${view.status}`} aria-hidden="true">
          {view.mark}
        </span>
        <span className="jp-covey-Display-title">{view.title}</span>
        {view.name === '' ? null : <code className="jp-covey-Display-name">{view.name}</code>}
        <span className="jp-covey-Display-status">{view.statusText}</span>
        {view.isLastKnown ? <span className="jp-covey-Display-note">{trans.__('last known state')}</span> : null}
        {entry === undefined || cluster === null
          ? null
          : displayed.kind === 'future'
            ? act(trans.__('Task'), CommandIds.openPanel, {
                panel: 'task',
                cluster,
                task: { key: displayed.payload.key },
              })
            : act(trans.__('Plots'), CommandIds.openAllPanels, { cluster })}
      </div>
      {view.progress === undefined ? null : <Progress {...view.progress} trans={trans} />}
      {view.facts.length === 0 ? null : <div className="jp-covey-Display-facts">{view.facts.join(' · ')}</div>}
      {view.counts === undefined ? null : <TaskBar counts={view.counts} trans={trans} />}
    </div>
  );
}

interface IProgressProps extends NonNullable<IDisplayView['progress']> {
  readonly trans: TranslationBundle;
}

function Progress({ total, over, failed, trans }: IProgressProps): JSX.Element {
  const percent = (count: number): string => `${total === 0 ? 100 : (count / total) * 100}%`;
  return (
    <div
      className="jp-covey-Bar jp-covey-Display-progress"
      role="progressbar"
      aria-label={trans.__('Futures that are done')}
      aria-valuemin={0}
      aria-valuemax={total}
      aria-valuenow={over}
      aria-valuetext={trans.__('%1 of %2', formatCount(over), formatCount(total))}
    >
      <span className="jp-covey-Display-over" style={{ width: percent(over - failed) }} />
      <span className="jp-covey-Display-failed" style={{ width: percent(failed) }} />
    </div>
  );
}

function summaryOf({ title, name, statusText }: IDisplayView): string {
  return `${title}${name === '' ? '' : ` ${name}`}: ${statusText}`;
}
