import { sql } from "kysely";
import type { ChannelName } from "../domain/channel.ts";
import type { TimelineTreatment, Withdrawal } from "../domain/timeline.ts";
import { type Clinic, findClinic } from "./clinics.ts";
import type { Queries } from "./ledger.ts";
import { findOptOuts, needsStart } from "./optOuts.ts";

/** A patient as the words that are addressed to one need it. */
export interface Addressee {
  id: string;
  firstName: string;
  /** The patient's language tag, or null where the clinic's is used. */
  locale: string | null;
  clinic: Clinic;
}

/** All that the patient's own page depends on. */
export interface PatientPage extends Addressee {
  /** The IANA zone in which the patient lives, else the clinic's. */
  timeZone: string;
  permissionsPaused: boolean;
  /** The active treatments whose page is still open, with their pinned protocols. */
  treatments: PageTreatment[];
  /** What cancelled treatments took back, until the clinic has spoken to the patient. */
  withdrawals: Withdrawal[];
  /** The channels on which care messages may come. */
  channels: ChannelChoice[];
}

/** What a patient has chosen for a channel, and can choose. */
export interface ChannelChoice {
  channel: ChannelName;
  stopped: boolean;
  /** Whether it was stopped in a way that only a START by text takes back. */
  needsStart: boolean;
}

export interface PageTreatment extends TimelineTreatment {
  createdAt: Date;
  /** When something about its messages last changed. */
  changedAt: Date;
}

/**
 * What the page of a token shows at `now`: of all the patient's active treatments in that clinic,
 * whichever of them the token came with. Undefined for a token that is unknown or has expired; that
 * of a cancelled treatment still opens the page.
 */
export async function findPatientPage(
  db: Queries,
  token: string,
  now: Date,
): Promise<PatientPage | undefined> {
  const opened = await db
    .selectFrom("treatments")
    .select(["clinic_id", "patient_id"])
    .where("page_token", "=", token)
    .where("page_expires_at", ">", now)
    .executeTakeFirst();
  if (opened === undefined) return undefined;
  const { clinic_id: clinicId, patient_id: patientId } = opened;

  const clinic = await findClinic(db, clinicId);
  const patient = await db
    .selectFrom("patients")
    .select(["first_name", "phone", "email", "time_zone", "locale", "permissions_paused_at"])
    .where("clinic_id", "=", clinicId)
    .where("id", "=", patientId)
    .executeTakeFirst();
  if (clinic === undefined || patient === undefined) return undefined;

  const treatments = await findTreatments(db, { clinicId, patientId }, now);
  const withdrawals = await findWithdrawals(db, { clinicId, patientId }, now);
  const optOuts = await findOptOuts(db, clinicId, patient);
  const agreed = await agreedChannels(db, { clinicId, patientId }, treatments);
  const address = { sms: patient.phone, email: patient.email };
  return {
    id: patientId,
    firstName: patient.first_name,
    locale: patient.locale,
    clinic,
    timeZone: patient.time_zone ?? clinic.timeZone,
    permissionsPaused: patient.permissions_paused_at !== null,
    treatments,
    withdrawals,
    channels: agreed
      .filter((channel) => address[channel] !== null)
      .map((channel) => {
        const stop = optOuts.find((each) => each.channel === channel);
        return {
          channel,
          stopped: stop !== undefined,
          needsStart: stop !== undefined && needsStart(stop),
        };
      }),
  };
}

/** The patient of an unsubscribe link, whose signature stands for the clinic; or undefined. */
export async function findAddressee(
  db: Queries,
  patientId: string,
): Promise<Addressee | undefined> {
  const patient = await db
    .selectFrom("patients")
    .select(["clinic_id", "first_name", "locale"])
    .where("id", "=", patientId)
    .executeTakeFirst();
  const clinic = patient && (await findClinic(db, patient.clinic_id));
  if (patient === undefined || clinic === undefined) return undefined;
  return { id: patientId, firstName: patient.first_name, locale: patient.locale, clinic };
}

