/** The sidebar: what can be done with all clusters, the manager's state when there is something to say, then the clusters. */
import * as React from 'react';
import type { TranslationBundle } from '@jupyterlab/translation';
import { addIcon, stopIcon } from '@jupyterlab/ui-components';
import { CommandIds } from '../app/command-ids.js';
import { kindLabel } from '../clusters/kind-texts.js';
import { skewText } from '../app/skew-text.js';
import { useChanges } from '../app/use-changes.js';
import { isSkewed } from '../bridge/bridge-client.js';
import type { ManagerKernel } from '../manager/manager-kernel.js';
import { ManagerNotice } from '../manager/manager-notice-view.js';
import type { ManagerState } from '../manager/manager-state.js';
import { ClusterCard } from './cluster-card.js';
import type { ICardContext } from './cluster-card.js';
import { IconButton } from './icon-button.js';
import type { SidebarMemory } from './sidebar-memory.js';

export interface ISidebarProps extends ICardContext {
  readonly manager: ManagerKernel;
  readonly memory: SidebarMemory;
  /** Whether the sidebar is shown, on a page that is shown. */
  readonly isLive: boolean;
}

/** With so many clusters, all but those that somebody opens are shown short. */
const FEW = 3;
const MANY = 8;

export function SidebarView(props: ISidebarProps): JSX.Element {
  const { manager, memory, store, commands, trans, isLive } = props;
  const state = useChanges(manager.stateChanged, () => manager.state);
  const known = useChanges(store.changed, () => store.entries);
  const { toggled, filter } = useChanges(memory.changed, () => memory.look);
  const onToggle = React.useCallback((name: string) => memory.toggle(name), [memory]);
  const { beginDrag } = props;
  const context = React.useMemo(() => ({ store, commands, trans, beginDrag }), [store, commands, trans, beginDrag]);
  const isConnected = state.status === 'connected';
  const entries = known ?? [];
  const isMany = entries.length > MANY;
  // A filter that can't be seen hides nothing.
  const shown = isMany
    ? entries.filter(({ summary }) => matches(summary.name, kindLabel(summary.kind, trans), filter))
    : entries;
  return (
    <div className="jp-covey-Sidebar-content" aria-busy={state.status === 'starting'}>
      <div className="jp-covey-Header">
        <h2 className="jp-covey-Header-title">{trans.__('Clusters')}</h2>
        <div className="jp-covey-Tools" role="toolbar" aria-label={trans.__('Clusters')}>
          <IconButton
            icon={addIcon}
            action="new"
            label={trans.__('New cluster')}
            onClick={() => void commands.execute(CommandIds.newCluster)}
          />
          <IconButton
            icon={stopIcon}
            action="stop-all"
            label={trans.__('Stop all clusters')}
            isEnabled={isConnected && entries.length > 0}
            onClick={() => void commands.execute(CommandIds.stopAll)}
          />
        </div>
      </div>
      <ManagerNotice state={state} trans={trans} start={() => void commands.execute(CommandIds.startManager)} />
      <SkewNotice state={state} trans={trans} />
      {isMany ? (
        <input
          className="jp-mod-styled jp-covey-Filter"
          type="search"
          placeholder={trans.__('Filter clusters')}
          aria-label={trans.__('Filter clusters')}
          value={filter}
          onChange={(event) => memory.filter(event.target.value)}
        />
      ) : null}
      {isConnected && known?.length === 0 ? (
        <EmptyNotice trans={trans} start={() => void commands.execute(CommandIds.newCluster)} />
      ) : null}
      {entries.length > 0 && shown.length === 0 ? (
        <p className="jp-covey-Notice">{trans.__('No cluster is called so.')}</p>
      ) : null}
      <ul className="jp-covey-List" aria-label={trans.__('Clusters')}>
        {shown.map((entry) => (
          <ClusterCard
            key={entry.summary.name}
            entry={entry}
            isOpen={entries.length <= FEW !== toggled.includes(entry.summary.name)}
            isLive={isLive && isConnected}
            onToggle={onToggle}
            context={context}
          />
        ))}
      </ul>
    </div>
  );
}

function EmptyNotice({ trans, start }: { trans: TranslationBundle; start: () => void }): JSX.Element {
  return (
    <div className="jp-covey-Notice">
      <p>{trans.__('No cluster runs.')}</p>
      <p>
        {trans.__(
          'A notebook with the TypeScript (Covey) kernel starts one of its own when a cell first uses executor; clusters started from a shell are listed here too.',
        )}
      </p>
      <button type="button" className="jp-covey-Button jp-covey-Button-accent" onClick={start}>
        {trans.__('New cluster')}
      </button>
    </div>
  );
}

function SkewNotice({ state, trans }: { state: ManagerState; trans: TranslationBundle }): JSX.Element | null {
  if (state.status !== 'connected' || !isSkewed(state.welcome)) return null;
  return (
    <p className="jp-covey-Notice jp-covey-Notice-skew" role="status">
      {skewText(state.welcome, 'manager', trans)}
    </p>
  );
}

function matches(name: string, kind: string, filter: string): boolean {
  return `${name} ${kind}`.toLowerCase().includes(filter.trim().toLowerCase());
}
