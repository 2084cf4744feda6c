import { sql } from "kysely";
import { planPatient, type Slotted } from "../domain/patientPlan.ts";
import { changeOf, type PlanChange } from "../domain/replan.ts";
import { findClinic } from "./clinics.ts";
import { addEvents } from "./events.ts";
import type { Queries } from "./ledger.ts";
import { idsIn } from "./moves.ts";
import { loadPatientPlans, type PatientPlans, type SlotReminder } from "./patientPlans.ts";
import { findAddresses, type PatientReach } from "./patients.ts";
import { type Linked, replacementOf } from "./replacements.ts";
import {
  type ChangeRequest,
  NOTHING_RETRACTED,
  type Retracted,
  storeRetractions,
  tellAgain,
} from "./retractions.ts";
import { packTrace } from "./traces.ts";
import { keepPagesOpen } from "./treatments.ts";

/** Whose plans are made again, who wanted it, and why. */
export interface ReplanRequest extends ChangeRequest {
  /** The treatment that was corrected, where one was. */
  corrected?: string;
  /** The treatment that was cancelled, where one was. */
  cancelled?: string;
}

/** What a plan made again came to. */
export interface Replanned extends Retracted {
  skipped: number;
  planned: number;
}

const NOTHING: Replanned = { skipped: 0, planned: 0, ...NOTHING_RETRACTED };

/**
 * Makes the plans of a patient's active treatments again, in a transaction that has locked the
 * patient: something has changed that decides when or whether a message may go, or whether one that
 * went is true. What is unsent is changed; a permission that went out and is wrong is taken back, and
 * planned once more.
 */
export async function replanPatient(
  db: Queries,
  request: ReplanRequest,
  now: Date,
): Promise<Replanned> {
  const facts = await findAddresses(db, request.clinicId, request.patientId);
  return facts === undefined ? NOTHING : replanReached(db, request, facts, now);
}

/** The same where it is known already how the patient is reached. */
export async function replanReached(
  db: Queries,
  request: ReplanRequest,
  facts: PatientReach,
  now: Date,
): Promise<Replanned> {
  const { clinicId, patientId, corrected, cancelled } = request;
  const clinic = await findClinic(db, clinicId);
  if (clinic === undefined) return NOTHING;
  const also = corrected ?? cancelled ?? null;
  const plans = await loadPatientPlans(db, { clinic, patientId, facts }, now, also);
  return changePlans(db, request, plans, planPatient(plans.input), now);
}

/**
 * Changes what is stored of a patient, whose reminders are locked, to the plans that were made of
 * `input`. `added` are the reminders of a treatment that is new in them.
 */
export async function changePlans(
  db: Queries,
  request: ReplanRequest,
  { input, reminders, overtaken, added = [] }: PatientPlans & { added?: readonly Linked[] },
  plans: readonly Slotted[],
  now: Date,
): Promise<Replanned> {
  const decided = decide(reminders, plans, { corrected: request.corrected, now });
  const of = (kind: (typeof decided)[number]["change"]["kind"]) =>
    decided.filter(({ change }) => change.kind === kind);
  const changed = [...of("skip"), ...of("plan")];
  const retracted = await storeRetractions(db, request, input, now);
  const again = of("again").map(({ slotted }) => slotted);
  const told = await tellAgain(db, request, again, reminders, now);
  await skipOvertaken(db, request, overtaken, reminders, now);
  await update(db, request.clinicId, changed, [...told, ...added, ...reminders], now);
  await noteChanges(db, request, changed, now);
  const ids = [...changed.map(({ slotted }) => slotted), ...again].map((each) => each.treatmentId);
  await keepPagesOpen(db, request.clinicId, ids);
  return { skipped: of("skip").length, planned: of("plan").length, ...retracted };
}

