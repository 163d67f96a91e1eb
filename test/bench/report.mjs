/** How the benchmarks' figures are shown and compared. */

const format = (value) =>
  typeof value !== 'number'
    ? String(value)
    : Math.abs(value) >= 100
      ? Math.round(value).toLocaleString('en')
      : value.toPrecision(3);

/** One line a figure, in a table's columns. */
export function printFigures(name, values) {
  for (const [figure, value] of Object.entries(values)) {
    console.log(`${name.padEnd(17)} ${figure.padEnd(26)} ${format(value).padStart(12)}`);
  }
}

/** Figures of which a greater one is the better one; of all others that both sides have, the smaller. */
const MORE_IS_BETTER = /_per_s$|MBps$/;
/** What describes a workload rather than measures it. */
const SIZES = new Set(['tasks', 'MB']);

/** Both of ours stand beside the peer's one. */
const peersName = (figure) => figure.replace(/^plain_/, '');

/** For each figure that both sides have: how many times better ours is. */
export function ratios(ours, peers) {
  const result = {};
  for (const [name, values] of Object.entries(ours)) {
    const peer = peers[name];
    if (!peer) continue;
    const entries = Object.entries(values).filter(([figure]) => peersName(figure) in peer && !SIZES.has(figure));
    result[name] = Object.fromEntries(
      entries.map(([figure, value]) => [
        figure,
        MORE_IS_BETTER.test(figure) ? value / peer[peersName(figure)] : peer[peersName(figure)] / value,
      ]),
    );
  }
  return result;
}
