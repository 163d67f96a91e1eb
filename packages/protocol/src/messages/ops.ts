/** Ops below this number belong to the channel itself: 0 call, 1 reply, 2 cancel a call. Messages count from here. */
export const FIRST_OP = 3;
