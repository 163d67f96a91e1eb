/**
 * Shows one panel, or all, of a made-up cluster: `?panel=workers&theme=dark&workers=1000`. With `panel=all` each has a
 * tile; `recording=URL` replays what a cluster told. For people who change how panels look, for tests in a browser and for benchmarks.
 */
import { plainTranslator } from '../context.js';
import { THEME_STYLE } from '../page/theme-style.js';
import { panels } from '../panels/all-panels.js';
import type { FigureSource } from '../feed/figure-source.js';
import { h } from '../view/dom.js';
import { RecordedSource } from './recorded-source.js';
import { SampleSource } from './sample-source.js';
import type { SampleMood } from './sample-source.js';

const query = new URLSearchParams(location.search);
const number = (name: string, otherwise: number) => Number(query.get(name) ?? otherwise);
document.documentElement.dataset['theme'] = query.get('theme') ?? 'light';
document.documentElement.lang = 'en';
document.title = 'Gallery of panels';
document.head.append(
  h('style', {
    text: `${THEME_STYLE} body { margin: 0; height: 100vh; background: var(--jp-layout-color3); } main { display: grid; gap: 8px; height: 100%; grid-template-columns: repeat(auto-fit, minmax(560px, 1fr)); } main.one { grid-template: 100% / 100%; } main > div { min-height: 380px; min-width: 0; } main.one > div { min-height: 0; }`,
  }),
);

const recording = query.get('recording');
const source: FigureSource =
  recording === null ? sampleSource() : new RecordedSource(await (await fetch(recording)).arrayBuffer());

const wanted = query.get('panel') ?? 'all';
const shown = panels.filter(({ id }) => wanted === 'all' || id === wanted);
const main = h(
  'main',
  { class: shown.length === 1 ? 'one' : '' },
  h('h1', { text: 'Gallery', style: 'position:absolute;clip-path:inset(50%)' }),
);
document.body.append(main);
for (const panel of shown) {
  const host = h('div');
  main.append(host);
  panel
    .create(host, {
      source,
      translate: plainTranslator,
      openTask: () => undefined,
      task: { key: 'merge-3f29a0c1' },
    })
    .setVisible(true);
}

function sampleSource(): SampleSource {
  return new SampleSource({
    mood: (query.get('mood') ?? 'busy') as SampleMood,
    workers: number('workers', 12),
    threads: number('threads', 4),
    functions: number('functions', 12),
    tasksPerSecond: number('rate', 400),
    graphNodes: number('nodes', 700),
    pastMs: number('past', 40_000),
    longNames: query.get('long') === 'yes',
  });
}
