/** The notebook of the scenario: values, a cell to submit, a cell to cancel, and work to look at. */
const cells = [
  'const squares = executor.map((x: number) => x ** 2, [1, 2, 3]);\nawait executor.gather(squares)',
  "console.log('on the cluster');\n6 * 7",
  'await new Promise((resolve) => setTimeout(resolve, 600_000));',
  [
    'function load(n: number) {',
    '  const end = Date.now() + 10 + (n % 7) * 5;',
    '  while (Date.now() < end);',
    '  return new Float64Array(2_000 + n);',
    '}',
    'function add(a: Float64Array, b: Float64Array) {',
    '  return a.map((x, i) => x + (b[i] ?? 0));',
    '}',
    'const parts = executor.map(load, Array.from({ length: 300 }, (_, i) => i));',
    'const sums = parts.slice(1).map((part, i) => executor.submit(add, part, parts[i]!));',
    "const none = executor.submit(function missing() { throw new RangeError('no such part'); });",
    'await executor.gather(sums);',
    'sums',
  ].join('\n'),
];

export function notebookText() {
  return notebookOf(cells);
}

/** A notebook of these cells. */
export function notebookOf(sources, metadata = {}, kernel = 'covey') {
  const language = kernel === 'covey' ? 'typescript' : 'python';
  return JSON.stringify({
    cells: sources.map((source, index) => ({
      cell_type: 'code',
      id: `cell-${index}`,
      metadata: {},
      execution_count: null,
      outputs: [],
      source,
    })),
    metadata: { kernelspec: { name: kernel, display_name: kernel, language }, ...metadata },
    nbformat: 4,
    nbformat_minor: 5,
  });
}
