import { inspect } from 'node:util';
import { isLive } from '../cluster/live/live-displays.js';
import { isShown } from './display.js';
import { bundleNow, bundleOf, displaySymbol } from './mime-bundle.js';
import { Progress } from './progress.js';

const stripped = (text: unknown): string => String(text).replace(/\u001b\[[0-9;]*m/g, ''); // eslint-disable-line no-control-regex
const plain = (value: unknown): string => stripped(bundleNow(value).data['text/plain']);
const html = (value: unknown): string => String(bundleNow(value).data['text/html']);

describe('tables', () => {
  test('arrays of objects, also where fields are missing', () => {
    const rows = [
      { name: 'Ada', born: 1815 },
      { name: '<b>', died: 1852 },
    ];
    expect(plain(rows)).toBe(
      [
        '   name  born  died',
        '───────────────────',
        '0  Ada   1815      ',
        '1  <b>         1852',
        '',
        '2 rows × 3 columns',
      ]
        .map((line) => line.trimEnd())
        .join('\n'),
    );
    expect(html(rows)).toContain('<td style="text-align: left">&lt;b&gt;</td>');
    expect(html(rows)).toContain('<th style="text-align: right">born</th>');
    expect(html(rows)).not.toMatch(/<(?:script|style|link)|color/);
  });

  test('say what of them is not shown, and never grow large', () => {
    const wide = Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`c${n}`, 'x'.repeat(500)]));
    const rows = Array.from({ length: 10_000 }, () => wide);
    expect(html(rows)).toContain('10,000 rows × 300 columns; shown: 60 × 20');
    expect(html(rows).length).toBeLessThan(200_000);
    expect(plain(rows)).toContain('\n9999  ');
    expect(plain(rows).length).toBeLessThan(100_000);
  });

  test('run no getters', () => {
    const row = Object.defineProperty({ a: 1 }, 'b', {
      enumerable: true,
      get: () => {
        throw new Error('ran');
      },
    });
    expect(plain([row, row])).toContain('[Getter]');
  });

  test('nested trees, empty arrays and instances of classes are no tables', () => {
    class Point {
      x = 1;
    }
    for (const value of [[{ a: { b: 1 } }], [], [new Point()], [[1]], [new Date(0)]]) {
      expect(bundleNow(value).data).not.toHaveProperty('text/html');
    }
  });

  test('maps to records, and long maps to simple values', () => {
    expect(plain(new Map([['a', { n: 1 }]]))).toContain('  a  1');
    const squares = new Map(Array.from({ length: 5 }, (_, n) => [n, n * n]));
    expect(plain(squares)).toContain('5 rows × 1 column');
    expect(plain(new Map([['a', 1]]))).toBe("Map(1) { 'a' => 1 }");
  });

  test('what looks like a table of Arrow', () => {
    const data: Record<string, unknown[]> = { id: [1n, 2n], city: ['Oslo', null] };
    const fields = [
      { name: 'id', type: 'Int64' },
      { name: 'city', type: 'Utf8' },
    ];
    const table = {
      numRows: 2,
      schema: { fields },
      getChildAt: (at: number) => ({ get: (row: number) => data[fields[at]?.name ?? '']?.[row] }),
    };
    expect(plain(table)).toContain('id: Int64  city: Utf8');
    expect(plain(table)).toMatch(/^1 +2/m);
  });
});

describe('typed arrays', () => {
  test('short ones are printed, long ones told about', () => {
    expect(plain(Float64Array.of(1, 2))).toBe('Float64Array(2) [ 1, 2 ]');
    const ramp = Float64Array.from({ length: 100_000 }, (_, n) => n);
    ramp[7] = NaN;
    expect(plain(ramp)).toBe(
      'Float64Array(100,000)  800 kB\n[ 0, 1, 2, 3, 4, 5, …, 99994, 99995, 99996, 99997, 99998, 99999 ]\nmin 0  max 99999  mean 50000  NaN 1 times',
    );
    expect(plain(new BigInt64Array(200))).toContain('min 0  max 0  mean 0');
  });
});

describe('images', () => {
  const png = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2]);
  test.each([
    ['image/png', png],
    ['image/jpeg', Buffer.from([0xff, 0xd8, 0xff, 0xe0])],
    ['image/gif', Buffer.from('GIF89a')],
    ['image/webp', Buffer.from('RIFF\0\0\0\0WEBPVP8 ')],
  ])('%s is known by its first bytes', (type, bytes) => {
    expect(bundleNow(new Uint8Array(bytes)).data[type]).toBe(bytes.toString('base64'));
  });

  test('SVG is text', () => {
    const text = '<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>';
    expect(bundleNow(Buffer.from(text)).data['image/svg+xml']).toBe(text);
    expect(bundleNow({ outerHTML: text }).data['image/svg+xml']).toBe(text);
  });

  test('other bytes are bytes', () => {
    expect(plain(Buffer.from('hello'))).toBe('<Buffer 68 65 6c 6c 6f>');
  });
});

