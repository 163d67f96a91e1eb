/** What does not change about a cluster, and how old it is. */
import * as React from 'react';
import type { ClusterSummary } from '@covey/protocol/bridge';
import type { TranslationBundle } from '@jupyterlab/translation';
import { kindLabel } from '../clusters/kind-texts.js';
import { formatDuration } from './format.js';

export function CardFacts({ summary, trans }: { summary: ClusterSummary; trans: TranslationBundle }): JSX.Element {
  const now = useClock(summary.createdMs);
  const idle =
    summary.idleTimeoutMs === null
      ? trans.__('Stays until it is stopped')
      : trans.__('Stops after %1 without work', formatDuration(summary.idleTimeoutMs, trans));
  return (
    <dl className="jp-covey-Facts">
      <dt>{trans.__('Kind')}</dt>
      <dd>{kindLabel(summary.kind, trans)}</dd>
      <dt>{trans.__('Address')}</dt>
      <dd className="jp-covey-Facts-code" title={summary.address}>
        {summary.address}
      </dd>
      <dt>{trans.__('Started')}</dt>
      <dd>
        {trans.__('%1 ago by %2 on %3', formatDuration(now - summary.createdMs, trans), summary.user, summary.host)}
      </dd>
      <dt>{trans.__('Idle')}</dt>
      <dd>{idle}</dd>
    </dl>
  );
}

const SECOND_MS = 1000;
const MINUTE_MS = 60_000;

/** The time, as often as an age since then reads differently. */
function useClock(sinceMs: number): number {
  const [now, setNow] = React.useState(() => Date.now());
  const isYoung = now - sinceMs < MINUTE_MS;
  React.useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), isYoung ? SECOND_MS : MINUTE_MS / 2);
    return () => clearInterval(timer);
  }, [isYoung]);
  return now;
}
