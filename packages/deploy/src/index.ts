/**
 * Clusters of Covey: launching, keeping, finding them: what its users see.
 */
export {};
