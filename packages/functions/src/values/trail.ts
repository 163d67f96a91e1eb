/**
 * Where in a value the encoder is, so that a refusal can name the path: `job → options.db → Socket`. Properties join with
 * dots, crossing into a function's captured variables is an arrow. Steps are kept raw and put into words only on failure.
 */

/** A property, an index, or (wrapped) a captured variable or another relation. */
export type Step = string | number | symbol | { readonly arrow: string };

export class Trail {
  readonly root: string;
  #steps: Step[];

  constructor(root: string, steps: Step[] = []) {
    this.root = root;
    this.#steps = steps;
  }

  push(step: Step): void {
    this.#steps.push(step);
  }

  pop(): void {
    this.#steps.pop();
  }

  /** The steps so far, for work that is put off. */
  save(): readonly Step[] {
    return this.#steps.slice();
  }

  restore(steps: readonly Step[]): void {
    this.#steps = steps.slice();
  }

  clear(): void {
    if (this.#steps.length > 0) this.#steps = [];
  }

  /** The way in words, with what it leads to. A name that stands there already isn't said twice. */
  describe(end?: string): string {
    let text = this.root;
    let last = text;
    for (const step of this.#steps) {
      const before = last;
      last = typeof step === 'object' ? step.arrow : '';
      if (typeof step === 'object') {
        if (step.arrow !== before) text += text === '' ? step.arrow : ` → ${step.arrow}`;
      } else if (typeof step === 'number') text += `[${step}]`;
      else if (typeof step === 'symbol') text += `[${String(step)}]`;
      else if (/^[\p{ID_Start}$_#][\p{ID_Continue}$]*$/u.test(step)) text += text === '' ? step : `.${step}`;
      else text += `[${JSON.stringify(step)}]`;
    }
    if (end === undefined || end === '' || end === last) return text === '' ? 'the value' : text;
    return text === '' ? end : `${text} → ${end}`;
  }
}
