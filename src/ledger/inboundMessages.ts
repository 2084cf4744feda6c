import { sql } from "kysely";
import type { InboundRead, InboundReading } from "../domain/inbound.ts";
import { ofClinic, type Sender } from "./correspondents.ts";
import { addEvents } from "./events.ts";
import type { Queries } from "./ledger.ts";

/** What is kept of a text. */
export interface KeptText {
  /** The provider's name of the text. */
  providerId: string;
  /** The sender's number, E.164. */
  from: string;
  /** What was written, with a word for the pictures that came with it. */
  body: string;
}

/** A text, and all that was found of it. */
interface Keeping {
  text: KeptText;
  read: InboundRead;
  answer: string | null;
  /** The first of them keeps the answer. */
  clinicIds: readonly string[];
  sender: Sender;
}

/** Keeps the text once for each clinic; returns the id of the row of the first one. */
export async function keepInbound(db: Queries, keeping: Keeping, now: Date): Promise<string> {
  const { text, read, answer, clinicIds } = keeping;
  if (clinicIds.length === 0) return "";
  const rows = clinicIds.map((clinicId, index) => ({
    clinic_id: clinicId,
    channel: "sms" as const,
    provider_id: text.providerId,
    address: text.from,
    received_at: now,
    answer: index === 0 ? answer : null,
    ...(clinicId === keeping.sender.first?.clinicId
      ? whole(keeping, now)
      : command(keeping, clinicId, now)),
  }));
  const kept = await db
    .insertInto("inbound_messages")
    .values(rows)
    .returning(["id", "clinic_id", "patient_id", "reminder_id", "reading", "alarmed"])
    .execute();
  const treatments = await treatmentsOf(
    db,
    kept.flatMap((row) => row.reminder_id ?? []),
  );
  await addEvents(
    db,
    kept.map((row) => ({
      clinicId: row.clinic_id,
      treatmentId: treatments.get(row.reminder_id ?? "") ?? null,
      reminderId: row.reminder_id,
      type: "answered",
      actor: "patient",
      detail: {
        inboundId: row.id,
        patientId: row.patient_id,
        reading: row.reading,
        ...(row.reading === "answer" && { answer: read.answer }),
        ...(row.alarmed.length > 0 && { alarm: true }),
      },
      at: now,
    })),
  );
  return kept.find((row) => row.clinic_id === clinicIds[0])?.id ?? "";
}

/** What a row says of a text. */
interface Row {
  patient_id: string | null;
  reminder_id: string | null;
  body: string;
  reading: InboundReading;
  alarmed: string[];
  handled_at: Date | null;
  handled_by: string | null;
}

/** All of it, for the clinic that it is for. */
function whole({ text, read, sender }: Keeping, now: Date): Row {
  const { first, own, asked } = sender;
  const { answer } = read;
  const answering =
    answer === null
      ? undefined
      : (asked.find(({ answers }) => answers[answer] === "alarm") ?? asked[0]);
  const person = answering ?? first;
  return {
    patient_id: person?.patientId ?? null,
    reminder_id: answering?.checkinId ?? person?.lastReminderId ?? null,
    body: text.body,
    reading: read.reading,
    alarmed: read.alarms ? own.map(({ patientId }) => patientId) : [],
    handled_at: read.person ? null : now,
    handled_by: read.person ? null : "program",
  };
}

/**
 * Of another clinic only that it has to stop, or may go on: what somebody says to one clinic is none
 * of the business of another (45 CFR 164.502).
 */
function command({ read, sender }: Keeping, clinicId: string, now: Date): Row {
  const person = sender.people.find(ofClinic({ clinicId }));
  return {
    patient_id: person?.patientId ?? null,
    reminder_id: person?.lastReminderId ?? null,
    body: read.stops ? "STOP" : "START",
    reading: read.stops ? "stop" : "start",
    alarmed: [],
    handled_at: now,
    handled_by: "program",
  };
}

async function treatmentsOf(db: Queries, reminderIds: string[]): Promise<Map<string, string>> {
  const { rows } = await sql<{ id: string; treatment_id: string }>`
    select id, treatment_id from aftercare.reminders
    where id = any(${reminderIds}::uuid[])`.execute(db);
  return new Map(rows.map((row) => [row.id, row.treatment_id]));
}
