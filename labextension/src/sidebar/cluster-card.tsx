/** One cluster in the sidebar: what it is, how it does, what can be done with it. */
import * as React from 'react';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import { CommandIds } from '../app/command-ids.js';
import type { ClusterStore, IClusterEntry } from '../clusters/cluster-store.js';
import { MemoryBar, TaskBar } from './bars.js';
import { formatDuration } from './format.js';

export interface ICardContext {
  readonly store: ClusterStore;
  readonly commands: CommandRegistry;
  readonly trans: TranslationBundle;
  /** Takes hold of a card that is being pulled: it becomes a cell where it is dropped. */
  readonly beginDrag: (cluster: string, event: React.PointerEvent) => void;
}

interface ICardProps {
  readonly entry: IClusterEntry;
  readonly isOpen: boolean;
  readonly isLive: boolean;
  readonly onToggle: (name: string) => void;
  readonly context: ICardContext;
}

export const ClusterCard = React.memo(function ClusterCard(props: ICardProps): JSX.Element {
  const { entry, isOpen, isLive, onToggle, context } = props;
  const { summary, overview } = entry;
  const { trans } = context;
  const element = React.useRef<HTMLLIElement>(null);
  const isSeen = useIsSeen(element);
  const isRunning = summary.status === 'running';
  React.useEffect(
    () => (isLive && isSeen && isRunning ? context.store.look(summary.name) : undefined),
    [isLive, isSeen, isRunning, summary.name, context.store],
  );
  const detailsId = `jp-covey-${summary.name}`;
  return (
    <li className="jp-covey-Card" ref={element} data-cluster={summary.name}>
      <div className="jp-covey-Card-head" onPointerDown={(event) => context.beginDrag(summary.name, event)}>
        <button
          className="jp-covey-Card-title"
          aria-expanded={isOpen}
          aria-controls={detailsId}
          title={summary.name}
          onClick={() => onToggle(summary.name)}
        >
          <span className={`jp-covey-Status jp-covey-Status-${summary.status}`} aria-hidden="true" />
          <span className="jp-covey-Card-name">{summary.name}</span>
          <span className="jp-covey-Card-kind">{summary.kind}</span>
        </button>
      </div>
      {isRunning ? null : <div className="jp-covey-Card-status">{statusText(summary.status, trans)}</div>}
      {overview === undefined ? null : (
        <div className="jp-covey-Card-figures">
          <div className="jp-covey-Card-line">
            {trans._n('%1 worker', '%1 workers', overview.workers)},{' '}
            {trans._n('%1 thread', '%1 threads', overview.threads)}
            {summary.adaptive === null
              ? ''
              : trans.__(' (adapts %1 to %2)', summary.adaptive.minimum, summary.adaptive.maximum)}
          </div>
          <MemoryBar memory={overview.memory} trans={trans} />
          <TaskBar counts={overview.counts} trans={trans} />
        </div>
      )}
      {isOpen ? <CardDetails id={detailsId} entry={entry} context={context} /> : null}
    </li>
  );
});

function CardDetails({ id, entry, context }: { id: string; entry: IClusterEntry; context: ICardContext }): JSX.Element {
  const { summary } = entry;
  const { trans } = context;
  const now = useSlowClock();
  const age = formatDuration(now - summary.createdMs);
  const idle =
    summary.idleTimeoutMs === null
      ? trans.__('Stays until it is stopped')
      : trans.__('Stops after %1 without work', formatDuration(summary.idleTimeoutMs));
  const act = (command: string, label: string, title: string, isEnabled = true): JSX.Element => (
    <button
      className="jp-covey-Button"
      title={title}
      disabled={!isEnabled}
      onClick={() => void context.commands.execute(command, { cluster: summary.name })}
    >
      {label}
    </button>
  );
  const isRunning = summary.status === 'running';
  return (
    <div id={id} className="jp-covey-Card-details">
      <dl className="jp-covey-Facts">
        <dt>{trans.__('Address')}</dt>
        <dd className="jp-covey-Facts-code" title={summary.address}>
          {summary.address}
        </dd>
        <dt>{trans.__('Started')}</dt>
        <dd>{trans.__('%1 ago by %2 on %3', age, summary.user, summary.host)}</dd>
        <dt>{trans.__('Idle')}</dt>
        <dd>{idle}</dd>
      </dl>
      <div className="jp-covey-Buttons">
        {act(CommandIds.openAllPanels, trans.__('Plots'), trans.__('Open the plots of this cluster'), isRunning)}
        {act(
          CommandIds.scaleCluster,
          trans.__('Scale'),
          summary.scalable
            ? trans.__('Change the number of workers')
            : trans.__('Nobody starts workers for this cluster: it can’t be scaled from here'),
          isRunning && summary.scalable,
        )}
        {act(CommandIds.insertCode, trans.__('Insert code'), trans.__('Insert a cell that connects to this cluster'))}
        {act(CommandIds.copyAddress, trans.__('Copy address'), trans.__('Copy the address of the scheduler'))}
        {act(
          CommandIds.restartWorkers,
          trans.__('Restart workers'),
          trans.__('Restart all workers: results are computed again'),
          isRunning,
        )}
        {act(CommandIds.showLogs, trans.__('Logs'), trans.__('Read the log of this cluster'), summary.hasLog)}
        {act(CommandIds.stopCluster, trans.__('Stop'), trans.__('Stop this cluster'))}
      </div>
    </div>
  );
}

function statusText(status: IClusterEntry['summary']['status'], trans: TranslationBundle): string {
  switch (status) {
    case 'starting':
      return trans.__('Starting…');
    case 'stopping':
      return trans.__('Stopping…');
    case 'unreachable':
      return trans.__('Its scheduler does not answer. Read its log, or stop it.');
    case 'running':
      return trans.__('Running');
  }
}

/** Whether the element is in the visible part of the page. */
function useIsSeen(element: React.RefObject<HTMLElement>): boolean {
  const [isSeen, setIsSeen] = React.useState(false);
  React.useEffect(() => {
    if (element.current === null) return undefined;
    const observer = new IntersectionObserver(([entry]) => setIsSeen(entry?.isIntersecting === true));
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element]);
  return isSeen;
}

/** The time, told anew every half a minute. */
function useSlowClock(): number {
  const [now, setNow] = React.useState(() => Date.now());
  React.useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 30_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
