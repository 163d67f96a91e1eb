/** What is known of a cluster: the last of each snapshot, and what streams have brought. Pure: no time, no screen. */
import type {
  ErrorGroup,
  EventRow,
  Figures,
  FigureTopic,
  Overview,
  ProfileNode,
  ProgressRow,
  TransferMatrix,
  WorkerRow,
} from '@covey/protocol/bridge';
import { GraphStore } from './graph-store.js';
import { OverviewHistory } from './overview-history.js';
import { RunRing } from './run-ring.js';

const EVENTS_KEPT = 10_000;

export class ClusterStore {
  overview: Overview | undefined;
  readonly history = new OverviewHistory();
  workers: readonly WorkerRow[] | undefined;
  progress: readonly ProgressRow[] | undefined;
  readonly runs = new RunRing();
  readonly graph = new GraphStore();
  transfers: TransferMatrix | undefined;
  /** Oldest first. */
  events: readonly EventRow[] = [];
  eventsMissed = 0;
  errors: readonly ErrorGroup[] | undefined;
  profile: ProfileNode | undefined;

  /** Snapshots replace what was known, streams add to it. */
  take<Topic extends FigureTopic>(figures: Figures<Topic>): void;
  take(figures: AnyFigures): void {
    switch (figures.topic) {
      case 'overview':
        this.overview = figures.data;
        this.history.add(figures.data);
        return;
      case 'workers':
        this.workers = figures.data;
        return;
      case 'progress':
        this.progress = figures.data;
        return;
      case 'task-stream':
        this.runs.add(figures.data, figures.missed);
        return;
      case 'graph':
        this.graph.apply(figures.data);
        return;
      case 'transfers':
        this.transfers = figures.data;
        return;
      case 'events':
        this.events = [...this.events, ...figures.data].slice(-EVENTS_KEPT);
        this.eventsMissed += figures.missed;
        return;
      case 'errors':
        this.errors = figures.data;
        return;
      case 'profile':
        this.profile = figures.data;
        return;
    }
  }

  /** Another life of the scheduler has begun. */
  clear(): void {
    this.overview = undefined;
    this.history.clear();
    this.workers = undefined;
    this.progress = undefined;
    this.runs.clear();
    this.graph.clear();
    this.transfers = undefined;
    this.events = [];
    this.eventsMissed = 0;
    this.errors = undefined;
    this.profile = undefined;
  }
}

type AnyFigures = { [Topic in FigureTopic]: Figures<Topic> }[FigureTopic];
