import { createHash } from "node:crypto";
import { PURPOSES, reachOf } from "../domain/consent.ts";
import type { Enrolment } from "../domain/enrolment.ts";
import { planTreatment } from "../domain/plan.ts";
import type { Protocol } from "../domain/protocol.ts";
import type { PlannedReminder } from "../domain/reminder.ts";
import { parseSendWindow } from "../domain/sendWindow.ts";
import type { Clinic } from "./clinics.ts";
import { deadChannels } from "./deadAddresses.ts";
import { addEvents } from "./events.ts";
import type { Ledger, Queries } from "./ledger.ts";
import { optedOutChannels } from "./optOuts.ts";
import { type PatientFacts, recognisePatient, savePatient } from "./patients.ts";
import { insertReminders, type Reminder } from "./reminders.ts";
import { insertTreatment, pageExpiry, type Treatment } from "./treatments.ts";

/** A treatment to enrol: who asks, and what was said at the desk. */
export interface EnrolRequest {
  clinic: Clinic;
  keyId: string;
  protocol: Protocol;
  enrolment: Enrolment;
  /** Asking again with the same key and body gives the first answer and stores nothing. */
  idempotency: { key: string; body: unknown } | null;
}

/** A treatment as stored, and its reminders in the order of the protocol. */
export interface Enrolled {
  treatment: Treatment;
  reminders: Reminder[];
}

export type EnrolResult<Answer> =
  | { kind: "created"; answer: Answer; dueNow: boolean }
  | { kind: "repeated"; answer: Answer }
  | { kind: "conflict" };

type PlanRequest = Pick<EnrolRequest, "clinic" | "protocol" | "enrolment">;

interface Planned {
  /** The patient's, in which the reminders' local times are told. */
  timeZone: string;
  reminders: PlannedReminder[];
}

/** The reminders that an enrolment would make, at this instant; stores nothing. */
export async function planEnrolment(
  db: Queries,
  request: PlanRequest,
  now: Date,
): Promise<Planned> {
  const { clinic, enrolment } = request;
  const patient = await recognisePatient(db, clinic.id, enrolment.patient, { lock: false });
  return planFor(db, request, patient.facts, now);
}

async function planFor(
  db: Queries,
  request: PlanRequest,
  patient: PatientFacts,
  now: Date,
): Promise<Planned> {
  const { clinic, protocol, enrolment } = request;
  const { consent } = enrolment;
  const optedOut = await optedOutChannels(db, clinic.id, patient);
  const dead = await deadChannels(db, clinic.id, patient);
  const timeZone = patient.timeZone ?? clinic.timeZone;
  const reminders = planTreatment({
    protocol,
    performedAt: enrolment.performedAt,
    now,
    timeZone,
    timeZoneFrom: patient.timeZone === null ? "clinic" : "patient",
    sendWindow: parseSendWindow(clinic.sendWindow),
    channels: enrolment.channels,
    reach: reachOf({ consent, phone: patient.phone, email: patient.email, optedOut, dead }),
  });
  return { timeZone, reminders };
}

/**
 * Plans an enrolment and writes the patient, the treatment, its reminders, the evidence of consent
 * and the event in one transaction: all of it is there when this resolves, or none. `toAnswer`
 * makes what is kept under the idempotency key and given again.
 */
export function enrol<Answer>(
  ledger: Ledger,
  request: EnrolRequest,
  now: Date,
  toAnswer: (enrolled: Enrolled) => Answer,
): Promise<EnrolResult<Answer>> {
  return ledger.db.transaction().execute(async (db): Promise<EnrolResult<Answer>> => {
    const earlier = await claimKey<Answer>(db, request, now);
    if (earlier !== null) return earlier;

    const enrolled = await store(db, request, now);
    const answer = toAnswer(enrolled);
    await keepAnswer(db, request, answer);
    const dueNow = enrolled.reminders.some(
      (reminder) => reminder.status === "scheduled" && reminder.dueAt <= now,
    );
    return { kind: "created", answer, dueNow };
  });
}

async function store(db: Queries, request: EnrolRequest, now: Date): Promise<Enrolled> {
  const { clinic, enrolment, protocol } = request;
  const patient = await recognisePatient(db, clinic.id, enrolment.patient, { lock: true });
  const patientId = await savePatient(db, clinic.id, patient, now);
  const { timeZone, reminders: planned } = await planFor(db, request, patient.facts, now);
  const treatment = await insertTreatment(db, {
    clinicId: clinic.id,
    patientId,
    protocol: { name: protocol.name, version: protocol.version },
    performedAt: enrolment.performedAt,
    timeZone,
    channels: enrolment.channels,
    overrides: {},
    pageExpiresAt: pageExpiry(lastOf(planned)),
    createdAt: now,
  });
  const reminders = await insertReminders(db, treatment, planned, now);
  await insertConsents(db, treatment, request, now);
  await addEvents(db, [
    {
      clinicId: clinic.id,
      treatmentId: treatment.id,
      reminderId: null,
      type: "enrolled",
      actor: `key:${request.keyId}`,
      detail: { reminders: reminders.length },
      at: now,
    },
  ]);
  return { treatment, reminders };
}

function lastOf(planned: readonly PlannedReminder[]): Date {
  return new Date(Math.max(...planned.map(({ expiresAt }) => expiresAt.getTime())));
}

async function insertConsents(
  db: Queries,
  treatment: Treatment,
  request: EnrolRequest,
  now: Date,
): Promise<void> {
  const { consent } = request.enrolment;
  const rows = PURPOSES.flatMap((purpose) =>
    consent[purpose].map((channel) => ({
      clinic_id: treatment.clinicId,
      patient_id: treatment.patientId,
      treatment_id: treatment.id,
      purpose,
      channel,
      source: consent.source,
      given_at: consent.at,
      recorded_at: now,
      recorded_by: request.keyId,
      text_version: null,
      taken_by: null,
    })),
  );
  await db.insertInto("consents").values(rows).execute();
}

/** Takes the idempotency key; where it was taken before, what that call came to. */
async function claimKey<Answer>(
  db: Queries,
  request: EnrolRequest,
  now: Date,
): Promise<EnrolResult<Answer> | null> {
  if (request.idempotency === null) return null;
  const { key, body } = request.idempotency;
  const hash = createHash("sha256").update(canonical(body)).digest();
  const taken = await db
    .insertInto("idempotency_keys")
    .values({ clinic_id: request.clinic.id, key, body_hash: hash, answer: "null", created_at: now })
    .onConflict((conflict) => conflict.doNothing())
    .returning("key")
    .executeTakeFirst();
  if (taken !== undefined) return null;
  const first = await db
    .selectFrom("idempotency_keys")
    .select(["body_hash", "answer"])
    .where("clinic_id", "=", request.clinic.id)
    .where("key", "=", key)
    .executeTakeFirstOrThrow();
  if (!hash.equals(first.body_hash)) return { kind: "conflict" };
  return { kind: "repeated", answer: first.answer as Answer };
}

async function keepAnswer(db: Queries, request: EnrolRequest, answer: unknown): Promise<void> {
  if (request.idempotency === null) return;
  await db
    .updateTable("idempotency_keys")
    .set({ answer: JSON.stringify(answer) })
    .where("clinic_id", "=", request.clinic.id)
    .where("key", "=", request.idempotency.key)
    .execute();
}

/** JSON with the keys of every object in order, so that two spellings of one body are equal. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
