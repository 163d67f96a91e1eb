/**
 * The front ends that talk with this kernel about clusters. It owns no cluster: whatever becomes of it, what it started
 * lives on, and what it knows can be read again.
 */
import { systemClock } from '@covey/protocol/internal';
import { ClusterList } from './cluster-list.js';
import { ClusterRequests } from './cluster-requests.js';
import { FigureHub } from './figures/figure-hub.js';
import { FrontEnd } from './front-end.js';
import { NotebookRequests } from './notebook-requests.js';
import type { FromBridge, ToBridge } from './thread-messages.js';

/** Front ends that vanish don't say so: beyond this number, those of which nothing was heard for longest are dropped. */
const FRONT_ENDS_MAX = 64;

export class Bridge {
  readonly #say: (message: FromBridge) => void;
  /** By comm; the one that was heard last stands last. */
  readonly #frontEnds = new Map<string, FrontEnd>();
  readonly #list = new ClusterList();
  readonly #requests = new ClusterRequests(this.#list);
  readonly #figures = new FigureHub(this.#list.registry, systemClock);
  readonly #notebook: NotebookRequests;

  constructor(say: (message: FromBridge) => void) {
    this.#say = say;
    this.#notebook = new NotebookRequests(say);
  }

  hear(message: ToBridge): void {
    switch (message.type) {
      case 'open':
        this.#open(message.comm, message.data);
        return;
      case 'message':
        this.#heard(message.comm)?.hear(message.data);
        return;
      case 'close':
        this.#close(message.comm);
        return;
      case 'notebook-answer':
      case 'notebook-failure':
        this.#notebook.settle(message);
        return;
      case 'cell-changed':
        for (const frontEnd of this.#frontEnds.values()) frontEnd.cellChanged(message.cell);
        return;
      case 'display-changed':
        for (const frontEnd of this.#frontEnds.values()) frontEnd.displayChanged(message.display);
    }
  }

  #open(comm: string, data: unknown): void {
    const frontEnd = new FrontEnd(data, {
      list: this.#list,
      figures: this.#figures,
      answer: (method, params) =>
        NotebookRequests.takes(method) ? this.#notebook.ask(method, params) : this.#requests.answer(method, params),
      say: (said, buffers) => this.#say({ type: 'say', comm, data: said, ...(buffers !== undefined && { buffers }) }),
    });
    this.#frontEnds.set(comm, frontEnd);
    const [silent] = this.#frontEnds.keys();
    if (this.#frontEnds.size <= FRONT_ENDS_MAX || silent === undefined) return;
    this.#close(silent);
    this.#say({ type: 'drop', comm: silent });
  }

  #heard(comm: string): FrontEnd | undefined {
    const frontEnd = this.#frontEnds.get(comm);
    if (frontEnd === undefined) return undefined;
    this.#frontEnds.delete(comm);
    this.#frontEnds.set(comm, frontEnd);
    return frontEnd;
  }

  #close(comm: string): void {
    this.#frontEnds.get(comm)?.close();
    this.#frontEnds.delete(comm);
  }
}
