import { LanguageDesk } from './desk.js';
import type { Content, Question } from './desk.js';
import type { FromLanguage, ToLanguage } from './messages.js';

const question: Question = { type: 'complete', id: 1, code: 'a.b', cursor: 3 };
const live = { matches: ['beta', 'b'], cursor_start: 2, cursor_end: 3 };
const typed: FromLanguage = {
  type: 'completed',
  id: 1,
  start: 2,
  entries: [
    { name: 'bar', kind: 'method' },
    { name: 'b', kind: 'property' },
  ],
};

function world(): {
  desk: LanguageDesk;
  asked: (Question | ToLanguage)[];
  answers: Content[];
  timers: Map<number, (() => void)[]>;
} {
  const asked: (Question | ToLanguage)[] = [];
  const answers: Content[] = [];
  const timers = new Map<number, (() => void)[]>();
  const desk = new LanguageDesk({
    toMain: (message) => asked.push(message),
    toLanguage: (message) => asked.push(message),
    after: (delayMs, then) => timers.set(delayMs, [...(timers.get(delayMs) ?? []), then]),
  });
  return { desk, asked, answers, timers };
}

test('before the language thread is warm the live values are the answer', () => {
  const { desk, answers } = world();
  desk.ask(question, (content) => answers.push(content));
  desk.onLive(1, live);
  expect(answers).toEqual([expect.objectContaining({ matches: ['beta', 'b'], cursor_start: 2, metadata: {} })]);
});

test('once it is warm both are, types first, each name once', () => {
  const { desk, answers } = world();
  desk.onLanguage({ type: 'warm' });
  desk.ask(question, (content) => answers.push(content));
  desk.onLive(1, live);
  expect(answers).toEqual([]);
  desk.onLanguage(typed);
  expect(answers[0]?.['matches']).toEqual(['bar', 'b', 'beta']);
});

test('a busy main thread is not waited for long', () => {
  const { desk, answers, timers } = world();
  desk.onLanguage({ type: 'warm' });
  desk.ask(question, (content) => answers.push(content));
  desk.onLanguage(typed);
  timers.get(100)?.forEach((then) => then());
  expect(answers[0]?.['matches']).toEqual(['bar', 'b']);
  desk.onLive(1, live);
  expect(answers).toHaveLength(1);
});

test('when nobody knows anything the answer is empty', () => {
  const { desk, answers, timers } = world();
  desk.ask({ ...question, type: 'inspect' }, (content) => answers.push(content));
  timers.get(100)?.forEach((then) => then());
  expect(answers).toEqual([{ status: 'ok', found: false, data: {}, metadata: {} }]);
});
