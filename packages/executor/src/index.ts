/**
 * Executor and Future: the client of a Covey cluster: what its users see.
 */
export {};
