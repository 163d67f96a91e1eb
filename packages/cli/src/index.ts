/**
 * The covey command: what its users see.
 */
export {};