describe('what values say about themselves', () => {
  test('elements, canvases, charts', () => {
    expect(html({ outerHTML: '<p>hi</p>' })).toBe('<p>hi</p>');
    expect(bundleNow({ toDataURL: () => 'data:image/png;base64,AAAA' }).data['image/png']).toBe('AAAA');
    const spec = { $schema: 'https://vega.github.io/schema/vega-lite/v5.json', mark: 'bar' };
    expect(bundleNow({ toSpec: () => spec }).data['application/vnd.vegalite.v5+json']).toBe(spec);
  });

  test('by the symbol, now or later; bytes become base64, and text is always there', async () => {
    const data = { 'text/html': '<i>x</i>', 'image/png': Buffer.from([1]) };
    const now = bundleOf({ [displaySymbol]: () => data });
    expect(now).toMatchObject({ data: { 'text/html': '<i>x</i>', 'image/png': 'AQ==' } });
    expect(await bundleOf({ [displaySymbol]: () => Promise.resolve(data) })).toMatchObject(now);
    expect(Object.keys((await now).data)).toContain('text/plain');
  });

  test('one that throws when it is looked at is shown all the same', () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(plain(proxy)).toBe('<Revoked Proxy>');
  });

  test('one whose own text fails is shown without it, with why', () => {
    const fails = (why: string) => (): never => {
      throw new Error(why);
    };
    const custom = { name: 'x', [inspect.custom]: fails('mine') };
    expect(plain(custom)).toMatch(/^\{\n {2}name: 'x',[^]*\(Its own text can’t be had: Error: mine\)$/);
    expect(plain([{ nested: custom }])).toContain("name: 'x'");
    const tagged = Object.defineProperty({}, Symbol.toStringTag, { get: fails('tag') });
    // Node 24 shows such an object without its tag.
    expect(['(This object can’t be shown: Error: tag)', '{}']).toContain(plain(tagged));
    const trap = fails('trap');
    const traps = { get: trap, has: trap, ownKeys: trap, getPrototypeOf: trap, getOwnPropertyDescriptor: trap };
    const proxy = new Proxy({ a: 1 }, traps);
    expect([isShown(proxy), isLive(proxy), plain(proxy)]).toEqual([false, false, '{ a: 1 }']);
  });
});

test('text is bounded in depth, length and size, and coloured', () => {
  expect(plain({ a: { b: { c: { d: { e: { f: 1 } } } } } })).toContain('[Object]');
  expect(plain(Array.from({ length: 1000 }, (_, n) => n))).toContain('900 more items');
  expect(plain('x'.repeat(20_000))).toContain('10000 more characters');
  expect(plain(Array.from({ length: 100 }, () => 'x'.repeat(9000))).length).toBeLessThan(101_000);
  expect(String(bundleNow([1]).data['text/plain'])).toContain('\u001b[33m1');
});

test('of a large object the first properties are shown', () => {
  const large = Object.fromEntries(Array.from({ length: 100_000 }, (_, n) => [`k${n}`, n]));
  const lines = plain(large).split('\n');
  expect(lines.slice(-3)).toEqual(['  k99: 99,', '  … 99,900 more properties', '}']);
  expect(lines).toHaveLength(103);
});

test('progress is drawn at its beginning and end however fast it is', () => {
  const drawn: string[] = [];
  const bar = new Progress([1, 2, 3], 'Steps', (data) => drawn.push(data['text/plain'] ?? ''));
  expect([...bar]).toEqual([1, 2, 3]);
  expect(drawn[0]).toMatch(/^Steps ░{30} 0% 0\/3/);
  expect(drawn.at(-1)).toMatch(/^Steps █{30} 100% 3\/3/);
  expect(drawn.length).toBeLessThan(5);
});

test('progress over what comes with time, and over nothing of the kind', async () => {
  const drawn: string[] = [];
  async function* pages(): AsyncGenerator<number> {
    yield await Promise.resolve(1);
    yield 2;
  }
  const bar = new Progress(pages(), 'Pages', (data) => drawn.push(data['text/plain'] ?? ''));
  const seen: number[] = [];
  for await (const page of bar) seen.push(page);
  expect([seen, drawn.at(-1)]).toEqual([[1, 2], expect.stringMatching(/^Pages ░{30} 0% 2, /)]);
  expect(() => [...new Progress(pages(), '', () => undefined)]).toThrow('by for await');
  for (const over of [null, undefined, {}]) {
    expect(() => new Progress(over as never, '', () => undefined)).toThrow('takes a number of steps');
  }
});