/** One patient of one clinic. */
interface Whose {
  clinicId: string;
  patientId: string;
}

async function findTreatments(
  db: Queries,
  { clinicId, patientId }: Whose,
  now: Date,
): Promise<PageTreatment[]> {
  const rows = await db
    .selectFrom("treatments as t")
    .innerJoin("protocols as p", (join) =>
      join.onRef("p.name", "=", "t.protocol").onRef("p.version", "=", "t.protocol_version"),
    )
    .select(["t.id", "t.overrides", "t.performed_at", "t.time_zone", "t.created_at"])
    .select("p.definition")
    .where("t.clinic_id", "=", clinicId)
    .where("t.patient_id", "=", patientId)
    .where("t.status", "=", "active")
    .where("t.page_expires_at", ">", now)
    .orderBy("t.performed_at")
    .orderBy("t.id")
    .execute();
  const reminders = await remindersOf(
    db,
    clinicId,
    rows.map(({ id }) => id),
  );
  return rows.map((row) => {
    const own = reminders.filter(({ treatment_id }) => treatment_id === row.id);
    const changes = [row.created_at, ...own.map(({ updated_at }) => updated_at)];
    return {
      id: row.id,
      protocol: row.definition,
      overrides: row.overrides,
      performedAt: row.performed_at,
      timeZone: row.time_zone,
      createdAt: row.created_at,
      changedAt: new Date(Math.max(...changes.map((change) => change.getTime()))),
      reminders: own.map((reminder) => ({
        step: reminder.step,
        kind: reminder.kind,
        topics: reminder.topics,
        channel: reminder.channel,
        dueAt: reminder.due_at,
        status: reminder.status,
        statusReason: reminder.status_reason,
      })),
    };
  });
}

/** Whatever became of the message itself: in a neutral text, the page is what says it. */
function findWithdrawals(
  db: Queries,
  { clinicId, patientId }: Whose,
  now: Date,
): Promise<Withdrawal[]> {
  return db
    .selectFrom("reminders as r")
    .innerJoin("treatments as t", "t.id", "r.treatment_id")
    .select(["r.topics", "r.due_at as dueAt"])
    .where("r.clinic_id", "=", clinicId)
    .where("r.patient_id", "=", patientId)
    .where("r.kind", "=", "retraction")
    .where("t.status", "=", "cancelled")
    .where("t.page_expires_at", ">", now)
    .where(sql<boolean>`r.trace->>'waitUntil' is null`)
    .orderBy("r.due_at")
    .orderBy("r.id")
    .execute();
}

function remindersOf(db: Queries, clinicId: string, treatmentIds: readonly string[]) {
  return db
    .selectFrom("reminders")
    .select(["treatment_id", "step", "kind", "topics", "channel", "due_at", "status"])
    .select(["status_reason", "updated_at"])
    .where("clinic_id", "=", clinicId)
    .where("treatment_id", "in", treatmentIds.length === 0 ? [NOBODY] : treatmentIds)
    .orderBy("due_at")
    .orderBy("position")
    .execute();
}

/** An id that nothing has: an empty list is no SQL. */
const NOBODY = "00000000-0000-0000-0000-000000000000";

/** The channels that a patient agreed to be cared for on, in these treatments. */
async function agreedChannels(
  db: Queries,
  { clinicId, patientId }: Whose,
  treatments: readonly PageTreatment[],
): Promise<ChannelName[]> {
  const ids = treatments.map(({ id }) => id);
  const rows = await db
    .selectFrom("consents")
    .select("channel")
    .distinct()
    .where("clinic_id", "=", clinicId)
    .where("patient_id", "=", patientId)
    .where("purpose", "=", "care")
    .where("treatment_id", "in", ids.length === 0 ? [NOBODY] : ids)
    .orderBy("channel", "desc")
    .execute();
  return rows.map(({ channel }) => channel);
}
