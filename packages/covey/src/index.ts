/**
 * Distributed computing for TypeScript, made for notebooks: what its users see.
 */
export {};
