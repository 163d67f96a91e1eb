import { RunOutcome } from '@covey/protocol/bridge';
import { pixelOf } from '../../draw/palette.js';
import type { Rgb } from '../../draw/palette.js';
import type { Theme } from '../../draw/theme.js';
import { RunRing } from '../../store/run-ring.js';
import { RecordingPage } from '../../testing/recording-canvas.js';
import { StreamPainter } from './stream-painter.js';

const grey: Rgb = [200, 200, 200];
const colours: Readonly<Record<string, Rgb>> = { load: [0, 0, 200], add: [0, 200, 0] };
const theme: Theme = {
  ...{ isDark: false, background: [255, 255, 255], raised: grey, line: grey, text: [0, 0, 0], quiet: grey },
  ...{ brand: grey, error: [200, 0, 0], warning: grey, success: grey, font: 'sans-serif' },
  functionColour: (name) => colours[name] ?? grey,
};
const NAMES = ['load', 'add', 'a_function_with_a_long_name'];
/** As they came, which is not as they are shown. */
const LANES = [
  { worker: 'worker-10', thread: 0 },
  { worker: 'worker-2', thread: 1 },
  { worker: 'worker-2', thread: 0 },
];
const [ten, twoB, twoA] = [0, 1, 2];
const WIDTH = 400;
const LANE_HEIGHT = 22;
const BEGAN = 50_000;

type Row = readonly [lane: number, fromMs: number, durationMs: number, name: string, outcome?: number];

let page: RecordingPage;
let uninstall: () => void;
let runs: RunRing;
let painter: StreamPainter;

beforeEach(() => {
  page = new RecordingPage();
  uninstall = page.install();
  runs = new RunRing(1000);
  painter = new StreamPainter(runs, theme, () => undefined);
  painter.view.msPerPixel = 1;
  painter.view.startMs = BEGAN;
});

afterEach(() => {
  painter.dispose();
  uninstall();
});

/** Times are from the left edge of the chart, where a millisecond is a pixel. */
function add(rows: readonly Row[], lanes = LANES): void {
  runs.add({
    start: Float64Array.from(rows, (row) => BEGAN + row[1]),
    duration: Float32Array.from(rows, (row) => row[2]),
    lane: Uint16Array.from(rows, (row) => row[0]),
    name: Uint32Array.from(rows, (row) => NAMES.indexOf(row[3])),
    outcome: Uint8Array.from(rows, (row) => row[4] ?? RunOutcome.done),
    task: Float64Array.from(rows, (_row, i) => i),
    count: Uint32Array.from(rows, () => 1),
    lanes: { first: 0, added: lanes },
    names: { first: 0, added: NAMES },
  });
}

function show(height = 100): void {
  page.resize([
    [painter.chart, WIDTH, height],
    [painter.lanes, 80, height],
    [painter.axis, WIDTH, 20],
  ]);
  painter.draw();
}

const image = () => page.drawings(painter.chart)[0]!;
const overlay = () => page.drawings(painter.chart)[1]!;
const gutter = () => page.drawings(painter.lanes)[0]!;

/** The pixel in the middle of the shown lane of this place. */
function pixelAt(x: number, place: number): number {
  const { data } = image().image!;
  return new Uint32Array(data.buffer)[(place * LANE_HEIGHT + LANE_HEIGHT / 2) * WIDTH + x]!;
}

test('a run stands in the lane of its thread, from when to when it ran, in its function’s colour', () => {
  add([
    [ten, 10, 50, 'load'],
    [twoA, 100, 50, 'add'],
  ]);
  show();
  const [load, other, empty] = [pixelOf(colours['load']!), pixelOf(colours['add']!), pixelOf(theme.background)];
  // By worker and thread, numbers as numbers: worker-2's threads, then worker-10's.
  expect([9, 10, 58, 61].map((x) => pixelAt(x, 2))).toEqual([empty, load, load, empty]);
  expect([99, 100, 148, 151].map((x) => pixelAt(x, 0))).toEqual([empty, other, other, empty]);
  expect(pixelAt(100, 1)).toBe(empty);
});

