/**
 * What compiled code calls for syntax that JavaScript has not, or not in every Node. Each function stands for itself: it
 * travels to workers by its text, with the functions that use it.
 */

/** The name is oxc's, for what its output calls. */
export const HELPERS = 'babelHelpers';

export const runtimeHelpers = { decorate, decorateParam, importModule, using };

type Dispose = () => unknown;

/** What one block holds by `using`, until its end. */
function using(): {
  readonly use: <T>(value: T, isAsync?: boolean) => T;
  readonly fail: (error: unknown) => void;
  readonly end: () => void;
  readonly endAsync: () => Promise<void>;
} {
  const held: Dispose[] = [];
  const errors: unknown[] = [];
  const fail = (error: unknown): void => {
    const [suppressed] = errors;
    if (errors.length === 0) errors.push(error);
    else {
      const both = new Error('An error was suppressed during disposal.');
      both.name = 'SuppressedError';
      errors[0] = Object.assign(both, { error, suppressed });
    }
  };
  return {
    use: (value, isAsync = false) => {
      if (value === null || value === undefined) {
        if (isAsync) held.push(() => undefined);
        return value;
      }
      const methods = value as { [Symbol.asyncDispose]?: unknown; [Symbol.dispose]?: unknown };
      const waited = isAsync ? methods[Symbol.asyncDispose] : undefined;
      const dispose = waited ?? methods[Symbol.dispose];
      if (typeof dispose !== 'function') {
        throw new TypeError(`What 'using' holds needs a method [Symbol.${isAsync ? 'asyncDispose' : 'dispose'}]().`);
      }
      held.push(() => {
        const result: unknown = Reflect.apply(dispose, value, []);
        return dispose === waited ? result : undefined;
      });
      return value;
    },
    fail,
    end: () => {
      for (const dispose of held.reverse()) {
        try {
          dispose();
        } catch (error) {
          fail(error);
        }
      }
      if (errors.length > 0) throw errors[0];
    },
    endAsync: async () => {
      for (const dispose of held.reverse()) {
        try {
          await dispose();
        } catch (error) {
          fail(error);
        }
      }
      if (errors.length > 0) throw errors[0];
    },
  };
}

type Decorator = (target: object, key?: PropertyKey, descriptor?: PropertyDescriptor) => unknown;

/**
 * Decorators as TypeScript's `experimentalDecorators` has them.
 * @param descriptor null when it is the member's own; undefined for a field, which has none.
 */
function decorate(
  decorators: readonly Decorator[],
  target: object,
  key?: PropertyKey,
  descriptor?: PropertyDescriptor | null,
): object {
  if (key === undefined) {
    return decorators.reduceRight(
      (decorated, decorator) => (decorator(decorated) as object | undefined) ?? decorated,
      target,
    );
  }
  let member = descriptor === null ? Object.getOwnPropertyDescriptor(target, key) : descriptor;
  for (const decorator of [...decorators].reverse()) {
    const changed = decorator(target, key, member);
    if (typeof changed === 'function') {
      throw new TypeError(
        `The decorator of '${String(key)}' returns a function. Cells have the decorators of TypeScript's experimentalDecorators: (target, key, descriptor).`,
      );
    }
    member = (changed as PropertyDescriptor | undefined) ?? member;
  }
  if (member !== undefined) Object.defineProperty(target, key, member);
  return target;
}

function decorateParam(index: number, decorator: (target: object, key: unknown, index: number) => void): Decorator {
  return (target, key) => decorator(target, key, index);
}

type NativeImport = (specifier: string, options?: unknown) => Promise<object>;

/** Of a kernel: see `ModuleImporter.importDynamically`. */
export type ImportHost = (native: () => Promise<object>, specifier: string, importer?: string) => Promise<object>;

/**
 * `import(specifier, options)`.
 * @param native Node's own, of the file where it stands.
 * @param importer that file, if it is a module of the notebook's own.
 */
async function importModule(
  native: NativeImport,
  importer: string | undefined,
  specifier: unknown,
  options?: unknown,
): Promise<object> {
  // Found by a symbol, since this travels, and no kernel is where it goes.
  const host = Reflect.get(globalThis, Symbol.for('covey.import')) as ImportHost | undefined;
  const path = String(specifier);
  if (host !== undefined) return host(() => native(path, options), path, importer);
  if (/^(?:\.{0,2}\/|file:).*\.[cm]?ts$/.test(path)) {
    const refusal = new TypeError(
      `A task can't load TypeScript by import('${path}'). Import it at the top of a cell: functions take along what they use of it.`,
    );
    // Its stack is where the user's code called this.
    Error.captureStackTrace(refusal, importModule);
    throw refusal;
  }
  return native(path, options);
}
