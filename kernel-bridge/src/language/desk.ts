/**
 * Answers completion and inspection from two sources: the live values, which main has at once unless a cell keeps it busy,
 * and the language thread, once it is warm. Neither is waited for longer than a person at a keyboard would. Magics it
 * knows itself.
 */
import { completionOf, inspectionContent, inspectionOf } from './answers.js';
import type { Content } from './answers.js';
import { completeMagic, inspectMagic, magicPlaceOf } from './magic-help.js';
import type { FromLanguage, LiveAnswer, ToLanguage } from './messages.js';

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
  live: LiveAnswer | undefined;
  typed: FromLanguage | undefined;
  isWaitingForLive: boolean;
  isWaitingForLanguage: boolean;
}

const LIVE_PATIENCE_MS = 100;
const LANGUAGE_PATIENCE_MS = 500;
/** When the live values had an answer, the types are only waited for a little longer. */
const SECOND_OPINION_MS = 150;

export class LanguageDesk {
  readonly #outlet: DeskOutlet;
  readonly #open = new Map<number, Open>();
  #isWarm = false;

  constructor(outlet: DeskOutlet) {
    this.#outlet = outlet;
  }

  ask(question: Question, answer: (content: Content) => void): void {
    const { id, type, code, cursor } = question;
    const place = magicPlaceOf(code, cursor);
    if (place.kind === 'magic') {
      if (type === 'complete') answer(completionOf(code, cursor, completeMagic(code, cursor, place), undefined));
      else answer(inspectionContent([{ text: inspectMagic(place), isCode: false }]));
      return;
    }
    const base = { question, answer, live: undefined, typed: undefined };
    this.#open.set(id, { ...base, isWaitingForLive: true, isWaitingForLanguage: this.#isWarm });
    const asked = { ...question, code: place.code };
    this.#outlet.toMain(asked);
    this.#outlet.toLanguage(asked);
    this.#outlet.after(LIVE_PATIENCE_MS, () => this.#stopWaiting(id, 'isWaitingForLive'));
    if (this.#isWarm) this.#outlet.after(LANGUAGE_PATIENCE_MS, () => this.#stopWaiting(id, 'isWaitingForLanguage'));
  }

  onLive(id: number, live: LiveAnswer): void {
    const open = this.#open.get(id);
    if (open === undefined) return;
    open.live = live;
    if (live.type === 'completed' && live.entries.length > 0)
      this.#outlet.after(SECOND_OPINION_MS, () => this.#stopWaiting(id, 'isWaitingForLanguage'));
    this.#stopWaiting(id, 'isWaitingForLive');
  }

  onLanguage(message: FromLanguage): void {
    if (message.type === 'warm') {
      this.#isWarm = true;
      return;
    }
    const open = this.#open.get(message.id);
    if (open === undefined) return;
    open.typed = message;
    this.#stopWaiting(message.id, 'isWaitingForLanguage');
  }

  /** There are no types to wait for. */
  onGone(): void {
    this.#isWarm = false;
    for (const id of this.#open.keys()) this.#stopWaiting(id, 'isWaitingForLanguage');
  }

  #stopWaiting(id: number, what: 'isWaitingForLive' | 'isWaitingForLanguage'): void {
    const open = this.#open.get(id);
    if (open === undefined) return;
    open[what] = false;
    if (open.isWaitingForLive || open.isWaitingForLanguage) return;
    this.#open.delete(id);
    open.answer(contentOf(open));
  }
}

function contentOf({ question: { type, code, cursor }, live, typed }: Open): Content {
  if (type === 'complete') {
    const found = typed?.type === 'completed' ? typed : undefined;
    return completionOf(code, cursor, found, live?.type === 'completed' ? live : undefined);
  }
  const found = typed?.type === 'inspected' ? typed.found : undefined;
  return inspectionOf(found, live?.type === 'inspected' ? live : undefined);
}
