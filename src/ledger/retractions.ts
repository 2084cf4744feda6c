import type { PatientPlanInput, TakenBack } from "../domain/patient.ts";
import type { Slotted } from "../domain/patientPlan.ts";
import { takeBack } from "../domain/retraction.ts";
import type { Untrue } from "../domain/told.ts";
import { findClinic } from "./clinics.ts";
import { addEvents } from "./events.ts";
import type { Queries } from "./ledger.ts";
import { addNotices, settleNotices } from "./notices.ts";
import { type NewReminder, newReminders, remindersInsert } from "./reminders.ts";
import { type Linked, replacementOf } from "./replacements.ts";
import type { TraceFacts } from "./traces.ts";

/** Whose plans change, who wanted it, and why. */
export interface ChangeRequest {
  clinicId: string;
  patientId: string;
  actor: string;
  reason: string | null;
}

/** What became of permissions that are to be taken back. */
export interface Retracted {
  /** Messages that were planned. */
  retracted: number;
  /**
   * Steps of the permissions that no message takes back: the protocol, as the treatment was enrolled
   * with it, has none, or the patient cannot be reached. Somebody has to tell the patient. Where there
   * is a message that does not go, the clinic is told of it, too.
   */
  untold: string[];
}

export const NOTHING_RETRACTED: Retracted = { retracted: 0, untold: [] };

/** Stores the messages that take back what is wrong of what the patient was told. */
export async function storeRetractions(
  db: Queries,
  request: ChangeRequest,
  input: PatientPlanInput,
  now: Date,
): Promise<Retracted> {
  const { clinicId, actor, reason } = request;
  const { skip, plan, untold } = takeBack(input);
  await skipRetractions(db, request, skip, now);
  const treatments = [...input.treatments, ...input.cancelled];
  const stored: Silent[] = [];
  for (const treatment of treatments) {
    const planned = plan.filter(({ treatmentId }) => treatmentId === treatment.id);
    const rows = planned.map((each) => ({ planned: each.planned, replacedBy: null }));
    const reminders = await append(db, request, treatment, rows, now);
    const skipped = reminders.filter(({ status }) => status === "skipped");
    stored.push(
      ...skipped.map(({ id, step, trace }) => ({
        id,
        treatmentId: treatment.id,
        step: trace.retracts ?? step,
        until: trace.waitUntil == null ? null : new Date(trace.waitUntil),
      })),
    );
    await addEvents(
      db,
      reminders.map(({ id, trace, status, statusReason }) => ({
        clinicId,
        treatmentId: treatment.id,
        reminderId: id,
        type: "retraction planned",
        actor,
        detail: { reason, waitUntil: trace.waitUntil ?? null, status, statusReason },
        at: now,
      })),
    );
  }
  await noticeUntold(db, request, untold, [...input.takenBack.filter(hasEnded), ...stored], now);
  const going = plan.filter(({ planned }) => planned.status === "scheduled");
  return { retracted: going.length, untold: [...new Set(untold.map(({ step }) => step))] };
}

/** A message that was to take back the permission of `step`, and does not. */
interface Silent {
  id: string;
  treatmentId: string;
  step: string;
  until: Date | null;
}

const hasEnded = ({ ended, reason }: TakenBack) => ended && reason !== "superseded";

/**
 * Has the clinic told of what no message takes back: by each message that was to, once. Of what was
 * said after all, or does not need to be said any more, nobody is told.
 */
async function noticeUntold(
  db: Queries,
  { clinicId }: ChangeRequest,
  untold: readonly Untrue[],
  silent: readonly Silent[],
  now: Date,
): Promise<void> {
  if (silent.length === 0) return;
  const stands = untold.flatMap((untrue) => silent.findLast((each) => isFor(each, untrue)) ?? []);
  const ids = stands.map(({ id }) => id);
  await settleNotices(
    db,
    silent.map(({ id }) => id).filter((id) => !ids.includes(id)),
    now,
  );
  await settleNotices(db, ids, null);
  const clinic = ids.length === 0 ? undefined : await findClinic(db, clinicId);
  if (clinic === undefined) return;
  for (const reminderId of ids) await addNotices(db, clinic, { reminderId }, true, now);
}

function isFor({ treatmentId, step, until }: Silent, untrue: Untrue): boolean {
  const isAbout = treatmentId === untrue.treatmentId && step === untrue.step;
  return isAbout && until?.getTime() === untrue.until?.getTime();
}

/** A permission that was wrong is sent once more when it is true: beside the one that went out. */
export async function tellAgain(
  db: Queries,
  request: ChangeRequest,
  again: readonly Slotted[],
  reminders: readonly Linked[],
  now: Date,
): Promise<Linked[]> {
  const told: Linked[] = [];
  for (const treatment of new Set(again.map((each) => each.treatment))) {
    const own = again.filter((each) => each.treatment === treatment);
    const rows = own.map(({ planned }) => {
      return { planned, replacedBy: replacementOf({ planned }, reminders) };
    });
    told.push(...(await append(db, request, treatment, rows, now)));
  }
  return told;
}

/** Stores reminders after a treatment's last one. */
async function append(
  db: Queries,
  { clinicId, patientId }: ChangeRequest,
  treatment: TraceFacts & { id: string },
  rows: readonly NewReminder[],
  now: Date,
) {
  if (rows.length === 0) return [];
  const { last } = await db
    .selectFrom("reminders")
    .select((select) => select.fn.max("position").as("last"))
    .where("clinic_id", "=", clinicId)
    .where("treatment_id", "=", treatment.id)
    .executeTakeFirstOrThrow();
  const reminders = newReminders({ id: treatment.id, patientId }, rows);
  const first = (last ?? -1) + 1;
  const kept = reminders.map((reminder, index) => {
    return { clinicId, reminder, position: first + index, treatment, createdAt: now };
  });
  await remindersInsert(kept).execute(db);
  return reminders;
}

async function skipRetractions(
  db: Queries,
  { clinicId, actor }: ChangeRequest,
  retractions: readonly { id: string; treatmentId: string }[],
  now: Date,
): Promise<void> {
  if (retractions.length === 0) return;
  await db
    .updateTable("reminders")
    .set({ status: "skipped", status_reason: "superseded", updated_at: now })
    .where("clinic_id", "=", clinicId)
    .where(
      "id",
      "in",
      retractions.map(({ id }) => id),
    )
    .execute();
  const event = { clinicId, type: "skipped", actor, detail: { reason: "superseded" }, at: now };
  await addEvents(
    db,
    retractions.map(({ id, treatmentId }) => ({ ...event, treatmentId, reminderId: id })),
  );
}
