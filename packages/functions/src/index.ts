/**
 * Ships JavaScript functions between processes: what its users see.
 */
export {};