/** What plans do to each reminder that is stored; `corrected` is a treatment that was corrected. */
export function decide(
  reminders: readonly SlotReminder[],
  plans: readonly Slotted[],
  { corrected, now }: { corrected?: string | undefined; now: Date },
): Decided[] {
  const bySlot = new Map(reminders.map((each) => [`${each.treatmentId} ${each.slot}`, each]));
  return plans.flatMap((slotted) => {
    const stored = bySlot.get(slotted.key);
    if (stored === undefined) return [];
    const how = { corrected: corrected === stored.treatmentId, now };
    return [{ stored, slotted, change: changeOf(stored, slotted, how) }];
  });
}

/** What was planned anew while it was being sent is not sent itself: the newer one stands for it. */
async function skipOvertaken(
  db: Queries,
  { clinicId, actor }: ChangeRequest,
  overtaken: readonly SlotReminder[],
  reminders: readonly SlotReminder[],
  now: Date,
): Promise<void> {
  for (const { id, treatmentId, slot, step, topics, trace } of overtaken) {
    const newer = reminders.find((each) => each.treatmentId === treatmentId && each.slot === slot);
    const by = [{ treatmentId, protocol: trace.protocol.name, step, topics }];
    await db
      .updateTable("reminders")
      .set({
        status: "skipped",
        status_reason: "superseded",
        trace: sql`trace || ${JSON.stringify({ supersededBy: by })}::jsonb`,
        replaced_by: newer?.id ?? null,
        updated_at: now,
      })
      .where("clinic_id", "=", clinicId)
      .where("id", "=", id)
      .execute();
    const detail = { reason: "superseded", by };
    const event = {
      clinicId,
      treatmentId,
      reminderId: id,
      type: "skipped",
      actor,
      detail,
      at: now,
    };
    await addEvents(db, [event]);
  }
}

interface Changed {
  stored: SlotReminder;
  slotted: Slotted;
}

/** A stored reminder, its plan made again, and what that does to it. */
export interface Decided extends Changed {
  change: PlanChange;
}

function noteChanges(
  db: Queries,
  { clinicId, actor, reason }: ChangeRequest,
  changed: readonly Changed[],
  now: Date,
): Promise<void> {
  return addEvents(
    db,
    changed.map(({ stored, slotted: { planned } }) => ({
      clinicId,
      treatmentId: stored.treatmentId,
      reminderId: stored.id,
      type: planned.status === "skipped" ? "skipped" : "planned again",
      actor,
      detail: {
        reason: planned.statusReason ?? reason,
        ...(planned.status === "scheduled" && { dueAt: planned.dueAt.toISOString() }),
        ...(planned.trace.supersededBy && { by: planned.trace.supersededBy }),
      },
      at: now,
    })),
  );
}

function channelsOf({ channel }: SlotReminder, { planned }: Slotted) {
  if (planned.status === "skipped") return { channel, channels: null };
  return { channel: planned.channel, channels: planned.channels };
}

async function update(
  db: Queries,
  clinicId: string,
  changed: readonly Changed[],
  linked: readonly Linked[],
  now: Date,
): Promise<void> {
  if (changed.length === 0) return;
  const rows = changed.map(({ stored, slotted }) => ({
    id: stored.id,
    status: slotted.planned.status,
    reason: slotted.planned.statusReason,
    // What is not sent keeps the channel that it was to go by: a stop of that channel holds.
    ...channelsOf(stored, slotted),
    due_at: slotted.planned.dueAt,
    send_until: slotted.planned.sendUntil,
    expires_at: slotted.planned.expiresAt,
    trace: packTrace(slotted.planned.trace, slotted.treatment),
    replaced_by: replacementOf(slotted, linked),
  }));
  await sql`
    update aftercare.reminders r
    set status = m.status, status_reason = m.reason, channel = m.channel,
      channels = coalesce(m.channels, r.channels),
      due_at = m.due_at, send_until = m.send_until, expires_at = m.expires_at, trace = m.trace,
      replaced_by = m.replaced_by, retries = 0, taken_at = null, updated_at = ${now}
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as m(id uuid, status text, reason text, channel text, channels text[], due_at timestamptz,
        send_until timestamptz, expires_at timestamptz, trace jsonb, replaced_by uuid)
    where r.clinic_id = ${clinicId} and r.id = any(${idsIn(rows)}::uuid[])
      and r.id = m.id`.execute(db);
}