test.each([
  ['in its middle', 120, 11, 'load'],
  ['at a distance of two pixels', 98, 11, 'load'],
  ['farther away than one can aim badly', 95, 11, undefined],
  ['where two overlap: the later one', 145, 11, 'add'],
  ['in the lane below', 120, 33, undefined],
  ['below all lanes', 120, 90, undefined],
])('the pointer finds a run %s', (_where, x, y, name) => {
  add([
    [twoA, 100, 50, 'load'],
    [twoA, 140, 50, 'add'],
  ]);
  show();
  const at = painter.runAt(x, y);
  expect(at < 0 ? undefined : runs.names[runs.name[at]!]).toBe(name);
});

test('the run that is pointed at has a frame, as long as it is pointed at', () => {
  add([[twoB, 100, 50, 'load']]);
  show();
  expect(overlay().frames).toEqual([]);
  painter.pointed = painter.runAt(120, LANE_HEIGHT + 1);
  painter.refresh();
  painter.draw();
  expect(overlay().frames).toEqual([{ at: [99, LANE_HEIGHT], width: 51, height: LANE_HEIGHT - 1 }]);
  painter.pointed = -1;
  painter.refresh();
  painter.draw();
  expect(overlay().frames).toEqual([]);
});

test('names are written into runs that have room for them and did not fail, beginning where they are seen', () => {
  add([
    [ten, 10, 100, 'load'],
    [ten, 120, 30, 'load'],
    [twoA, 10, 100, 'add', RunOutcome.erred],
    [twoB, -300, 400, 'a_function_with_a_long_name'],
  ]);
  show();
  expect(overlay().texts).toEqual([
    { text: 'a_funct…g_name', at: [4, LANE_HEIGHT * 1.5], colour: '#000' },
    { text: 'load', at: [14, LANE_HEIGHT * 2.5], colour: '#fff' },
  ]);
});

test('a worker’s name stands once, beside its first thread', () => {
  add([]);
  show();
  expect(gutter().texts.map(({ text, at }) => [text, Math.floor(at[1] / LANE_HEIGHT)])).toEqual([
    ['worker-2', 0],
    ['worker-10', 2],
  ]);
});

test('more lanes than there is room for are scrolled, no farther than to the last', () => {
  const lanes = Array.from({ length: 100 }, (_, i) => ({ worker: `worker-${i}`, thread: 0 }));
  add([[99, 100, 50, 'load']], lanes);
  show();
  expect([painter.laneHeight, painter.fullHeight]).toEqual([3, 300]);
  expect(painter.runAt(120, 98)).toBe(-1);
  painter.scrollTop = 1000;
  painter.draw();
  expect(painter.scrollTop).toBe(200);
  expect(painter.boxOf(painter.runAt(120, 98))).toEqual({ x: 100, y: 97, width: 50 });
});

test('without a size nothing is drawn, and all of it once there is one', () => {
  add([[twoA, 100, 50, 'load']]);
  painter.draw();
  expect(image().image).toBeUndefined();
  show();
  expect(pixelAt(120, 0)).toBe(pixelOf(colours['load']!));
});

test('what has not changed is not drawn again', () => {
  add([[twoA, 100, 50, 'load']]);
  show();
  painter.draw();
  expect(image().images).toBe(1);
  painter.view.pan(1);
  painter.draw();
  expect(image().images).toBe(2);
});

test('after another life of the scheduler nothing of the one before is there', () => {
  add([[ten, 100, 50, 'load']]);
  show();
  painter.pointed = painter.runAt(120, 2 * LANE_HEIGHT + 1);
  runs.clear();
  add([[0, 10, 50, 'add']], [{ worker: 'another', thread: 0 }]);
  painter.draw();
  expect(painter.pointed).toBe(-1);
  expect(gutter().texts.map(({ text }) => text)).toEqual(['another']);
  expect([20, 120].map((x) => pixelAt(x, 0))).toEqual([pixelOf(colours['add']!), pixelOf(theme.background)]);
});
