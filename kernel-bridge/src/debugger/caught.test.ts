import { isCaughtAt } from './caught.js';

const place = (text: string): boolean => {
  const at = text.indexOf('§');
  const before = text.slice(0, at).split('\n');
  return isCaughtAt(text.replace('§', ''), before.length - 1, before.at(-1)?.length ?? 0);
};

test.each([
  ['(function () { §throw 1 })', false],
  ['(function () {\n try {\n §throw 1 } catch {} })', true],
  ['(function () { try { 1 } catch { §throw 1 } })', false],
  ['(function () { try { §throw 1 } finally { 2 } })', false],
  ['(function () { try { try { §throw 1 } finally { 2 } } catch {} })', true],
  ['(function () { try { each(() => { §throw 1 }) } catch {} })', false],
  ['this is no §JavaScript', false],
])('%s: %s', (text, expected) => {
  expect(place(text)).toBe(expected);
});
