/** The sidebar: the manager's state when there is something to say about it, then the clusters. */
import * as React from 'react';
import type { TranslationBundle } from '@jupyterlab/translation';
import { CommandIds } from '../app/command-ids.js';
import type { ManagerKernel } from '../manager/manager-kernel.js';
import type { ManagerState } from '../manager/manager-state.js';
import { ClusterCard } from './cluster-card.js';
import type { ICardContext } from './cluster-card.js';

export interface ISidebarProps extends ICardContext {
  readonly manager: ManagerKernel;
  /** Whether the sidebar is shown, on a page that is shown. */
  readonly isLive: boolean;
}

/** With so many clusters, all but those that somebody opens are shown short. */
const FEW = 3;
const MANY = 8;

export function SidebarView(props: ISidebarProps): JSX.Element {
  const { manager, store, commands, trans, isLive } = props;
  const state = useChanges(manager.stateChanged, () => manager.state);
  const entries = useChanges(store.changed, () => store.entries);
  const [filter, setFilter] = React.useState('');
  const [toggled, setToggled] = React.useState<ReadonlySet<string>>(new Set());
  const onToggle = React.useCallback((name: string) => setToggled((before) => toggle(before, name)), []);
  const { beginDrag } = props;
  const context = React.useMemo(() => ({ store, commands, trans, beginDrag }), [store, commands, trans, beginDrag]);
  const isConnected = state.status === 'connected';
  const shown = (entries ?? []).filter(({ summary }) => matches(summary.name, summary.kind, filter));
  return (
    <div className="jp-covey-Sidebar-content" aria-busy={state.status === 'starting'}>
      <div className="jp-covey-Sidebar-actions">
        <button
          className="jp-covey-Button jp-covey-Button-accent"
          disabled={!isConnected}
          onClick={() => void commands.execute(CommandIds.newCluster)}
        >
          {trans.__('New cluster')}
        </button>
        <button
          className="jp-covey-Button"
          disabled={!isConnected || (entries ?? []).length === 0}
          onClick={() => void commands.execute(CommandIds.stopAll)}
        >
          {trans.__('Stop all')}
        </button>
      </div>
      <ManagerNotice state={state} trans={trans} start={() => manager.start()} />
      {(entries ?? []).length > MANY ? (
        <input
          className="jp-mod-styled jp-covey-Filter"
          type="search"
          placeholder={trans.__('Filter clusters')}
          aria-label={trans.__('Filter clusters')}
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
        />
      ) : null}
      {isConnected && entries?.length === 0 ? <EmptyNotice trans={trans} /> : null}
      {entries !== undefined && entries.length > 0 && shown.length === 0 ? (
        <p className="jp-covey-Notice">{trans.__('No cluster is called so.')}</p>
      ) : null}
      <ul className="jp-covey-List" aria-label={trans.__('Clusters')}>
        {shown.map((entry) => (
          <ClusterCard
            key={entry.summary.name}
            entry={entry}
            isOpen={(entries ?? []).length <= FEW !== toggled.has(entry.summary.name)}
            isLive={isLive && isConnected}
            onToggle={onToggle}
            context={context}
          />
        ))}
      </ul>
    </div>
  );
}

function EmptyNotice({ trans }: { trans: TranslationBundle }): JSX.Element {
  return (
    <div className="jp-covey-Notice">
      <p>{trans.__('No cluster runs.')}</p>
      <p>
        {trans.__(
          'Press New cluster to start one. A notebook with the TypeScript (Covey) kernel also starts one of its own when a cell first uses executor; clusters started from a shell are listed here too.',
        )}
      </p>
    </div>
  );
}

interface INoticeProps {
  readonly state: ManagerState;
  readonly trans: TranslationBundle;
  readonly start: () => void;
}

function ManagerNotice({ state, trans, start }: INoticeProps): JSX.Element | null {
  switch (state.status) {
    case 'connected':
      return null;
    case 'idle':
    case 'starting':
      return (
        <div className="jp-covey-Notice" role="status">
          <span className="jp-covey-Spinner" aria-hidden="true" />
          {trans.__('Connecting to clusters…')}
        </div>
      );
    case 'waiting':
      return (
        <div className="jp-covey-Notice" role="status">
          <span className="jp-covey-Spinner" aria-hidden="true" />
          {trans.__('The Jupyter server does not answer. Clusters go on; they are shown again when it does.')}
        </div>
      );
    case 'stopped':
      return (
        <div className="jp-covey-Notice" role="status">
          <p>{trans.__('The kernel that looks after clusters was shut down. The clusters themselves go on.')}</p>
          <button className="jp-covey-Button jp-covey-Button-accent" onClick={start}>
            {trans.__('Start it')}
          </button>
        </div>
      );
    case 'kernel-not-installed':
      return (
        <div className="jp-covey-Notice" role="alert">
          <p>{trans.__('The TypeScript (Covey) kernel is not installed for this Jupyter server.')}</p>
          <p>{trans.__('In a terminal on the server, run:')}</p>
          <pre>npm install --global covey @covey/kernel{'\n'}covey jupyter install</pre>
          <button className="jp-covey-Button jp-covey-Button-accent" onClick={start}>
            {trans.__('Check again')}
          </button>
        </div>
      );
    case 'failed':
      return (
        <div className="jp-covey-Notice jp-covey-Notice-error" role="alert">
          <p>{trans.__('The kernel that looks after clusters could not be reached:')}</p>
          <p className="jp-covey-Notice-reason">{state.message}</p>
          <p>{trans.__('covey jupyter doctor, run in a terminal on the server, finds what is wrong.')}</p>
          <button className="jp-covey-Button jp-covey-Button-accent" onClick={start}>
            {trans.__('Try again')}
          </button>
        </div>
      );
  }
}

interface IChanges {
  add(listener: () => void): () => void;
}

function useChanges<T>(changes: IChanges, read: () => T): T {
  return React.useSyncExternalStore(
    React.useCallback((changed: () => void) => changes.add(changed), [changes]),
    read,
  );
}

function toggle(names: ReadonlySet<string>, name: string): ReadonlySet<string> {
  const next = new Set(names);
  if (!next.delete(name)) next.add(name);
  return next;
}

function matches(name: string, kind: string, filter: string): boolean {
  return `${name} ${kind}`.toLowerCase().includes(filter.trim().toLowerCase());
}
