import { columnsThatFit } from './table-columns.js';

const columns = [
  { width: 'minmax(100px, 1fr)' },
  { width: '80px', spare: 1 },
  { width: '60px' },
  { width: '50px', spare: 2 },
  { width: '50px', spare: 2 },
];

test.each([
  ['all where all have room', 416, [true, true, true, true, true]],
  ['without the most spare ones, the last of them first', 415, [true, true, true, true, false]],
  ['without all of those', 300, [true, true, true, false, false]],
  ['with what is never left out', 50, [true, false, true, false, false]],
  ['all before it is laid out', 0, [true, true, true, true, true]],
])('a table shows columns %s', (_, width, shown) => {
  expect(columnsThatFit(columns, width)).toEqual(shown);
});
