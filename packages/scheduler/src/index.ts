/**
 * The scheduler of Covey: a state machine and the process around it: what its users see.
 */
export {};
