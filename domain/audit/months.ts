/** Entries are kept for three months at least after the end of their own: no setting and no function deletes them earlier. */
export const FEWEST_MONTHS = 3;
