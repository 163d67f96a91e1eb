/**
 * The worker of Covey: a state machine, its store, its compute threads and its nanny: what its users see.
 */
export {};
