/** The figures of this process that heartbeats carry: memory, processor, and how late its event loop is. */
import process from 'node:process';

export class VitalSigns {
  #cpu = process.cpuUsage();
  #cpuAtMs = performance.now();
  #expectedMs = 0;

  /** Resident bytes. */
  get residentBytes(): number {
    return process.memoryUsage.rss();
  }

  /** Processors used since the last call, as a mean: 1.0 is one fully used. */
  takeCpu(): number {
    const now = performance.now();
    const used = process.cpuUsage(this.#cpu);
    const elapsedMs = now - this.#cpuAtMs;
    this.#cpu = process.cpuUsage();
    this.#cpuAtMs = now;
    return elapsedMs <= 0 ? 0 : (used.user + used.system) / 1000 / elapsedMs;
  }

  /** To be called in each beat of a regular timer: how much later than due it came, milliseconds. */
  beat(intervalMs: number): number {
    const now = performance.now();
    const delayMs = this.#expectedMs === 0 ? 0 : Math.max(0, now - this.#expectedMs);
    this.#expectedMs = now + intervalMs;
    return delayMs;
  }
}
