/**
 * Which cluster is meant by whom: a person at the front end, the notebook's own metadata, and only then what holds for every
 * program (`COVEY_CLUSTER`, the user's settings, a new local cluster), which is not decided here.
 */
export interface ChosenCluster {
  readonly name: string;
  /** For people: how it came to be this one. */
  readonly why: string;
}

/** Names the notebook's cluster where no front end does (scripts that run notebooks). */
export const NOTEBOOK_CLUSTER = 'COVEY_NOTEBOOK_CLUSTER';

export class ClusterChoice {
  readonly #environment: NodeJS.ProcessEnv;
  #used: string | undefined;
  #notebook: string | undefined;

  constructor(environment: NodeJS.ProcessEnv = process.env) {
    this.#environment = environment;
  }

  /** A person chose it for this notebook, or (null) takes that back. */
  use(name: string | null): void {
    this.#used = name ?? undefined;
  }

  /** The notebook's metadata names it, or names none. */
  nameInNotebook(name: string | undefined): void {
    this.#notebook = name;
  }

  /** Undefined: as for every program. */
  get chosen(): ChosenCluster | undefined {
    if (this.#used !== undefined) return { name: this.#used, why: 'it was chosen for this notebook' };
    if (this.#notebook !== undefined) return { name: this.#notebook, why: 'the notebook names it' };
    const named = this.#environment[NOTEBOOK_CLUSTER];
    return named === undefined || named === '' ? undefined : { name: named, why: `${NOTEBOOK_CLUSTER} names it` };
  }
}
