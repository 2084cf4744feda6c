import { sql } from "kysely";
import {
  type CheckinAnswers,
  checkinDigit,
  type InboundRead,
  needsPerson,
  type ReplyName,
  type ReplyState,
  repliesTo,
} from "../domain/inbound.ts";
import { type Correspondent, findCorrespondents } from "./correspondents.ts";
import { addEvents } from "./events.ts";
import type { Ledger, Queries } from "./ledger.ts";
import { addNotices } from "./notices.ts";
import { optInAddress } from "./optIns.ts";
import { BY_TEXT, lockAddress, optOutAddress, optOutSource } from "./optOuts.ts";
import { pausePermissions, unsentPermissions } from "./permissionPause.ts";

/** A text as its provider brought it. */
export interface InboundText {
  /** The provider's name of the text: the same again is the same text. */
  providerId: string;
  /** The sender's number, E.164. */
  from: string;
  body: string;
  /** Whether the provider has answered it already. */
  answeredByProvider: boolean;
}

/** What the words of a text mean and are answered with: content, which the ledger does not know. */
export interface InboundReader {
  /** Of a number that belongs to no patient, `protocols` is null. */
  read(protocols: readonly string[] | null, answers: CheckinAnswers | null): InboundRead;
  /** One message made of these; `to` is null for a number that belongs to no patient. */
  word(names: readonly ReplyName[], to: Correspondent | null): string;
}

/** What came of a text. */
export interface Received {
  /** What it is answered with; null for nothing. */
  answer: string | null;
  /** Whether a clinic is to be told of it now. */
  noticed: boolean;
}

/**
 * Takes a patient's text in, all in one transaction: STOP and START hold for every clinic that has a
 * patient with the number, anything else is for the clinic that texted it last. Once it returns,
 * nothing that was stopped is claimed any more. The same text again changes nothing and has the same
 * answer. Of a number that belongs to no patient nothing is kept.
 */
export function receiveInbound(
  ledger: Ledger,
  text: InboundText,
  reader: InboundReader,
  now: Date,
): Promise<Received> {
  return ledger.db.transaction().execute(async (db): Promise<Received> => {
    await lockAddress(db, "sms", text.from);
    const earlier = await answerOf(db, text.providerId);
    if (earlier !== undefined) return { answer: earlier, noticed: false };
    const people = await findCorrespondents(db, text.from, now);
    const [first] = people;
    if (first === undefined) {
      return { answer: answerToStranger(text, reader, now), noticed: false };
    }

    const read = reader.read(first.protocols, first.answers);
    const state = await replyState(db, text, first);
    const concerned =
      read.stops || read.reading === "start" ? people : people.filter(ofClinic(first));
    for (const clinicId of new Set(concerned.map((each) => each.clinicId))) {
      const patientIds = people.filter(ofClinic({ clinicId })).map((each) => each.patientId);
      const alarms = read.alarms && clinicId === first.clinicId;
      await takeEffect(db, { ...text, clinicId, patientIds }, { ...read, alarms }, now);
    }
    const names = repliesTo(read, state, now);
    const answer = names.length === 0 ? null : reader.word(names, first);
    const kept = await keep(db, { text, read, answer, concerned, first }, now);
    const noticed = needsPerson(read) && (await addNotices(db, first, kept, read.alarms, now));
    return { answer, noticed };
  });
}

const ofClinic =
  ({ clinicId }: { clinicId: string }) =>
  (each: Correspondent) =>
    each.clinicId === clinicId;

/** What the text was answered with when it came first; undefined where it did not come yet. */
async function answerOf(db: Queries, providerId: string): Promise<string | null | undefined> {
  const rows = await db
    .selectFrom("inbound_messages")
    .select("answer")
    .where("provider_id", "=", providerId)
    .execute();
  if (rows.length === 0) return undefined;
  return rows.find(({ answer }) => answer !== null)?.answer ?? null;
}

