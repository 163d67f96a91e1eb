/** Stands in for what has no use in another process: it takes any call and any property, and gives itself. */
export const sink: unknown = new Proxy(function () {}, {
  get: (_target, key) => (key === Symbol.toPrimitive ? () => 0 : sink),
  set: () => true,
  apply: () => sink,
  construct: () => sink as object,
});
