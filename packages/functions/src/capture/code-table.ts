/**
 * What an encoding says about its functions as a whole, written when everything was seen: the modules that they use, which
 * variables are shared, and their code.
 */
import type { Analysis } from '../analysis/analysis.js';
import { nameOf } from '../any-function.js';
import type { AnyFunction } from '../any-function.js';
import { digest } from '../hashing/digest.js';
import type { Encoder } from '../values/encoder.js';
import { functionFlag, functionKind } from '../wire/function-format.js';
import type { Capture, Description } from './describe.js';
import type { ModuleReference } from './module-reference.js';
import { usesImports } from './recognise.js';
import { helper, rewrite } from './rewrite.js';
import type { Variable } from './scope-instances.js';

export interface FunctionRecord {
  readonly description: Description;
  readonly eager: readonly Capture[];
  readonly key: string | undefined;
  readonly id: string;
}

export class CodeTable {
  readonly #encoder: Encoder;
  readonly #records: FunctionRecord[] = [];
  readonly #variables: Variable[] = [];
  readonly #modules: ModuleReference[] = [];
  readonly #branded = new Set<AnyFunction>();

  constructor(encoder: Encoder) {
    this.#encoder = encoder;
  }

  /** One function that would be the same at any time: no variables, no state. */
  get isFreeOfCaptures(): boolean {
    return (
      this.#records.length === 1 &&
      this.#variables.length === 0 &&
      this.#records[0]?.description.analysis.kind !== 'class'
    );
  }

  /** Adds a function's code and numbers its variables. */
  add(record: FunctionRecord): number {
    for (const { variable } of record.description.captures) {
      if (variable.index < 0) variable.index = this.#variables.push(variable) - 1;
    }
    return this.#records.push(record) - 1;
  }

  addModule(module: ModuleReference): number {
    const known = this.#modules.findIndex((other) => isSameModule(other, module));
    return known >= 0 ? known : this.#modules.push(module) - 1;
  }

  /** The shape of a class that travels by value. */
  classOf(subject: AnyFunction): Analysis['class'] {
    return this.#records.find(({ description }) => description.subject === subject)?.description.analysis.class;
  }

  /** The private fields of a class and of those that it extends, in the order in which they are installed. */
  privateFieldsOf(constructor: AnyFunction): { owner: AnyFunction; name: string }[] {
    const fields: { owner: AnyFunction; name: string }[] = [];
    for (let current: unknown = constructor; typeof current === 'function'; current = Object.getPrototypeOf(current)) {
      const owner = current;
      fields.unshift(...(this.classOf(owner)?.privateFields ?? []).map((name) => ({ owner, name })));
    }
    return fields;
  }

  write(): void {
    const { out } = this.#encoder;
    out.varint(1);
    out.varint(this.#modules.length);
    for (const module of this.#modules) {
      out.string(module.specifier);
      out.byte(module.isFile ? 1 : 0);
      out.string(module.package);
      out.string(module.version);
      out.string(this.#encoder.isCanonical ? '' : module.from);
    }
    out.varint(this.#variables.length);
    for (const variable of this.#variables) out.byte(isCell(variable) ? 1 : 0);
    out.varint(this.#records.length);
    this.#findBranded();
    for (const record of this.#records) this.#writeCode(record);
  }

  /** Classes in whose line some class has private members: only their own constructors can make instances. */
  #findBranded(): void {
    for (const { description } of this.#records) {
      if (description.analysis.class?.hasPrivateInstanceMembers !== true) continue;
      const isInLine = (other: AnyFunction): boolean =>
        other === description.subject ||
        Object.prototype.isPrototypeOf.call(other, description.subject) ||
        Object.prototype.isPrototypeOf.call(description.subject, other);
      for (const { description: other } of this.#records) if (isInLine(other.subject)) this.#branded.add(other.subject);
    }
  }

  #writeCode({ description, eager, key, id }: FunctionRecord): void {
    const encoder = this.#encoder;
    const { out } = encoder;
    const { analysis, captures, file, isSloppy, isDeclaration, subject, line, column } = description;
    const cells = captures.filter(({ variable }) => isCell(variable));
    out.string(rewrite(analysis, encoder.isCanonical ? [] : cells, key));
    const kind = analysis.accessor ?? (analysis.kind === 'class' ? 'class' : analysis.embedding);
    out.byte(functionKind.indexOf(kind === 'member' ? 'method' : kind));
    out.byte(
      (isSloppy ? functionFlag.sloppy : 0) |
        (isDeclaration ? functionFlag.declaration : 0) |
        (this.#branded.has(subject) ? functionFlag.branded : 0),
    );
    out.string(nameOf(subject));
    out.string(encoder.isCanonical ? '' : file.url);
    out.varint(encoder.isCanonical ? 0 : line);
    out.varint(encoder.isCanonical ? 0 : column);
    out.string(id);
    out.string(id === '' ? '' : digest(encoder.canonical(subject)));
    out.byte(analysis.class?.isDerived === true ? 1 : 0);
    out.string(analysis.ownName ?? '');
    out.byte(usesImports(analysis) ? 1 : 0);
    out.varint(eager.length);
    for (const { variable } of eager) out.varint(variable.index);
    out.varint(captures.length);
    for (const { name, variable } of captures) {
      out.string(isCell(variable) ? helper.cell(name) : name);
      out.varint(variable.index);
    }
  }
}

function isCell({ users, isWritten }: Variable): boolean {
  return isWritten && users > 1;
}

function isSameModule(a: ModuleReference, b: ModuleReference): boolean {
  return a.specifier === b.specifier && a.package === b.package && a.isFile === b.isFile && a.version === b.version;
}
