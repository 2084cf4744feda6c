import { sql } from "kysely";

/**
 * In SQL: whether reminder `r` was called off with its treatment `t`. Not what takes a permission
 * back: that may be wrong because of another treatment, and whatever cancels a treatment has made the
 * plan of its patient again, which skips what is not to be said.
 */
export const isCalledOff = sql<boolean>`(t.status = 'cancelled' and r.kind <> 'retraction')`;
