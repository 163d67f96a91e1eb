/**
 * Which results are asked of which peer, and when. Per peer a line of what is wanted, asked for in batches: while a batch is under way the line grows, so that
 * many small results cost few round trips. Bytes and batches under way are bounded; one batch may always go, whatever its size.
 */
import type { TaskId, WorkerId } from '@covey/protocol/internal';
import type { Datum } from './datum.js';
import type { FetchId } from './output.js';

export interface FetchLimits {
  /** Bytes on their way to this worker. Default 256 MiB. */
  readonly bytesInFlight: number;
  /** Batches on their way, over all peers. Default 32. */
  readonly batches: number;
  /** Batches on their way from one peer. Default 2. */
  readonly batchesPerPeer: number;
  /** Bytes in one batch, unless it is one result. Default 64 MiB. */
  readonly batchBytes: number;
  /** Results in one batch. Default 2,000. */
  readonly batchCount: number;
}

const DEFAULT_FETCH_LIMITS: FetchLimits = {
  bytesInFlight: 256 * 1024 * 1024,
  batches: 32,
  batchesPerPeer: 2,
  batchBytes: 64 * 1024 * 1024,
  batchCount: 2000,
};

interface Peer {
  readonly id: WorkerId;
  /** In order; entries that are no longer wanted from here are skipped when their turn comes. */
  line: Datum[];
  waitingBytes: number;
  bytesInFlight: number;
  readonly fetches: Set<FetchId>;
}

interface Fetch {
  readonly peer: Peer;
  readonly data: Map<TaskId, Datum>;
  readonly nbytes: number;
}

export type StartFetch = (fetch: FetchId, peer: WorkerId, taskIds: readonly TaskId[], nbytes: number) => void;

export class FetchPlanner {
  readonly #limits: FetchLimits;
  readonly #peers = new Map<WorkerId, Peer>();
  /** Peers with a line, in the order in which they get their turn. */
  readonly #inLine = new Set<Peer>();
  readonly #fetches = new Map<FetchId, Fetch>();
  #bytesInFlight = 0;
  #lastFetch = 0;

  constructor(limits: FetchLimits = DEFAULT_FETCH_LIMITS) {
    this.#limits = limits;
  }

  get bytesInFlight(): number {
    return this.#bytesInFlight;
  }

  get batches(): number {
    return this.#fetches.size;
  }

  /** Puts it in line at the holder that has least to send to us. It must have a holder. */
  want(datum: Datum): void {
    let best: Peer | undefined;
    for (const holder of datum.holders) {
      const peer = this.#peer(holder);
      if (best === undefined || loadOf(peer) < loadOf(best)) best = peer;
    }
    if (best === undefined) throw new TypeError(`result ${datum.taskId} is wanted from nobody`);
    datum.state = 'wanted';
    datum.source = best.id;
    best.line.push(datum);
    best.waitingBytes += datum.nbytes;
    this.#inLine.add(best);
  }

  /** Starts what the limits allow. */
  start(startFetch: StartFetch): void {
    for (const peer of this.#inLine) {
      while (peer.line.length > 0 && peer.fetches.size < this.#limits.batchesPerPeer) {
        if (this.#fetches.size >= this.#limits.batches) return;
        if (this.#bytesInFlight > 0 && this.#bytesInFlight >= this.#limits.bytesInFlight) return;
        const fetch = this.#takeBatch(peer);
        if (fetch.data.size === 0) break;
        const id = ++this.#lastFetch;
        this.#fetches.set(id, fetch);
        peer.fetches.add(id);
        peer.bytesInFlight += fetch.nbytes;
        this.#bytesInFlight += fetch.nbytes;
        startFetch(id, peer.id, [...fetch.data.keys()], fetch.nbytes);
      }
      if (peer.line.length === 0) this.#inLine.delete(peer);
    }
  }

  /** Takes one result out of a batch under way: it came, or it won't. Undefined when it was not expected. */
  settle(fetch: FetchId, taskId: TaskId): { readonly datum: Datum; readonly peer: WorkerId } | undefined {
    const record = this.#fetches.get(fetch);
    const datum = record?.data.get(taskId);
    if (record === undefined || datum === undefined) return undefined;
    record.data.delete(taskId);
    return { datum, peer: record.peer.id };
  }

  /** The batch is over; answers what of it never came, and whose fault that is. */
  end(fetch: FetchId): { readonly peer: WorkerId; readonly unsettled: readonly Datum[] } | undefined {
    const record = this.#fetches.get(fetch);
    if (record === undefined) return undefined;
    this.#fetches.delete(fetch);
    record.peer.fetches.delete(fetch);
    record.peer.bytesInFlight -= record.nbytes;
    this.#bytesInFlight -= record.nbytes;
    this.#forgetIfIdle(record.peer);
    return { peer: record.peer.id, unsettled: [...record.data.values()] };
  }

  /** The peer is gone: answers what stood in line there. What is under way from it ends by itself. */
  peerGone(id: WorkerId): readonly Datum[] {
    const peer = this.#peers.get(id);
    if (peer === undefined) return [];
    const { line } = peer;
    peer.line = [];
    peer.waitingBytes = 0;
    this.#inLine.delete(peer);
    this.#forgetIfIdle(peer);
    return line.filter((datum) => isInLineAt(datum, peer));
  }

  #takeBatch(peer: Peer): Fetch {
    const data = new Map<TaskId, Datum>();
    let nbytes = 0;
    let taken = 0;
    for (const datum of peer.line) {
      const fits =
        data.size === 0 || (nbytes + datum.nbytes <= this.#limits.batchBytes && data.size < this.#limits.batchCount);
      if (!fits) break;
      taken += 1;
      peer.waitingBytes -= datum.nbytes;
      if (!isInLineAt(datum, peer)) continue;
      datum.state = 'fetching';
      data.set(datum.taskId, datum);
      nbytes += datum.nbytes;
    }
    peer.line.splice(0, taken);
    if (peer.line.length === 0) peer.waitingBytes = 0;
    return { peer, data, nbytes };
  }

  #peer(id: WorkerId): Peer {
    let peer = this.#peers.get(id);
    if (peer === undefined) {
      peer = { id, line: [], waitingBytes: 0, bytesInFlight: 0, fetches: new Set() };
      this.#peers.set(id, peer);
    }
    return peer;
  }

  #forgetIfIdle(peer: Peer): void {
    if (peer.line.length === 0 && peer.fetches.size === 0) this.#peers.delete(peer.id);
  }
}

function isInLineAt(datum: Datum, peer: Peer): boolean {
  return datum.state === 'wanted' && datum.source === peer.id;
}

function loadOf(peer: Peer): number {
  return peer.waitingBytes + peer.bytesInFlight;
}
