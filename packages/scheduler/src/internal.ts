/**
 * What the sibling packages need of `@covey/scheduler` beyond its public names. No promise is made about it to anyone else.
 */
export {};
