import type { ChannelName } from "../domain/channel.ts";
import { type Purpose, reachOf } from "../domain/consent.ts";
import {
  type PatientPlanInput,
  type PatientTreatment,
  slotOf,
  type TakenBack,
} from "../domain/patient.ts";
import { CANCELLABLE, localZoneOf, type Told, type Trace, type Zone } from "../domain/reminder.ts";
import { type StoredReminder, saidOf } from "../domain/replan.ts";
import { parseSendWindow } from "../domain/sendWindow.ts";
import { type BlockedChannels, blockedChannels } from "./blockedChannels.ts";
import type { Clinic } from "./clinics.ts";
import type { Queries } from "./ledger.ts";
import { type ReminderRow, reminderRows, type TreatmentRow, treatmentRows } from "./patientRows.ts";
import type { PatientFacts } from "./patients.ts";

/** A reminder of an earlier plan, and which one of its treatment it is. */
export interface SlotReminder extends StoredReminder {
  id: string;
  treatmentId: string;
  slot: string;
  step: string;
  topics: string[];
  trace: Trace;
}

/** A patient's treatments as the planner takes them, and the reminders of their plans. */
export interface PatientPlans {
  input: PatientPlanInput;
  /** The newest of each slot of the active treatments: an earlier one was taken back. */
  reminders: SlotReminder[];
  /**
   * Those that wait although there is a newer one of their slot: while they were being sent they were
   * found to be wrong, and planned anew; and then they were not sent.
   */
  overtaken: SlotReminder[];
  /** The channels that the patient cannot be reached on at present. */
  blocked: BlockedChannels;
}

/** Whose plans are meant: the patient as known now, by the clinic's present hours and cap. */
export interface PlannedPerson {
  clinic: Clinic;
  patientId: string | null;
  facts: Pick<PatientFacts, "phone" | "email" | "timeZone">;
}

/**
 * The plans of a patient, as far as they still matter: a treatment whose page is closed restricts
 * nothing any more, and nobody acts on what it said. `also` is a treatment that is wanted even if its
 * page is closed.
 */
export async function loadPatientPlans(
  db: Queries,
  { clinic, patientId, facts }: PlannedPerson,
  now: Date,
  also: string | null = null,
): Promise<PatientPlans> {
  const blocked = await blockedChannels(db, clinic.id, facts);
  const none = noPlans(clinic, blocked, now);
  if (patientId === null) return none;
  const rows = await treatmentRows(db, { clinicId: clinic.id, patientId, also }, now);
  const all = await reminderRows(db, clinic.id, rows);
  const planned = all.filter(({ kind }) => kind !== "retraction");
  const slots = planned.map((row) => toSlot(row, rows));
  const newest = [
    ...new Map(slots.map((each) => [`${each.treatmentId} ${each.slot}`, each])).values(),
  ];
  const local = zoneOf(facts, clinic);
  const toTreatment = (row: TreatmentRow): PatientTreatment => {
    const own = newest.filter(({ treatmentId }) => treatmentId === row.id);
    return {
      id: row.id,
      protocol: row.definition,
      overrides: row.overrides,
      performedAt: row.performed_at,
      timeZone: row.time_zone,
      timeZoneFrom: own[0]?.trace.timeZoneFrom ?? "clinic",
      ...(row.time_zone !== local.timeZone && { local }),
      channels: row.channels,
      reach: reachOf({ consent: agreed(row.consents), ...facts, ...blocked }),
      said: new Map(own.map((each) => [each.slot, saidOf(each)])),
    };
  };
  const active = rows.filter(({ status }) => status === "active");
  const ofActive = ({ treatmentId }: Pick<SlotReminder, "treatmentId">) =>
    active.some(({ id }) => id === treatmentId);
  return {
    ...none,
    input: {
      ...none.input,
      treatments: active.map(toTreatment),
      cancelled: rows.filter(({ status }) => status === "cancelled").map(toTreatment),
      told: toldOf(planned),
      takenBack: all.flatMap((row) =>
        row.kind === "retraction" ? toTakenBack(row, rows, facts) : [],
      ),
      retracted: new Map(
        rows.flatMap(({ id, retracted_at: at }) => (at === null ? [] : [[id, at] as const])),
      ),
      paused: await isPaused(db, clinic.id, patientId),
    },
    reminders: newest.filter(ofActive),
    overtaken: slots.filter((each) => {
      return ofActive(each) && !newest.includes(each) && CANCELLABLE.includes(each.status);
    }),
  };
}

