/** Numbers as people read them. */
import { formatBytes } from '@covey/protocol/bridge';

export function formatRate(bytesPerSecond: number): string {
  return `${formatBytes(bytesPerSecond)}/s`;
}

/** `12.3 ms`, `4.2 s`, `3 min 12 s`. */
export function formatDuration(ms: number): string {
  if (ms === 0) return '0 s';
  if (ms < 0.9995) return `${Math.round(ms * 1000)} µs`;
  if (ms < 999.5) return `${short(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 59.95) return `${short(seconds)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return joined(Math.floor(whole / 60), 'min', whole % 60, 's');
  const minutes = Math.round(seconds / 60);
  if (minutes < 48 * 60) return joined(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
  const hours = Math.round(seconds / 3600);
  return joined(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

/** `1,234`, and `1.2M` from a million on. */
export function formatCount(count: number): string {
  if (count >= 999_500) return count >= 999.5e6 ? `${short(count / 1e9)}G` : `${short(count / 1e6)}M`;
  return Math.round(count).toLocaleString('en');
}

/** `41 %` of a whole; of nothing it is 0. */
export function formatShare(part: number, whole: number): string {
  return `${whole > 0 ? Math.round((part / whole) * 100) : 0} %`;
}

/** The time of day, `14:03:59`; with milliseconds when they matter. */
export function formatTime(ms: number, withMs = false): string {
  const date = new Date(ms);
  const [h, m, s] = [date.getHours(), date.getMinutes(), date.getSeconds()].map((n) => String(n).padStart(2, '0'));
  return `${h}:${m}:${s}${withMs ? `.${String(date.getMilliseconds()).padStart(3, '0')}` : ''}`;
}

/** Three digits at most, no zeros behind the point. */
function short(amount: number): string {
  if (Math.abs(amount) >= 99.95) return String(Math.round(amount));
  return String(Math.round(amount * 10) / 10);
}

function joined(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}
