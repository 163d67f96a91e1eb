/** Functions and classes that are not what their texts make of them: something was added, replaced, taken away, closed. */
import { table } from '../testing/table.js';

type Constructor<T> = new () => T;

/** As compilers to ES5 do it. */
function extendAsEs5(derived: object, base: object & { prototype: object }): void {
  Object.setPrototypeOf(derived, base);
  (derived as { prototype: object }).prototype = Object.assign(Object.create(base.prototype) as object, {
    constructor: derived,
  });
}

table('the prototypes of functions', {
  'put in the place of the first': [
    () => {
      const Point = function (this: { x: number }) {
        this.x = 1;
      } as unknown as Constructor<{ x: number; double(): number }>;
      (Point as { prototype: object }).prototype = {
        double(this: { x: number }) {
          return this.x * 2;
        },
      };
      const point = new Point();
      return () => [point.double(), point instanceof Point, new Point().double(), new Point().constructor === Object];
    },
    [],
    [2, true, 2, true],
  ],
  'that inherit as ES5 has it': [
    () => {
      const Base = function () {} as unknown as Constructor<object>;
      Object.assign(Base, { made: 3 });
      Object.assign(Base.prototype as object, { base: () => 'base' });
      const Derived = function () {} as unknown as Constructor<{ base(): string }> & { made: number };
      extendAsEs5(Derived, Base);
      const one = new Derived();
      return () => [one.base(), one instanceof Base, one instanceof Derived, Derived.made, Object.keys(one)];
    },
    [],
    ['base', true, true, 3, []],
  ],
  'by themselves, as what they are': [
    () => {
      class Shape {
        sides = 4;
      }
      const { prototype } = Shape;
      return () => [prototype === Shape.prototype, Object.create(prototype) instanceof Shape];
    },
    [],
    [true, true],
  ],
});

class Even {
  static base = 'even';
  kind(): string {
    return 'even';
  }
}
class Odd {
  static base = 'odd';
  kind(): string {
    return 'odd';
  }
}

table('what a class inherits', {
  'by its prototype, changed later': [
    () => {
      class Seven extends Even {
        override kind(): string {
          return `${super.kind()}!`;
        }
      }
      Object.setPrototypeOf(Seven.prototype, Odd.prototype);
      return () => [new Seven().kind(), new Seven() instanceof Odd, new Seven() instanceof Even, Seven.base];
    },
    [],
    ['odd!', true, false, 'even'],
  ],
  'by itself, changed later': [
    () => {
      class Seven extends Even {}
      Object.setPrototypeOf(Seven, Odd);
      class Alone {}
      Object.setPrototypeOf(Alone, Odd);
      return () => [Seven.base, Object.create(Seven.prototype) instanceof Even, (Alone as typeof Odd).base];
    },
    [],
    ['odd', true, 'odd'],
  ],
  'by a function': [
    () => {
      const say = Object.setPrototypeOf(() => 'said', { aloud: true }) as { (): string; aloud: boolean };
      return () => [say(), say.aloud, Object.getPrototypeOf(say) !== Function.prototype];
    },
    [],
    ['said', true, true],
  ],
});

table('what was taken away or closed', {
  'methods that stand in the text': [
    () => {
      class Host {
        kept(): void {}
        gone(): void {}
        static gone(): void {}
      }
      Reflect.deleteProperty(Host.prototype, 'gone');
      Reflect.deleteProperty(Host, 'gone');
      return () => [Reflect.ownKeys(Host.prototype), 'gone' in Host];
    },
    [],
    [['constructor', 'kept'], false],
  ],
  'functions, classes and their prototypes': [
    () => {
      class Fixed {
        #secret = 3;
        static list = [1];
        reveal(): number {
          return this.#secret;
        }
      }
      Object.freeze(Fixed);
      Object.freeze(Fixed.prototype);
      const fixed = new Fixed();
      const sealed = Object.seal(() => 1);
      const closed = Object.preventExtensions(function closed() {});
      return () => [
        fixed.reveal(),
        Object.isFrozen(Fixed) && Object.isFrozen(Fixed.prototype),
        Object.isSealed(sealed),
        [Object.isExtensible(closed), Object.isSealed(closed)],
      ];
    },
    [],
    [3, true, true, [false, false]],
  ],
});

table('lengths and names', {
  'a length that was set, as by those who curry': [
    () => {
      const curried = Object.defineProperty((...all: unknown[]) => all, 'length', { value: 3 });
      return () => [curried.length, ((_a: number, _b = 1) => 0).length];
    },
    [],
    [3, 1],
  ],
  'static members called so': [
    () => {
      class Named {
        static name = 'other';
        static length = 9;
      }
      class Naming {
        static name(first: number): number {
          return first;
        }
      }
      return () => [Named.name, Named.length, Naming.name(4), Reflect.ownKeys(Naming)];
    },
    [],
    ['other', 9, 4, ['length', 'name', 'prototype']],
  ],
  'functions in fields, which are named after them': [
    () => {
      class Handlers {
        click = () => 1;
        press = function () {
          return 2;
        };
      }
      return () => Object.values(new Handlers()).map(({ name }) => name);
    },
    [],
    ['click', 'press'],
  ],
});
