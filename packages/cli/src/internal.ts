/**
 * What the sibling packages need of `@covey/cli` beyond its public names. No promise is made about it to anyone else.
 */
export {};