/** The plans of somebody who has none yet, by the clinic's present hours and cap. */
export function noPlans(clinic: Clinic, blocked: BlockedChannels, now: Date): PatientPlans {
  return {
    input: {
      treatments: [],
      cancelled: [],
      told: [],
      takenBack: [],
      retracted: new Map(),
      now,
      cap: clinic.dailyCap,
      sendWindow: parseSendWindow(clinic.sendWindow),
      rebookWindow: parseSendWindow(clinic.rebookWindow),
      paused: false,
    },
    reminders: [],
    overtaken: [],
    blocked,
  };
}

/** Where a patient's clocks are now. */
export function zoneOf(facts: Pick<PatientFacts, "timeZone">, clinic: Clinic): Zone {
  const { timeZone } = facts;
  if (timeZone === null) return { timeZone: clinic.timeZone, timeZoneFrom: "clinic" };
  return { timeZone, timeZoneFrom: "patient" };
}

function toSlot(row: ReminderRow, treatments: readonly TreatmentRow[]): SlotReminder {
  const { id, treatment_id: treatmentId, step, kind, topics, channel, trace } = row;
  const protocol = treatments.find((each) => each.id === treatmentId)?.definition;
  return {
    id,
    treatmentId,
    step,
    kind,
    topics,
    channel,
    trace,
    slot: protocol === undefined ? step : slotOf(protocol, step, channel),
    status: row.status,
    statusReason: row.status_reason,
    trueAt: new Date(trace.trueAt),
    dueAt: row.due_at,
    claimedAt: row.claimed_at,
    localZone: localZoneOf(trace),
  };
}

/** By step, when its permission went out last, over whichever channel. */
function toldOf(rows: readonly ReminderRow[]): Told[] {
  const byStep = new Map<string, Told>();
  for (const { kind, treatment_id: treatmentId, step, topics, trace, ...row } of rows) {
    const { told_at: at, heard_at: heardAt } = row;
    if (kind !== "permission" || at === null) continue;
    const key = `${treatmentId} ${step}`;
    const known = byStep.get(key);
    if (known !== undefined && known.at >= at) continue;
    const protocol = trace.protocol.name;
    const sure = heardAt !== null && heardAt >= at;
    byStep.set(key, { treatmentId, protocol, step, topics, at, sure });
  }
  return [...byStep.values()];
}

function toTakenBack(
  row: ReminderRow,
  treatments: readonly TreatmentRow[],
  { phone, email }: PlannedPerson["facts"],
): TakenBack {
  const { id, treatment_id: treatmentId, topics, channel, trace, status } = row;
  const treatment = treatments.find((each) => each.id === treatmentId);
  const present = { sms: phone, email };
  return {
    id,
    treatmentId,
    step: trace.retracts ?? row.step,
    topics,
    channel,
    until: trace.waitUntil == null ? null : new Date(trace.waitUntil),
    plannedAt: row.created_at,
    waits: status === "scheduled" || status === "queued",
    ended: status === "failed" || status === "undelivered" || status === "skipped",
    tried: (row.tried ?? [])
      .filter((each) => each.address === present[each.channel])
      .map((each) => each.channel),
    withdrawn: status === "cancelled" && !isCancelledWith(row, treatment),
    at: row.told_at,
    reason: row.status_reason,
  };
}

/** Whether a message was cancelled with its treatment, and not by itself. */
function isCancelledWith(
  { updated_at }: ReminderRow,
  treatment: TreatmentRow | undefined,
): boolean {
  if (treatment?.status !== "cancelled") return false;
  return treatment.retracted_at === null || updated_at < treatment.retracted_at;
}

function agreed(consents: TreatmentRow["consents"]): Record<Purpose, ChannelName[]> {
  const of = (purpose: Purpose) =>
    consents.filter((each) => each.purpose === purpose).map(({ channel }) => channel);
  return { care: of("care"), rebook: of("rebook") };
}

async function isPaused(db: Queries, clinicId: string, patientId: string): Promise<boolean> {
  const patient = await db
    .selectFrom("patients")
    .select("permissions_paused_at")
    .where("clinic_id", "=", clinicId)
    .where("id", "=", patientId)
    .executeTakeFirst();
  return patient?.permissions_paused_at != null;
}
