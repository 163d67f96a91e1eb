/** One cluster in the sidebar: what it is, how it does, what can be done with it. */
import * as React from 'react';
import type { TranslationBundle } from '@jupyterlab/translation';
import { caretDownIcon, caretRightIcon, ellipsesIcon, stopIcon } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import { CommandIds } from '../app/command-ids.js';
import { plotsIcon, scaleIcon } from '../app/icons.js';
import { useIsSeen } from '../app/use-is-seen.js';
import type { ClusterStore, IClusterEntry } from '../clusters/cluster-store.js';
import { kindLabel } from '../clusters/kind-texts.js';
import { MemoryBar, TaskBar } from './bars.js';
import { CardFacts } from './card-facts.js';
import { openClusterMenu } from './cluster-menu.js';
import { IconButton } from './icon-button.js';

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
  const Caret = isOpen ? caretDownIcon : caretRightIcon;
  const detailsId = `jp-covey-${summary.name}`;
  const workers = overview === undefined ? '' : trans._n('%1 worker', '%1 workers', overview.workers);
  return (
    <li className={`jp-covey-Card ${isOpen ? 'jp-mod-open' : ''}`} ref={element} data-cluster={summary.name}>
      <div className="jp-covey-Card-head" onPointerDown={(event) => context.beginDrag(summary.name, event)}>
        <button
          type="button"
          className="jp-covey-Card-title"
          aria-expanded={isOpen}
          aria-controls={isOpen ? detailsId : undefined}
          title={trans.__('%1 (%2)', summary.name, kindLabel(summary.kind, trans))}
          onClick={() => onToggle(summary.name)}
        >
          <Caret.react tag="span" className="jp-covey-Card-caret" />
          <span className={`jp-covey-Status jp-covey-Status-${summary.status}`} aria-hidden="true" />
          <span className="jp-covey-Card-name">{summary.name}</span>
          {isOpen ? null : (
            <span className="jp-covey-Card-short">{isRunning ? workers : shortStatus(entry, trans)}</span>
          )}
        </button>
        <CardTools entry={entry} context={context} />
      </div>
      {isOpen ? (
        <div id={detailsId} className="jp-covey-Card-details">
          {isRunning ? null : <p className="jp-covey-Card-status">{statusText(entry, trans)}</p>}
          {overview === undefined ? null : (
            <>
              <p className="jp-covey-Card-line">
                {workers}, {trans._n('%1 thread', '%1 threads', overview.threads)}
                {summary.adaptive === null
                  ? ''
                  : trans.__(' (adapts %1 to %2)', summary.adaptive.minimum, summary.adaptive.maximum)}
              </p>
              <MemoryBar memory={overview.memory} trans={trans} />
              <TaskBar counts={overview.counts} trans={trans} />
            </>
          )}
          <CardFacts summary={summary} trans={trans} />
        </div>
      ) : null}
    </li>
  );
});

function CardTools({ entry: { summary }, context }: { entry: IClusterEntry; context: ICardContext }): JSX.Element {
  const { trans, commands } = context;
  const args = { cluster: summary.name };
  const execute = (command: string) => (): void => void commands.execute(command, args);
  return (
    <div
      className="jp-covey-Tools"
      role="toolbar"
      aria-label={trans.__('Actions of %1', summary.name)}
      // A button is pressed, not pulled.
      onPointerDown={(event) => event.stopPropagation()}
    >
      <IconButton
        icon={plotsIcon}
        action="plots"
        label={trans.__('Open the plots')}
        isEnabled={summary.status === 'running'}
        onClick={execute(CommandIds.openAllPanels)}
      />
      <IconButton
        icon={scaleIcon}
        action="scale"
        label={
          summary.scalable
            ? trans.__('Change the number of workers')
            : trans.__('Nobody starts workers for this cluster: it can’t be scaled from here')
        }
        isEnabled={summary.status === 'running' && summary.scalable}
        onClick={execute(CommandIds.scaleCluster)}
      />
      <IconButton
        icon={stopIcon}
        action="stop"
        label={summary.attached ? trans.__('Take off the list') : trans.__('Stop')}
        onClick={execute(CommandIds.stopCluster)}
      />
      <IconButton
        icon={ellipsesIcon}
        action="more"
        label={trans.__('More')}
        isMenu
        onClick={({ currentTarget }) => openClusterMenu(commands, summary.name, currentTarget, trans)}
      />
    </div>
  );
}

function shortStatus({ summary }: IClusterEntry, trans: TranslationBundle): string {
  return summary.status === 'unreachable' ? trans.__('No answer') : statusText({ summary }, trans);
}

function statusText({ summary }: Pick<IClusterEntry, 'summary'>, trans: TranslationBundle): string {
  switch (summary.status) {
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
