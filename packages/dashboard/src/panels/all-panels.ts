/** Every panel, in the order in which menus show them. */
import type { Panel, PanelContext, Translator } from '../context.js';
import { icons } from '../view/icons.js';
import { createErrors } from './errors-panel.js';
import { createEvents } from './events-panel.js';
import { createGraph } from './graph-panel.js';
import { createProfile } from './profile-panel.js';
import { createProgress } from './progress-panel.js';
import { createSystem } from './system-panel.js';
import { createTask } from './task-panel.js';
import { createTaskStream } from './task-stream/task-stream-panel.js';
import { createTransfers } from './transfers-panel.js';
import { createWorkers } from './workers-panel.js';

/** Stable: layouts are saved by them. */
export type PanelId =
  'task-stream' | 'progress' | 'workers' | 'system' | 'graph' | 'transfers' | 'events' | 'errors' | 'profile' | 'task';

export interface PanelDescription {
  readonly id: PanelId;
  title(translate: Translator): string;
  /** One line for menus. */
  caption(translate: Translator): string;
  /** An SVG of 16 × 16 in the colour of the text. */
  readonly icon: string;
  /** Where it stands when all are opened at once: what is wide, what is beside it, what is below. */
  readonly area: 'main' | 'side' | 'bottom';
  /** Puts the panel into an element that has a size; hidden until told otherwise. */
  create(host: HTMLElement, context: PanelContext): Panel;
}

export const panels: readonly PanelDescription[] = [
  {
    id: 'task-stream',
    title: (trans) => trans.__('Task stream'),
    caption: (trans) => trans.__('What ran where and when'),
    icon: icons.taskStream,
    area: 'main',
    create: createTaskStream,
  },
  {
    id: 'progress',
    title: (trans) => trans.__('Progress'),
    caption: (trans) => trans.__('How far each function’s tasks are'),
    icon: icons.progress,
    area: 'side',
    create: createProgress,
  },
  {
    id: 'workers',
    title: (trans) => trans.__('Workers'),
    caption: (trans) => trans.__('What each worker uses, holds and does'),
    icon: icons.workers,
    area: 'bottom',
    create: createWorkers,
  },
  {
    id: 'system',
    title: (trans) => trans.__('Memory and CPU'),
    caption: (trans) => trans.__('The cluster over time'),
    icon: icons.system,
    area: 'side',
    create: createSystem,
  },
  {
    id: 'graph',
    title: (trans) => trans.__('Task graph'),
    caption: (trans) => trans.__('What needs what, and how far it is'),
    icon: icons.graph,
    area: 'main',
    create: createGraph,
  },
  {
    id: 'transfers',
    title: (trans) => trans.__('Bandwidth'),
    caption: (trans) => trans.__('What workers send to each other'),
    icon: icons.transfers,
    area: 'bottom',
    create: createTransfers,
  },
  {
    id: 'events',
    title: (trans) => trans.__('Events'),
    caption: (trans) => trans.__('What has happened, and warnings'),
    icon: icons.events,
    area: 'bottom',
    create: createEvents,
  },
  {
    id: 'errors',
    title: (trans) => trans.__('Errors'),
    caption: (trans) => trans.__('Failures with their stacks'),
    icon: icons.errors,
    area: 'bottom',
    create: createErrors,
  },
  {
    id: 'profile',
    title: (trans) => trans.__('Profile'),
    caption: (trans) => trans.__('Where the time goes'),
    icon: icons.profile,
    area: 'main',
    create: createProfile,
  },
  {
    id: 'task',
    title: (trans) => trans.__('Task'),
    caption: (trans) => trans.__('One task: where it is and why'),
    icon: icons.task,
    area: 'main',
    create: createTask,
  },
];
