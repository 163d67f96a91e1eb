/** Objects of the web platform that Node has, whose state their own interface tells in full: what is told, and how they are made of it. */
interface WebObject {
  /** Plain data. */
  tell(value: object): unknown;
  make(told: unknown): object;
}

type Decoding = readonly [encoding: string, fatal: boolean, ignoreBOM: boolean];

/** By the names of their classes, which are part of the format. */
const webObjects = new Map<string, WebObject>([
  ['URL', { tell: (value) => (value as URL).href, make: (href) => new URL(href as string) }],
  [
    'URLSearchParams',
    { tell: (value) => (value as URLSearchParams).toString(), make: (text) => new URLSearchParams(text as string) },
  ],
  [
    'Headers',
    { tell: (value) => [...(value as Headers)], make: (entries) => new Headers(entries as [string, string][]) },
  ],
  ['TextEncoder', { tell: () => null, make: () => new TextEncoder() }],
  [
    'TextDecoder',
    {
      tell: ({ encoding, fatal, ignoreBOM }: InstanceType<typeof TextDecoder>) => [encoding, fatal, ignoreBOM],
      make: (told) => {
        const [encoding, fatal, ignoreBOM] = told as Decoding;
        return new TextDecoder(encoding, { fatal, ignoreBOM });
      },
    },
  ],
]);

/** Nothing for other classes. */
export function webObjectOf(className: string | undefined): WebObject | undefined {
  return className === undefined ? undefined : webObjects.get(className);
}
