/**
 * Figures between their two forms: as a program reads them, and as every transport carries them, with columns of numbers
 * as bytes beside plain data. Numbers are little-endian, as on every platform that runs this.
 */
import type { FigureBatch, FigureTopics, Figures, FigureTopic, TaskStreamColumns, TransferMatrix } from './figures.js';

/** A topic's data on its way: the part of a {@link FigureBatch} that depends on the topic. */
export interface PackedFigures {
  readonly json: unknown;
  readonly buffers: readonly Uint8Array[];
}

/** What of the columns travels as plain data. */
type TaskStreamHeader = Pick<TaskStreamColumns, 'lanes' | 'names'>;
type TransferHeader = Omit<TransferMatrix, 'bytes'>;

export function packTaskStream(columns: TaskStreamColumns): PackedFigures {
  const { lanes, names, start, duration, lane, name, outcome, task, count } = columns;
  const header: TaskStreamHeader = { lanes, names };
  return { json: header, buffers: [start, duration, lane, name, outcome, task, count].map(bytesOf) };
}

export function packTransfers({ bytes, ...header }: TransferMatrix): PackedFigures {
  return { json: header satisfies TransferHeader, buffers: [bytesOf(bytes)] };
}

/**
 * A batch as a program reads it. Columns are views of the batch's memory where its alignment allows.
 * @throws {RangeError} when columns are missing or not equally long.
 */
export function readFigures<Topic extends FigureTopic>(batch: FigureBatch & { readonly topic: Topic }): Figures<Topic> {
  const { topic, epoch, cursor, missed } = batch;
  return { topic, epoch, cursor, missed, data: dataOf(batch) as FigureTopics[Topic] };
}

function dataOf({ topic, json, buffers }: FigureBatch): FigureTopics[FigureTopic] {
  if (topic === 'task-stream') return readTaskStream(json as TaskStreamHeader, buffers);
  if (topic === 'transfers') return readTransfers(json as TransferHeader, buffers);
  return json as Exclude<FigureTopics[FigureTopic], TaskStreamColumns | TransferMatrix>;
}

function readTaskStream(header: TaskStreamHeader, buffers: readonly Uint8Array[]): TaskStreamColumns {
  const columns: TaskStreamColumns = {
    start: columnOf(Float64Array, buffers, 0),
    duration: columnOf(Float32Array, buffers, 1),
    lane: columnOf(Uint16Array, buffers, 2),
    name: columnOf(Uint32Array, buffers, 3),
    outcome: columnOf(Uint8Array, buffers, 4),
    task: columnOf(Float64Array, buffers, 5),
    count: columnOf(Uint32Array, buffers, 6),
    lanes: header.lanes,
    names: header.names,
  };
  const { start, duration, lane, name, outcome, task, count } = columns;
  const { length } = start;
  for (const column of [duration, lane, name, outcome, task, count]) {
    if (column.length !== length) throw new RangeError(`a task stream's columns hold ${length} and ${column.length}`);
  }
  return columns;
}

function readTransfers(header: TransferHeader, buffers: readonly Uint8Array[]): TransferMatrix {
  const bytes = columnOf(Float64Array, buffers, 0);
  const { length } = header.workers;
  if (bytes.length !== length ** 2) throw new RangeError(`${length} workers exchange ${bytes.length} amounts`);
  return { ...header, bytes };
}

type Column = Float64Array | Float32Array | Uint32Array | Uint16Array | Uint8Array;

interface ColumnType<C extends Column> {
  readonly BYTES_PER_ELEMENT: number;
  readonly name: string;
  new (buffer: ArrayBuffer, byteOffset: number, length: number): C;
}

function columnOf<C extends Column>(type: ColumnType<C>, buffers: readonly Uint8Array[], index: number): C {
  const bytes = buffers[index];
  const { BYTES_PER_ELEMENT: width } = type;
  if (bytes === undefined || bytes.byteLength % width !== 0) {
    throw new RangeError(`column ${index} is no ${type.name}: it has ${bytes?.byteLength ?? 'no'} bytes`);
  }
  const isAligned = bytes.byteOffset % width === 0;
  const { buffer, byteOffset } = isAligned ? bytes : bytes.slice();
  return new type(buffer as ArrayBuffer, byteOffset, bytes.byteLength / width);
}

function bytesOf({ buffer, byteOffset, byteLength }: Column): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
