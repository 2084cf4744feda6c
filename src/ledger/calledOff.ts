import { sql } from "kysely";

/**
 * In SQL: whether reminder `r` was called off with its treatment `t`. What takes back the permissions
 * of a treatment that is cancelled for that very reason goes all the same.
 */
export const isCalledOff = sql<boolean>`
  (t.status = 'cancelled' and (r.kind <> 'retraction' or t.retracted_at is null))`;
