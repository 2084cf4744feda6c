import {
  type ActionDecision,
  type ActionState,
  decideCancel,
  decideReplay,
  decideSendNow,
  type Refusal,
} from "../domain/replay.ts";
import { type Actionable, loadActionable } from "./actionStates.ts";
import { reviveAddresses } from "./deadAddresses.ts";
import type { Ledger, Queries } from "./ledger.ts";
import { moveReminders } from "./moves.ts";
import { lockPatientsOf } from "./patientLocks.ts";
import { findReminder, type Reminder } from "./reminders.ts";
import { unfitReplays } from "./unfitReplays.ts";

/** What a person can do with reminders. */
export type ActionName = "cancel" | "replay" | "send-now";

/** Who wants what of a clinic's reminders, and why. */
export interface ActionRequest {
  clinicId: string;
  action: ActionName;
  reason: string;
  actor: string;
}

/** A reminder, and what comes of the wish. */
export interface Decided {
  state: Actionable;
  decision: ActionDecision;
}

const ACTIONS: Record<
  ActionName,
  { decide: (state: ActionState, now: Date) => ActionDecision; event: string }
> = {
  cancel: { decide: decideCancel, event: "cancelled" },
  replay: { decide: decideReplay, event: "replayed" },
  "send-now": { decide: decideSendNow, event: "sent now" },
};

/** What came of an action on one reminder: how it is afterwards, and why it was left if it was. */
export interface Acted {
  reminder: Reminder;
  refusal: Refusal | null;
  /** Whether something is to be sent at once. */
  dueNow: boolean;
}

/**
 * Does something with one reminder. One that has been cancelled is not claimed after this resolves.
 * Undefined where the clinic has no such reminder.
 */
export function act(
  ledger: Ledger,
  request: ActionRequest & { id: string },
  now: Date,
): Promise<Acted | undefined> {
  const { clinicId, id } = request;
  return ledger.db.transaction().execute(async (db) => {
    const [acted] = await actOn(db, request, [id], now);
    const reminder = await findReminder(db, clinicId, id);
    if (acted === undefined || reminder === undefined) return undefined;
    const { decision } = acted;
    const refusal = decision.kind === "refused" ? decision.refusal : null;
    return { reminder, refusal, dueNow: isDue(acted, now) };
  });
}

/** Does something with reminders, in a transaction; those that the clinic has not are left out. */
export async function actOn(
  db: Queries,
  request: ActionRequest,
  ids: readonly string[],
  now: Date,
): Promise<Decided[]> {
  const decided = await decide(db, request, ids, { lock: true }, now);
  await carryOut(db, request, decided, now);
  return decided;
}

/** Which reminders a decision is about. */
export interface DecideOptions {
  /** Nobody else moves them until the transaction ends. */
  lock: boolean;
  /** Leaves out what has changed since this instant, or at it. */
  unchangedSince?: Date | null;
}

/** What would come of an action, in no order. */
export async function decide(
  db: Queries,
  { clinicId, action }: ActionRequest,
  ids: readonly string[],
  { lock, unchangedSince = null }: DecideOptions,
  now: Date,
): Promise<Decided[]> {
  if (ids.length === 0) return [];
  const replays = action === "replay";
  // A replayed permission must not meet an enrolment that restricts its topics: one waits for the other.
  if (lock && replays) await lockPatientsOf(db, clinicId, ids);
  // Locked before all else is read: one that is being recorded just now is seen as what it becomes,
  // and a cancel of its treatment that it waited for, too.
  let query = db
    .selectFrom("reminders")
    .select("id")
    .where("clinic_id", "=", clinicId)
    .where("id", "in", ids)
    .orderBy("id");
  if (unchangedSince !== null) query = query.where("updated_at", "<", unchangedSince);
  const rows = await query.$if(lock, (locking) => locking.forUpdate()).execute();
  const states = await loadActionable(
    db,
    clinicId,
    rows.map(({ id }) => id),
  );
  const refusals = replays
    ? await unfitReplays(db, clinicId, states, now)
    : new Map<string, Refusal>();
  return states.map((state) => {
    const decision = ACTIONS[action].decide(state, now);
    const refusal = decision.kind === "move" ? refusals.get(state.reminderId) : undefined;
    return { state, decision: refusal === undefined ? decision : { kind: "refused", refusal } };
  });
}

/** Moves what is to move of reminders that are locked, and notes who wanted it and why. */
export async function carryOut(
  db: Queries,
  { clinicId, action, reason, actor }: ActionRequest,
  decided: readonly Decided[],
  now: Date,
): Promise<void> {
  const moving = decided.flatMap(({ state, decision }) =>
    decision.kind === "move" ? [{ state, ...decision }] : [],
  );
  await reviveAddresses(
    db,
    clinicId,
    moving.flatMap(({ state: { addresses }, revive }) =>
      revive.map((channel) => ({
        channel,
        address: (channel === "sms" ? addresses.phone : addresses.email) ?? "",
      })),
    ),
  );
  const { event } = ACTIONS[action];
  await moveReminders(
    db,
    moving.map(({ state, move }) => ({
      ...state,
      clinicId,
      from: [state.status],
      move,
      actor,
      event,
      detail: { reason },
    })),
    now,
  );
}

/** Whether what was decided is to be sent at once. */
export function isDue({ decision }: Decided, now: Date): boolean {
  return decision.kind === "move" && decision.move.dueAt !== null && decision.move.dueAt <= now;
}
