import { LanguageDesk } from './desk.js';
import type { Content } from './answers.js';
import type { Question } from './desk.js';
import type { FromLanguage, LiveCompletion, ToLanguage } from './messages.js';

const question: Question = { type: 'complete', id: 1, code: 'a.b', cursor: 3 };
const live: LiveCompletion = {
  type: 'completed',
  start: 2,
  entries: ['beta', 'b'].map((name) => ({ name, kind: 'property' })),
  extras: 2,
  areMembers: true,
};
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
  expect(answers).toEqual([expect.objectContaining({ matches: ['beta', 'b'], cursor_start: 2, cursor_end: 3 })]);
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

test('what fits is for the types to say; live values add what types can’t know', () => {
  const { desk, answers } = world();
  desk.onLanguage({ type: 'warm' });
  const named = { ...live, areMembers: false, extras: 1 };
  desk.ask({ ...question, code: 'x: b' }, (content) => answers.push(content));
  desk.onLive(1, named);
  desk.onLanguage({ ...typed, entries: [] });
  expect(answers[0]?.['matches']).toEqual(['beta']);
});

test('members of a value are the answer where the types know none', () => {
  const { desk, answers } = world();
  desk.onLanguage({ type: 'warm' });
  desk.ask(question, (content) => answers.push(content));
  desk.onLive(1, { ...live, extras: 0 });
  desk.onLanguage({ ...typed, entries: [] });
  expect(answers[0]?.['matches']).toEqual(['beta', 'b']);
});

test('where live values know nothing the types have all the time that there is', () => {
  const { desk, answers, timers } = world();
  desk.onLanguage({ type: 'warm' });
  desk.ask(question, (content) => answers.push(content));
  desk.onLive(1, { ...live, entries: [], extras: 0 });
  expect([...timers.keys()]).toEqual([100, 500]);
  desk.onLanguage(typed);
  expect(answers[0]?.['matches']).toEqual(['bar', 'b']);
});

test('texts that replace more than others are told with what they leave', () => {
  const { desk, answers } = world();
  desk.onLanguage({ type: 'warm' });
  desk.ask({ ...question, code: '🙂a.b', cursor: 5 }, (content) => answers.push(content));
  desk.onLive(1, { ...live, start: 4 });
  desk.onLanguage({ ...typed, start: 2, entries: [{ name: 'a.bar', kind: 'method' }] });
  expect(answers[0]).toMatchObject({ matches: ['a.bar', 'a.beta', 'a.b'], cursor_start: 1, cursor_end: 4 });
});

describe('magics', () => {
  const complete = (code: string): unknown => {
    const { desk, answers } = world();
    desk.ask({ ...question, code, cursor: code.length }, (content) => answers.push(content));
    return answers[0]?.['matches'];
  };

  test.each([
    ['%ty', ['%typecheck']],
    ['  %ti', ['%timeit', '%%timeit']],
    ['%sub', ['%%submit']],
    ['%%', ['%%submit', '%%timeit']],
    ['%typecheck ', ['off', 'warn', 'error']],
    ['%typecheck w', ['warn']],
    ['%npm ins', ['install']],
    ['%who ', []],
    ['%%submit name', []],
    ['%nope x', []],
  ])('%j is completed to %j by what there is', (code, expected) => {
    expect(complete(code)).toEqual(expected);
  });

  test.each([
    ['%timeit a.b', '        a.b'],
    ['%%timeit\na.b', '        \na.b'],
    ['%%submit total\na.b', '              \na.b'],
  ])('what %j takes is TypeScript', (code, expected) => {
    const { desk, asked, answers } = world();
    desk.ask({ ...question, code, cursor: code.length }, (content) => answers.push(content));
    expect(asked).toEqual([
      { ...question, code: expected, cursor: code.length },
      { ...question, code: expected, cursor: code.length },
    ]);
  });

  test('are explained; what is none is not found', () => {
    const { desk, answers } = world();
    for (const code of ['%timeit', '%nope'])
      desk.ask({ type: 'inspect', id: 1, code, cursor: 4 }, (content) => answers.push(content));
    expect(answers).toEqual([
      expect.objectContaining({ found: true, data: expect.objectContaining({ 'text/plain': expect.any(String) }) }),
      expect.objectContaining({ found: false }),
    ]);
  });
});

test('an inspection is the type’s text and the value, as text and as Markdown', () => {
  const { desk, answers } = world();
  const found = { signature: 'let a: T', documentation: 'It has ```fences```.', source: '' };
  const ask = (isTyped: boolean): void => {
    desk.ask({ ...question, type: 'inspect' }, (content) => answers.push(content));
    desk.onLanguage({ type: 'inspected', id: 1, found });
    desk.onLive(1, { type: 'inspected', value: 'a: T\n\u001b[33m`1`\u001b[39m', isTyped });
  };
  desk.onLanguage({ type: 'warm' });
  ask(false);
  ask(true);
  expect(answers.map(({ data }) => data)).toEqual([
    {
      'text/plain': 'let a: T\n\nIt has ```fences```.\n\na: T\n\u001b[33m`1`\u001b[39m',
      'text/markdown': '```typescript\nlet a: T\n```\n\nIt has ```fences```.\n\n```typescript\na: T\n`1`\n```',
    },
    expect.objectContaining({ 'text/plain': 'let a: T\n\nIt has ```fences```.' }),
  ]);
});

test('a language thread that has ended is not waited for', () => {
  const { desk, answers } = world();
  desk.onLanguage({ type: 'warm' });
  desk.ask(question, (content) => answers.push(content));
  desk.onLive(1, live);
  desk.onGone();
  expect(answers[0]?.['matches']).toEqual(['beta', 'b']);
});
