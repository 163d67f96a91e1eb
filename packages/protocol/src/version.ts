/** What this copy of Covey is, as told to peers. */

/** The version of the packages; a test holds it equal to package.json's. */
export const COVEY_VERSION = '0.1.0';

/** The version of the wire protocol: peers with another cannot talk to each other. */
export const PROTOCOL_VERSION = 1;
