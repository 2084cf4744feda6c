import { sql } from "kysely";
import { planPatient, type Slotted } from "../domain/patientPlan.ts";
import { changeOf } from "../domain/replan.ts";
import { findClinic } from "./clinics.ts";
import { addEvents } from "./events.ts";
import type { Queries } from "./ledger.ts";
import { idsIn } from "./moves.ts";
import { loadPatientPlans, type SlotReminder } from "./patientPlans.ts";
import { lockPatient } from "./patients.ts";

/** Whose plans are made again, who wanted it, and why. */
export interface ReplanRequest {
  clinicId: string;
  patientId: string;
  actor: string;
  reason: string | null;
  /** The treatment that was corrected, where one was. */
  corrected?: string;
}

/** A permission that went out and turned out to be too early, and its new plan. */
export interface TooEarly {
  stored: SlotReminder;
  slotted: Slotted;
}

/** What a plan made again came to. */
export interface Replanned {
  skipped: number;
  planned: number;
  tooEarly: TooEarly[];
}

/**
 * Makes the plans of a patient's active treatments again, in a transaction, and changes what is
 * unsent to them: something has changed that decides when or whether it may go. What was sent stays
 * as it is; `tooEarly` has what is to be taken back of a corrected treatment.
 */
export async function replanPatient(
  db: Queries,
  request: ReplanRequest,
  now: Date,
): Promise<Replanned> {
  const { clinicId, patientId } = request;
  const clinic = await findClinic(db, clinicId);
  const facts = await lockPatient(db, clinicId, patientId);
  if (clinic === undefined || facts === undefined) return { skipped: 0, planned: 0, tooEarly: [] };
  const { input, reminders } = await loadPatientPlans(db, { clinic, patientId, facts }, now);
  return changePlans(db, request, planPatient(input), reminders, now);
}

/** Changes reminders, which are locked, to the new plans of their patient. */
export async function changePlans(
  db: Queries,
  request: ReplanRequest,
  plans: readonly Slotted[],
  reminders: readonly SlotReminder[],
  now: Date,
): Promise<Replanned> {
  const bySlot = new Map(reminders.map((each) => [keyOf(each), each]));
  const decided = plans.flatMap((slotted) => {
    const stored = bySlot.get(keyOf(slotted));
    if (stored === undefined) return [];
    const corrected = request.corrected === stored.treatmentId;
    return [{ stored, slotted, change: changeOf(stored, slotted.planned, { corrected, now }) }];
  });
  const of = (kind: (typeof decided)[number]["change"]["kind"]) =>
    decided.filter(({ change }) => change.kind === kind);
  const changed = [...of("skip"), ...of("plan")];
  await update(db, request.clinicId, changed, now);
  await addEvents(
    db,
    changed.map(({ stored, slotted: { planned } }) => ({
      clinicId: request.clinicId,
      treatmentId: stored.treatmentId,
      reminderId: stored.id,
      type: planned.status === "skipped" ? "skipped" : "planned again",
      actor: request.actor,
      detail: {
        reason: planned.statusReason ?? request.reason,
        ...(planned.status === "scheduled" && { dueAt: planned.dueAt.toISOString() }),
        ...(planned.trace.supersededBy && { by: planned.trace.supersededBy }),
      },
      at: now,
    })),
  );
  return { skipped: of("skip").length, planned: of("plan").length, tooEarly: of("retract") };
}

/**
 * The id of the reminder that stands in place of a planned one: of the step that supersedes it, or
 * that says the same at the same moment. Null where no step does.
 */
export function replacementOf(
  { planned }: Slotted,
  reminders: readonly { id: string; treatmentId: string; step: string }[],
): string | null {
  const [by] = planned.trace.supersededBy ?? [];
  if (by === undefined) return null;
  const found = reminders.find(
    ({ treatmentId, step }) => treatmentId === by.treatmentId && step === by.step,
  );
  return found?.id ?? null;
}

async function update(
  db: Queries,
  clinicId: string,
  changed: readonly { stored: SlotReminder; slotted: Slotted }[],
  now: Date,
): Promise<void> {
  if (changed.length === 0) return;
  const replacing = await permissionsOf(
    db,
    clinicId,
    changed.flatMap(({ slotted }) => slotted.planned.trace.supersededBy ?? []),
  );
  const rows = changed.map(({ stored, slotted }) => ({
    id: stored.id,
    status: slotted.planned.status,
    reason: slotted.planned.statusReason,
    channel: slotted.planned.channel,
    channels: slotted.planned.channels,
    due_at: slotted.planned.dueAt,
    send_until: slotted.planned.sendUntil,
    expires_at: slotted.planned.expiresAt,
    trace: slotted.planned.trace,
    replaced_by: replacementOf(slotted, replacing),
  }));
  await sql`
    update aftercare.reminders r
    set status = m.status, status_reason = m.reason, channel = m.channel, channels = m.channels,
      due_at = m.due_at, send_until = m.send_until, expires_at = m.expires_at, trace = m.trace,
      replaced_by = m.replaced_by, retries = 0, taken_at = null, updated_at = ${now}
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as m(id uuid, status text, reason text, channel text, channels text[], due_at timestamptz,
        send_until timestamptz, expires_at timestamptz, trace jsonb, replaced_by uuid)
    where r.clinic_id = ${clinicId} and r.id = any(${idsIn(rows)}::uuid[])
      and r.id = m.id`.execute(db);
}

/** The newest reminders of these treatments' permissions. */
async function permissionsOf(
  db: Queries,
  clinicId: string,
  by: readonly { treatmentId: string }[],
): Promise<{ id: string; treatmentId: string; step: string }[]> {
  if (by.length === 0) return [];
  return db
    .selectFrom("reminders")
    .select(["id", "treatment_id as treatmentId", "step"])
    .where("clinic_id", "=", clinicId)
    .where("kind", "=", "permission")
    .where(
      "treatment_id",
      "in",
      by.map(({ treatmentId }) => treatmentId),
    )
    .orderBy("position", "desc")
    .execute();
}

function keyOf({ treatmentId, slot }: { treatmentId: string; slot: string }): string {
  return `${treatmentId} ${slot}`;
}
