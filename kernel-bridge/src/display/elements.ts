/**
 * What plotting libraries hand over: elements of a document (`outerHTML`), canvases (`toDataURL`), and charts that know
 * their Vega-Lite specification (`toSpec`).
 */
import { typeOfSvg } from './svg.js';

interface Likeness {
  readonly outerHTML?: unknown;
  readonly toDataURL?: unknown;
  readonly toSpec?: unknown;
}

const dataUrl = /^data:(image\/[\w.+-]+);base64,(.*)$/s;

export function elementBundle(value: object): Record<string, unknown> | undefined {
  const { outerHTML, toDataURL, toSpec } = value as Likeness;
  if (typeof outerHTML === 'string') return { [typeOfSvg(outerHTML) ?? 'text/html']: outerHTML };
  if (typeof toDataURL === 'function') {
    const match = dataUrl.exec(String(Reflect.apply(toDataURL, value, [])));
    return match === null ? undefined : { [match[1] ?? '']: match[2] };
  }
  if (typeof toSpec === 'function') {
    const spec: unknown = Reflect.apply(toSpec, value, []);
    const schema = typeof spec === 'object' && spec !== null ? (spec as { $schema?: unknown }).$schema : undefined;
    return vegaType(schema) === undefined ? undefined : { [vegaType(schema) ?? '']: spec };
  }
  return undefined;
}

/** The MIME type for a specification, by the schema that it names. */
export function vegaType(schema: unknown): string | undefined {
  const match = /\/schema\/(vega|vega-lite)\/v(\d+)/.exec(String(schema));
  if (match === null) return undefined;
  return match[1] === 'vega' ? `application/vnd.vega.v${match[2]}+json` : `application/vnd.vegalite.v${match[2]}+json`;
}
