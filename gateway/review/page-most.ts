/** How much one page of the API holds, for the shapes of its questions and for commands that ask them. */

/** Pages stay small enough that one answer never strains a reviewer's browser or the ledger. */
export const PAGE_MOST = 200;