/** Somebody whom no clinic knows: commands and alarms are answered, and nobody is there to reply. */
function answerToStranger(text: InboundText, reader: InboundReader, now: Date): string | null {
  const read = reader.read(null, null);
  const { answeredByProvider } = text;
  const state = {
    answeredByProvider,
    // Without a clinic, nobody reads a reply: it is not acknowledged.
    stoppedBefore: true,
    confirmedBefore: false,
    acknowledgedAt: null,
  };
  const names = repliesTo(read, state, now);
  return names.length === 0 ? null : reader.word(names, null);
}

async function replyState(
  db: Queries,
  { from, answeredByProvider }: InboundText,
  { clinicId }: Correspondent,
): Promise<ReplyState> {
  const source = await optOutSource(db, { clinicId, channel: "sms", address: from });
  const last = await db
    .selectFrom("inbound_messages")
    .select("received_at")
    .where("clinic_id", "=", clinicId)
    .where("channel", "=", "sms")
    .where("address", "=", from)
    .where("reading", "in", ["reply", "answer"])
    .where("answer", "is not", null)
    .orderBy("received_at", "desc")
    .limit(1)
    .executeTakeFirst();
  return {
    answeredByProvider,
    stoppedBefore: source !== null,
    confirmedBefore: source === BY_TEXT,
    acknowledgedAt: last?.received_at ?? null,
  };
}

/** What a text changes at one clinic. */
async function takeEffect(
  db: Queries,
  of: InboundText & { clinicId: string; patientIds: readonly string[] },
  read: InboundRead,
  now: Date,
): Promise<void> {
  const { clinicId, patientIds, from: address } = of;
  const said = { clinicId, channel: "sms" as const, address, actor: "patient" };
  if (read.stops) {
    // Locked with the rest, because whatever is locked has to be so in one order.
    const alsoIds = read.alarms ? await unsentPermissions(db, { clinicId, patientIds }) : [];
    await optOutAddress(db, { ...said, source: BY_TEXT }, now, alsoIds);
  }
  if (read.reading === "start") await optInAddress(db, { ...said, reason: "start" }, now);
  // A number can be a family's: whoever of them it is, nobody is told that all is well meanwhile.
  if (read.alarms) await pausePermissions(db, { clinicId, patientIds, actor: "patient" }, now);
}

interface Keeping {
  text: InboundText;
  read: InboundRead;
  answer: string | null;
  concerned: readonly Correspondent[];
  first: Correspondent;
}

/** Keeps the text once for each clinic; returns the id of the row of the clinic that it is for. */
async function keep(db: Queries, keeping: Keeping, now: Date): Promise<string> {
  const { text, read, answer, concerned, first } = keeping;
  const clinicIds = [...new Set([first, ...concerned].map((each) => each.clinicId))];
  const handled = needsPerson(read) ? null : now;
  const rows = clinicIds.map((clinicId) => {
    const own = clinicId === first.clinicId;
    const person = concerned.find(ofClinic({ clinicId })) ?? first;
    // Elsewhere it is but the stop: the alarm is for the clinic that it answers.
    const reading = own || !read.stops ? read.reading : "stop";
    return {
      clinic_id: clinicId,
      patient_id: person.patientId,
      reminder_id: read.reading === "answer" ? person.checkinId : person.lastReminderId,
      channel: "sms" as const,
      provider_id: text.providerId,
      address: text.from,
      body: text.body,
      reading,
      answer: own ? answer : null,
      received_at: now,
      handled_at: own ? handled : now,
      handled_by: own && handled === null ? null : "program",
    };
  });
  const kept = await db
    .insertInto("inbound_messages")
    .values(rows)
    .returning(["id", "clinic_id", "patient_id", "reminder_id", "reading"])
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
        ...(row.reading === "answer" && { answer: checkinDigit(text.body) }),
        ...(read.alarms && row.clinic_id === first.clinicId && { alarm: true }),
      },
      at: now,
    })),
  );
  return kept.find((row) => row.clinic_id === first.clinicId)?.id ?? "";
}

async function treatmentsOf(db: Queries, reminderIds: string[]): Promise<Map<string, string>> {
  const { rows } = await sql<{ id: string; treatment_id: string }>`
    select id, treatment_id from aftercare.reminders
    where id = any(${reminderIds}::uuid[])`.execute(db);
  return new Map(rows.map((row) => [row.id, row.treatment_id]));
}
