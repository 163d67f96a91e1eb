import type { FormField } from '@covey/protocol/bridge';
import { readForm } from './form-values.js';

const say = (word: string) => (): string => word;
const complaints = {
  required: say('required'),
  integer: say('integer'),
  number: say('number'),
  range: say('range'),
  memory: say('memory'),
  resources: say('resources'),
};

function read(type: FormField['type'], text: string, more: Partial<FormField> = {}): unknown {
  const field: FormField = { name: 'x', label: 'X', help: '', defaultMeans: '', isRequired: false, type, ...more };
  const form = { name: 'k', label: 'K', summary: '', fields: [field] };
  const { options, problems } = readForm(form, { x: text }, complaints);
  return problems['x'] ?? options;
}

test.each([
  ['text', ' a b ', { x: 'a b' }],
  ['integer', '4', { x: 4 }],
  ['integer', '4.5', 'integer'],
  ['number', '4.5', { x: 4.5 }],
  ['number', 'four', 'number'],
  ['boolean', 'false', { x: false }],
  ['memory', '4 GiB', { x: '4 GiB' }],
  ['memory', 'much', 'memory'],
  ['list', 'a, b,, c', { x: ['a', 'b', 'c'] }],
  ['resources', 'gpu=1, disk=2.5', { x: { gpu: 1, disk: 2.5 } }],
  ['resources', 'gpu', 'resources'],
  ['integer', '  ', {}],
] as const)('a field of type %s that says %j means %j', (type, text, expected) => {
  expect(read(type, text)).toEqual(expected);
});

test('numbers stay within the bounds of their field', () => {
  expect(read('integer', '0', { minimum: 1 })).toBe('range');
  expect(read('integer', '9', { maximum: 8 })).toBe('range');
  expect(read('integer', '8', { minimum: 1, maximum: 8 })).toEqual({ x: 8 });
});

test('a field that is needed may not stay empty', () => {
  expect(read('text', ' ', { isRequired: true })).toBe('required');
  expect(read('text', 'here', { isRequired: true })).toEqual({ x: 'here' });
});
