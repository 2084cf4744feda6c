import {
  type CheckinAnswers,
  type InboundRead,
  type ReplyName,
  type ReplyState,
  repliesTo,
} from "../domain/inbound.ts";
import { lockAddress } from "./addresses.ts";
import { type Correspondent, findSender, ofClinic, type Sender } from "./correspondents.ts";
import { type KeptText, keepInbound } from "./inboundMessages.ts";
import type { Ledger, Queries } from "./ledger.ts";
import { addNotices } from "./notices.ts";
import { optInAddress } from "./optIns.ts";
import { optOutAddress } from "./optingOut.ts";
import { BY_TEXT, optOutSource } from "./optOuts.ts";
import { pausePermissions } from "./permissionPause.ts";

/** A text as its provider brought it. The same `providerId` again is the same text. */
export interface InboundText extends KeptText {
  /** Whether the provider has answered it already. */
  answeredByProvider: boolean;
}

/** What the words of a text mean and are answered with: content, which the ledger does not know. */
export interface InboundReader {
  /** Of a number that belongs to no patient, `protocols` is null. */
  read(protocols: readonly string[] | null, answers: readonly CheckinAnswers[]): InboundRead;
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
 * Takes a patient's text in, all in one transaction. STOP and START hold for every clinic that has a
 * patient with the number or once texted it, anything else is for the clinic that texted it last.
 * Once it returns, nothing that was stopped is claimed any more. The same text again changes nothing
 * and has the same answer. Of a number that no clinic knows nothing is kept.
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
    const sender = await findSender(db, text.from, now);
    const { first, own, asked } = sender;
    const read = reader.read(
      first === undefined ? null : own.flatMap(({ protocols }) => protocols),
      asked.map(({ answers }) => answers),
    );
    const names = repliesTo(read, await replyState(db, text, sender), now);
    const answer = names.length === 0 ? null : reader.word(names, first ?? null);
    const clinicIds = concerned(read, sender);
    for (const clinicId of clinicIds) {
      const patientIds = sender.people.filter(ofClinic({ clinicId })).map((each) => each.patientId);
      const alarms = read.alarms && clinicId === first?.clinicId;
      await takeEffect(db, { ...text, clinicId, patientIds }, { ...read, alarms }, now);
    }
    const kept = await keepInbound(db, { text, read, answer, clinicIds, sender }, now);
    const noticed =
      first !== undefined && read.person && (await notice(db, first, kept, read, now));
    return { answer, noticed };
  });
}

function notice(
  db: Queries,
  { clinicId: id, clinicEmail: email, webhookUrl, webhookSecret }: Correspondent,
  inboundId: string,
  { alarms }: InboundRead,
  now: Date,
): Promise<boolean> {
  const clinic = { id, email, webhookUrl, webhookSecret };
  return addNotices(db, clinic, { inboundId }, alarms, now);
}

/**
 * The clinics at which a text changes something, the one that it is for first. A stranger's is kept
 * as the stop or the start that it is and no more: nobody is there to reply to the rest.
 */
function concerned(read: InboundRead, { first, clinicIds }: Sender): readonly string[] {
  if (read.stops || read.starts) return clinicIds;
  return first === undefined ? [] : [first.clinicId];
}

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

/** To somebody who is nobody's patient, commands and alarms are answered, and nothing else. */
async function replyState(
  db: Queries,
  { from, answeredByProvider }: InboundText,
  { first, clinicIds }: Sender,
): Promise<ReplyState> {
  const sources: (string | null)[] = [];
  for (const clinicId of first === undefined ? clinicIds : [first.clinicId]) {
    sources.push(await optOutSource(db, { clinicId, channel: "sms", address: from }));
  }
  return {
    answeredByProvider,
    stoppedBefore: first === undefined || sources.some((source) => source !== null),
    confirmedBefore: sources.length > 0 && sources.every((source) => source === BY_TEXT),
    acknowledgedAt: first === undefined ? null : await lastAcknowledged(db, first, from),
  };
}

async function lastAcknowledged(
  db: Queries,
  { clinicId }: Correspondent,
  from: string,
): Promise<Date | null> {
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
  return last?.received_at ?? null;
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
  if (read.stops) await optOutAddress(db, { ...said, source: BY_TEXT }, now);
  if (read.starts) await optInAddress(db, { ...said, reason: "start" }, now);
  // A number can be a family's: whoever of them it is, nobody is told that all is well meanwhile.
  if (read.alarms) await pausePermissions(db, { clinicId, patientIds, actor: "patient" }, now);
}
