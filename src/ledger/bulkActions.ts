import type { Clock } from "../clock.ts";
import type { StepKind } from "../domain/protocol.ts";
import type { RefusalCode } from "../domain/replay.ts";
import { type ActionRequest, carryOut, type Decided, decide, isDue } from "./actions.ts";
import type { Ledger, Queries } from "./ledger.ts";
import type { Cursor } from "./page.ts";
import { matching, type ReminderFilter } from "./reminders.ts";

/** An action on all reminders that a filter finds. */
export interface BulkRequest extends ActionRequest {
  filter: ReminderFilter;
  /** Decides and counts as ever, and changes nothing. */
  dryRun: boolean;
  /** The most reminders that are changed before it stops; a dry run counts on. */
  limit: number;
  /** The most reminders that are looked at, changed or not; 20,000 where it is left out. */
  lookAt?: number;
  /** Where an earlier part of the same operation stopped. */
  cursor: BulkCursor | null;
}

/** When an operation began, and the last reminder that it has dealt with. */
export interface BulkCursor {
  began: Date;
  last: Cursor;
}

/** What came of it: each reminder that was found is either changed or refused. */
export interface BulkResult {
  changed: number;
  refused: Map<RefusalCode, number>;
  /** How many of each kind are changed, and the first of them by due time. */
  kinds: Map<StepKind, number>;
  first: string[];
  /** Whether something is to be sent at once. */
  dueNow: boolean;
  /** Where to go on; null where all has been dealt with. */
  next: BulkCursor | null;
}

/** How many of the reminders that are changed are named. */
const FIRST = 20;

/** How many reminders are dealt with in one transaction. */
export const BATCH = 300;

/** The most reminders that one call looks at, changed or not, so that it ends in seconds. */
const MOST_LOOKED_AT = 20_000;

/**
 * Does something with every reminder that a filter finds, by due time, a batch a transaction. What
 * a replay or send-now has moved may be found again further on, or by another who does the same at
 * the same time; so these only take what nobody has changed since they began. A cancel takes all
 * that it finds, because what it has cancelled stays so.
 */
export async function actOnMatching(
  ledger: Ledger,
  request: BulkRequest,
  clock: Clock,
): Promise<BulkResult> {
  const began = request.cursor?.began ?? clock.now();
  let last = request.cursor?.last ?? null;
  let looked = 0;
  const result: BulkResult = {
    changed: 0,
    refused: new Map(),
    kinds: new Map(),
    first: [],
    dueNow: false,
    next: null,
  };
  for (;;) {
    const now = clock.now();
    const room = request.dryRun ? Infinity : request.limit - result.changed;
    const after = last;
    const batch = await ledger.db
      .transaction()
      .execute((db) => actOnBatch(db, request, { began, after, room }, now));
    for (const decided of batch.decided) {
      count(result, decided);
      result.dueNow ||= !request.dryRun && isDue(decided, now);
    }
    if (batch.last === null) return result;
    last = batch.last;
    looked += batch.decided.length;
    const enough = !request.dryRun && result.changed >= request.limit;
    if (enough || looked >= (request.lookAt ?? MOST_LOOKED_AT))
      return { ...result, next: { began, last } };
  }
}

/** Deals with the next reminders; `last` is null where there are no more. */
async function actOnBatch(
  db: Queries,
  request: BulkRequest,
  { began, after, room }: { began: Date; after: Cursor | null; room: number },
  now: Date,
): Promise<{ decided: Decided[]; last: Cursor | null }> {
  const { clinicId, filter, action, dryRun } = request;
  const unchangedSince = action === "cancel" ? null : began;
  let query = db
    .selectFrom("reminders")
    .select(["reminders.id", "due_at as at"])
    .where("reminders.clinic_id", "=", clinicId)
    .where(matching(filter, after));
  // A cancel cannot be taken back, so that it is of nothing that came after it was looked at.
  query =
    unchangedSince === null
      ? query.where("created_at", "<=", began)
      : query.where("updated_at", "<", unchangedSince);
  const page = await query.orderBy("due_at").orderBy("reminders.id").limit(BATCH).execute();

  const ids = page.map(({ id }) => id);
  const found = await decide(db, request, ids, { lock: !dryRun, unchangedSince }, now);
  const byId = new Map(found.map((each) => [each.state.reminderId, each]));
  const decided: Decided[] = [];
  let changes = 0;
  let last: Cursor | null = null;
  for (const row of page) {
    if (changes >= room) break;
    last = row;
    const each = byId.get(row.id);
    if (each === undefined) continue;
    decided.push(each);
    if (each.decision.kind === "move") changes += 1;
  }
  if (!dryRun) await carryOut(db, request, decided, now);
  return { decided, last };
}

function count(result: BulkResult, { state, decision }: Decided): void {
  if (decision.kind === "move") {
    result.changed += 1;
    result.kinds.set(state.kind, (result.kinds.get(state.kind) ?? 0) + 1);
    if (result.first.length < FIRST) result.first.push(state.reminderId);
  } else {
    const { code } = decision.refusal;
    result.refused.set(code, (result.refused.get(code) ?? 0) + 1);
  }
}
