/**
 * The values of private fields. V8's inspector tells them one instance at a time, which takes a tenth of a millisecond; of instances of one class
 * that stand beside each other in an array its console reads many at once.
 */
import { types } from 'node:util';
import type { AnyFunction } from '../any-function.js';
import { inspect } from '../v8/inspector.js';

/** A private field, and the class that declares it; its name is without the `#`. */
export interface PrivateFieldOf {
  readonly owner: AnyFunction;
  readonly name: string;
}

/** With its value; the name has its `#` here. */
export interface PrivateValue extends PrivateFieldOf {
  readonly value: unknown;
}

/** So many are read at once. */
const AT_ONCE = 64;
const { getPrototypeOf } = Object;

export class PrivateValues {
  /** Read ahead for the next items of an array. */
  readonly #ahead = new Map<unknown, readonly unknown[]>();
  /** Prototypes with an instance that lacks a field that others have: these are read one by one. */
  readonly #uneven = new Set<unknown>();

  /** The fields that an instance has, with their values. */
  of(
    instance: object,
    fields: readonly PrivateFieldOf[],
    row: readonly unknown[] | undefined,
    rowAt: number,
  ): PrivateValue[] {
    if (row?.[rowAt] === instance) {
      if (!this.#ahead.has(instance)) this.#readAhead(instance, fields, row, rowAt);
      const values = this.#ahead.get(instance);
      if (values !== undefined)
        return fields.map(({ owner, name }, i) => ({ owner, name: `#${name}`, value: values[i] }));
    }
    const members = inspect().privates(instance);
    let at = 0;
    return fields.flatMap(({ owner, name }) => {
      while (at < members.length && members[at]?.name !== `#${name}`) at++;
      const member = members[at++];
      return member === undefined ? [] : [{ owner, name: member.name, value: member.value }];
    });
  }

  /** User code runs, and may change what was read. */
  forget(): void {
    this.#ahead.clear();
  }

  #readAhead(instance: object, fields: readonly PrivateFieldOf[], row: readonly unknown[], rowAt: number): void {
    const prototype: unknown = getPrototypeOf(instance);
    if (fields.length === 0 || this.#uneven.has(prototype)) return;
    const instances: object[] = [];
    for (let at = rowAt; at < row.length && at < rowAt + AT_ONCE; at++) {
      const item = row[at];
      // Asking a proxy would run its handler.
      if (typeof item === 'object' && item !== null && !types.isProxy(item) && getPrototypeOf(item) === prototype)
        instances.push(item);
    }
    const names = new Set(fields.map(({ name }) => `#${name}`));
    // Of two fields with one name in a line of classes the console doesn't know which is meant.
    if (instances.length < 2 || names.size < fields.length) return;
    const values = inspect().fieldsOf(instances, [...names]);
    if (values === undefined) this.#uneven.add(prototype);
    else for (const [at, each] of instances.entries()) this.#ahead.set(each, values[at] as readonly unknown[]);
  }
}
