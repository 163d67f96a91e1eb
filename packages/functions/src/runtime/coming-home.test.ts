/** Instances with private members that come back to the thread whose class they are of. */
import { decode, encode } from '../index.js';
import { TestChild } from '../testing/child-process.js';

let child: TestChild;
beforeAll(() => {
  child = TestChild.start();
});
afterAll(() => child.stop());

let constructed = 0;

class Money {
  #cents: number;
  readonly #tags = new Map<string, unknown>();
  constructor(
    cents: number,
    public currency = 'EUR',
  ) {
    this.#cents = cents;
  }
  plus(other: Money): Money {
    return new Money(this.#sum(other));
  }
  tag(name: string, value: unknown): this {
    this.#tags.set(name, value);
    return this;
  }
  tagged(name: string): unknown {
    return this.#tags.get(name);
  }
  #sum(other: Money): number {
    return this.#cents + other.#cents;
  }
  get cents(): number {
    return this.#cents;
  }
  static is(value: object): boolean {
    return #cents in value;
  }
}

class Priced extends Money {
  readonly #label: string;
  declare note?: string;
  constructor(cents: number, label: string) {
    super(cents);
    this.#label = label;
  }
  get label(): string {
    return this.#label;
  }
}

/** Its constructor must not run for nothing. */
class Counted {
  #number: number;
  constructor() {
    this.#number = ++constructed;
  }
  get number(): number {
    return this.#number;
  }
}

class FrozenCounted extends Counted {
  readonly #frozen = ++constructed;
  get frozen(): number {
    return this.#frozen;
  }
}
Object.freeze(FrozenCounted);

class CountedPrice extends Money {
  readonly #number = ++constructed;
  get number(): number {
    return this.#number;
  }
}

const ways: readonly (readonly [string, <T>(value: T) => Promise<T>])[] = [
  ['encoded and decoded', (value) => Promise.resolve(decode(encode(value)) as typeof value)],
  ['through another process', (value) => child.run((given: unknown) => given, [value]) as Promise<typeof value>],
];

describe.each(ways)('%s', (_, travel) => {
  it('they are instances of their class, for its own code too, when its constructor only fills them', async () => {
    const copy = await travel(new Money(5, 'CHF').tag('a', 1));
    expect(copy.constructor).toBe(Money);
    expect(Object.getPrototypeOf(copy)).toBe(Money.prototype);
    expect(Money.is(copy)).toBe(true);
    expect(new Money(1).plus(copy).cents).toBe(6);
    expect([copy.currency, copy.tagged('a'), Object.keys(copy)]).toEqual(['CHF', 1, ['currency']]);
  });

  it('those of a class that extends another too, with cycles and frozen', async () => {
    const sent = new Priced(7, 'tea');
    sent.tag('itself', sent);
    const copy = await travel(Object.freeze(sent));
    expect(copy.constructor).toBe(Priced);
    expect([copy.label, copy.cents, copy.tagged('itself') === copy]).toEqual(['tea', 7, true]);
    expect([Money.is(copy), Object.isFrozen(copy), 'note' in copy]).toEqual([true, true, false]);
  });

  it('no constructor runs that would do more: a double with the same members stands in', async () => {
    const sent = [new Counted(), new CountedPrice(3)] as const;
    const before = constructed;
    const copies = await travel(sent);
    expect(constructed).toBe(before);
    expect(copies.map((copy) => copy.number)).toEqual(sent.map((copy) => copy.number));
    expect(copies[0]).toBeInstanceOf(Counted);
    expect(copies.map((copy) => copy.constructor)).toEqual([Counted, CountedPrice]);
    expect(Money.is(copies[1])).toBe(true);
    expect([new Money(1).plus(copies[1]).cents, copies[1].currency]).toEqual([4, 'EUR']);
    // And travels on.
    expect((await travel(copies[0])).number).toBe(sent[0].number);
  });

  it('those of a frozen class arrive too', async () => {
    const sent = new FrozenCounted();
    const copy = await travel(sent);
    expect([copy.frozen, copy.number, copy.constructor]).toEqual([sent.frozen, sent.number, FrozenCounted]);
  });
});
