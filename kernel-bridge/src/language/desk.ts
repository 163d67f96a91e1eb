/**
 * Answers completion and inspection from two sources: the live values, which main has at once unless a cell keeps it busy,
 * and the language thread, once it is warm. Neither is waited for longer than a person at a keyboard would.
 */
import type { Entry, FromLanguage, ToLanguage } from './messages.js';
import { unitsToCodePoints } from './live-values.js';

export type Content = Readonly<Record<string, unknown>>;

export interface Question {
  readonly type: 'complete' | 'inspect';
  readonly id: number;
  readonly code: string;
  readonly cursor: number;
}

export interface DeskOutlet {
  readonly toMain: (question: Question) => void;
  /** Starts the thread at the first message. */
  readonly toLanguage: (message: ToLanguage) => void;
  readonly after: (delayMs: number, then: () => void) => void;
}

interface Open {
  readonly question: Question;
  readonly answer: (content: Content) => void;
  live: Content | undefined;
  language: FromLanguage | undefined;
  isWaitingForLive: boolean;
  isWaitingForLanguage: boolean;
}

const LIVE_PATIENCE_MS = 100;
const LANGUAGE_PATIENCE_MS = 500;
/** When the live values had an answer, the types are only waited for a little longer. */
const SECOND_OPINION_MS = 40;

export class LanguageDesk {
  readonly #outlet: DeskOutlet;
  readonly #open = new Map<number, Open>();
  #isWarm = false;

  constructor(outlet: DeskOutlet) {
    this.#outlet = outlet;
  }

  ask(question: Question, answer: (content: Content) => void): void {
    const { id } = question;
    const base = { question, answer, live: undefined, language: undefined };
    this.#open.set(id, { ...base, isWaitingForLive: true, isWaitingForLanguage: this.#isWarm });
    this.#outlet.toMain(question);
    this.#outlet.toLanguage(question);
    this.#outlet.after(LIVE_PATIENCE_MS, () => this.#stopWaiting(id, 'isWaitingForLive'));
    if (this.#isWarm) this.#outlet.after(LANGUAGE_PATIENCE_MS, () => this.#stopWaiting(id, 'isWaitingForLanguage'));
  }

  onLive(id: number, content: Content): void {
    const open = this.#open.get(id);
    if (open === undefined) return;
    open.live = content;
    const found = content['matches'];
    if (Array.isArray(found) && found.length > 0) {
      this.#outlet.after(SECOND_OPINION_MS, () => this.#stopWaiting(id, 'isWaitingForLanguage'));
    }
    this.#stopWaiting(id, 'isWaitingForLive');
  }

  onLanguage(message: FromLanguage): void {
    if (message.type === 'warm') {
      this.#isWarm = true;
      return;
    }
    const open = this.#open.get(message.id);
    if (open === undefined) return;
    open.language = message;
    this.#stopWaiting(message.id, 'isWaitingForLanguage');
  }

  #stopWaiting(id: number, what: 'isWaitingForLive' | 'isWaitingForLanguage'): void {
    const open = this.#open.get(id);
    if (open === undefined) return;
    open[what] = false;
    if (open.isWaitingForLive || open.isWaitingForLanguage) return;
    this.#open.delete(id);
    open.answer(open.question.type === 'complete' ? completion(open) : inspection(open));
  }
}

function completion({ question: { code, cursor }, live, language }: Open): Content {
  const typed: readonly Entry[] = language?.type === 'completed' ? language.entries : [];
  const start = language?.type === 'completed' ? unitsToCodePoints(code, language.start) : undefined;
  const end = unitsToCodePoints(code, cursor);
  const liveMatches = (live?.['matches'] ?? []) as string[];
  const known = new Set(typed.map(({ name }) => name));
  const matches = [...typed.map(({ name }) => name), ...liveMatches.filter((name) => !known.has(name))];
  const cursorStart = (live?.['cursor_start'] as number | undefined) ?? start ?? end;
  const types = typed.map(({ name, kind }) => ({ start: cursorStart, end, text: name, type: kind }));
  return {
    status: 'ok',
    matches,
    cursor_start: cursorStart,
    cursor_end: end,
    metadata: types.length === 0 ? {} : { _jupyter_types_experimental: types },
  };
}

function inspection({ live, language }: Open): Content {
  const value = (live?.['data'] as { 'text/plain'?: string } | undefined)?.['text/plain'];
  const known = language?.type === 'inspected' ? [language.signature, language.documentation] : [];
  const parts = [...known, value ?? ''].filter((part) => part !== '');
  const data = parts.length === 0 ? {} : { 'text/plain': parts.join('\n\n') };
  return { status: 'ok', found: parts.length > 0, data, metadata: {} };
}
