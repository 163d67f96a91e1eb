/** Many argument lists in one blob, each decoded alone. */
import { ChunkWriter, decode, NotSerializableError } from '../index.js';

function slices(blob: Uint8Array, ends: readonly number[]): unknown[] {
  return ends.map((end, index) => decode({ header: blob.subarray(ends[index - 1] ?? 0, end), buffers: [] }));
}

describe('ChunkWriter', () => {
  it('gives slices that decode alone, whatever is in them', () => {
    const shared = { n: 1 };
    const items = [
      [1],
      ['text', -5.5],
      [shared, shared],
      [{ a: 1 }, { a: 2 }],
      [new Float64Array(5000).fill(3)],
      [(x: number) => x + 1],
      [],
      [new Map([[1, shared]])],
    ];
    const writer = new ChunkWriter();
    const ends = items.map((item) => writer.append(item));
    expect(writer.length).toBe(ends.at(-1));
    const back = slices(writer.take(), ends);
    expect(back.map((item) => (item as unknown[]).length)).toEqual([1, 2, 2, 2, 1, 1, 0, 1]);
    expect(back[3]).toEqual([{ a: 1 }, { a: 2 }]);
    expect(back[4]).toEqual(items[4]);
    expect((back[5] as [(x: number) => number])[0](1)).toBe(2);
  });

  it('is empty again after take', () => {
    const writer = new ChunkWriter();
    writer.append([1]);
    writer.take();
    expect(writer.length).toBe(0);
    expect(writer.take()).toHaveLength(0);
    const end = writer.append([2]);
    expect(slices(writer.take(), [end])).toEqual([[2]]);
  });

  it('leaves nothing of a list that is refused', () => {
    const writer = new ChunkWriter();
    const first = writer.append([1]);
    expect(() => writer.append([{ deep: Promise.resolve() }], { path: 'item 1' })).toThrow(NotSerializableError);
    expect(writer.length).toBe(first);
    const second = writer.append([2]);
    expect(slices(writer.take(), [first, second])).toEqual([[1], [2]]);
  });

  it('works beside another one', () => {
    const [a, b] = [new ChunkWriter(), new ChunkWriter()];
    const ends = [a.append(['a']), b.append(['b'])] as const;
    expect([slices(a.take(), [ends[0]]), slices(b.take(), [ends[1]])]).toEqual([[['a']], [['b']]]);
  });
});
