import type { TaskStreamColumns } from '@covey/protocol/bridge';
import { RunRing } from '../store/run-ring.js';
import { seeded } from '../testing/random.js';
import { LaneRaster } from './lane-raster.js';
import type { RasterView } from './lane-raster.js';

const BACKGROUND = 9;
const ERROR = 8;
const colours = { names: Uint32Array.of(100, 101, 102), background: BACKGROUND, error: ERROR, stopped: 7 };
const places = Uint16Array.of(0, 1, 2, 3);

type Row = readonly [lane: number, start: number, duration: number, name: number, outcome?: number];

function columnsOf(rows: readonly Row[]): TaskStreamColumns {
  return {
    start: Float64Array.from(rows, (row) => row[1]),
    duration: Float32Array.from(rows, (row) => row[2]),
    lane: Uint16Array.from(rows, (row) => row[0]),
    name: Uint32Array.from(rows, (row) => row[3]),
    outcome: Uint8Array.from(rows, (row) => row[4] ?? 0),
    task: Float64Array.from(rows, () => 1),
    count: Uint32Array.from(rows, () => 1),
    lanes: { first: 0, added: [] },
    names: { first: 0, added: [] },
  };
}

function viewAt(firstColumn: number, columns = 20, lanes = 4): RasterView {
  return { msPerPixel: 1, firstColumn, columns, firstLane: 0, lanes, places };
}

function imageOf(raster: LaneRaster, view: RasterView, laneHeight = 1): number[] {
  const height = view.lanes * laneHeight;
  const image = new Uint32Array(view.columns * height);
  raster.compose(image, height, { laneHeight, shift: 0 });
  return [...image];
}

test('a run fills its columns in its lane, but for a gap behind wide ones', () => {
  const runs = new RunRing(10);
  runs.add(columnsOf([[1, 1002, 6, 2]]));
  const raster = new LaneRaster();
  const view = viewAt(1000, 10, 2);
  expect(raster.update(runs, view, colours)).toBe(true);
  const empty = Array<number>(10).fill(BACKGROUND);
  expect(imageOf(raster, view)).toEqual([...empty, 9, 9, 102, 102, 102, 102, 102, 9, 9, 9]);
  expect(raster.update(runs, view, colours)).toBe(false);
});

test('a failure is seen among runs that are narrower than a pixel, and striped', () => {
  const runs = new RunRing(10);
  runs.add(
    columnsOf([
      [0, 1000, 0.1, 0, 1],
      [0, 1000.2, 0.1, 1],
    ]),
  );
  const raster = new LaneRaster();
  const view = viewAt(1000, 4, 1);
  raster.update(runs, view, colours);
  const image = new Uint32Array(4 * 8);
  raster.compose(image, 8, { laneHeight: 8, shift: 0 });
  const firstColumn = Array.from({ length: 7 }, (_, row) => image[row * 4]);
  expect(new Set(firstColumn)).toEqual(new Set([ERROR, BACKGROUND]));
});

test('moving and adding bit by bit shows what painting everything at once shows', () => {
  const random = seeded(11);
  const runs = new RunRing(300);
  const raster = new LaneRaster();
  const free = [1000, 1000, 1000, 1000];
  let firstColumn = 990;
  for (let step = 0; step < 400; step++) {
    const rows: Row[] = [];
    for (let i = Math.floor(random() * 4); i > 0; i--) {
      const lane = Math.floor(random() * 4);
      const duration = random() * 9;
      rows.push([lane, free[lane]!, duration, Math.floor(random() * 3), random() < 0.1 ? 1 : 0]);
      free[lane]! += duration + random() * 3;
    }
    runs.add(columnsOf(rows));
    firstColumn += random() < 0.1 ? -Math.floor(random() * 30) : Math.floor(random() * 4);
    const view = viewAt(firstColumn);
    raster.update(runs, view, colours);
    const afresh = new LaneRaster();
    afresh.update(runs, view, colours);
    expect(imageOf(raster, view)).toEqual(imageOf(afresh, view));
  }
});

test('lanes stand where they are placed, and those that are scrolled away are left out', () => {
  const runs = new RunRing(10);
  runs.add(
    columnsOf([
      [0, 1000, 2, 0],
      [1, 1000, 2, 1],
    ]),
  );
  const raster = new LaneRaster();
  const view = { ...viewAt(1000, 2, 1), firstLane: 1, places: Uint16Array.of(1, 0) };
  raster.update(runs, view, colours);
  expect(imageOf(raster, view)).toEqual([100, 100]);
});
