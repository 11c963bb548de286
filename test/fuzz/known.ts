/**
 * Bugs that were found and wait to be mended: the law and the place, as `FUZZ` prints them. They are counted and do not
 * end a session. Whoever mends one takes it out; whoever moves the code without mending it is told by the place.
 */
export const known: ReadonlySet<string> = new Set([]);
