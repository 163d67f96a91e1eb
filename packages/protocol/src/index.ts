/**
 * Messages, codec, framing, comms and credentials of Covey: what its users see.
 */
export {};
