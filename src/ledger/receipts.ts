import { sql } from "kysely";
import type { ChannelName } from "../domain/channel.ts";
import type { ChannelSign } from "../domain/channelState.ts";
import { type Failure, saysOptedOut } from "../domain/outcome.ts";
import {
  type AttemptStatus,
  afterReceipt,
  type ReceiptMeaning,
  saysMore,
} from "../domain/receipt.ts";
import { noteSign, type PauseChange } from "./channelStates.ts";
import { markDead, reviveAddresses } from "./deadAddresses.ts";
import { type Deliverable, loadDeliverables } from "./deliverables.ts";
import type { Ledger, Queries } from "./ledger.ts";
import { moveReminders } from "./moves.ts";
import { lockPatients } from "./patientLocks.ts";
import { noteProviderOptOut } from "./providerOptOut.ts";
import { concernsOthers, replanUnsaid, unsaidOf } from "./unsaid.ts";

/** What a provider says of an attempt, in its words and in ours. */
export interface NewReceipt {
  attemptId: string;
  status: string;
  code: string | null;
  meaning: ReceiptMeaning;
}

/** What came of a receipt. */
export interface ReceiptResult {
  /** False where there is no such attempt. */
  known: boolean;
  /** Whether something is to be sent at once. */
  dueNow: boolean;
  pauseChange: PauseChange | null;
}

interface AttemptRow {
  reminderId: string;
  clinicId: string;
  channel: ChannelName;
  status: AttemptStatus;
  address: string | null;
  startedAt: Date;
  /** Whether no other attempt was made since. */
  latest: boolean;
}

/**
 * Keeps a receipt and lets it settle its attempt and its reminder, and speak for its channel. The
 * same receipt again, or one that says less than what is known, changes nothing. `random` is in
 * [0, 1) and spreads retries.
 */
export async function addReceipt(
  ledger: Ledger,
  receipt: NewReceipt,
  now: Date,
  random: number,
): Promise<ReceiptResult> {
  const { meaning } = receipt;
  return ledger.db.transaction().execute(async (db): Promise<ReceiptResult> => {
    const nothing = { known: true, dueNow: false, pauseChange: null };
    if (meaning?.status === "undelivered" && saysOptedOut(meaning.failure)) {
      const { code } = meaning.failure;
      const told = { attemptId: receipt.attemptId, code, actor: "receipt" };
      const heardBefore = () => isKept(db, receipt);
      await noteProviderOptOut(db, { ...told, heardBefore }, now);
    }
    if (meaning?.status === "undelivered") await lockDependent(db, receipt.attemptId);
    const attempt = await lockAttempt(db, receipt.attemptId);
    if (attempt === undefined) return { ...nothing, known: false };
    const isNew = await keepReceipt(db, attempt.clinicId, receipt, now);
    if (!isNew || meaning === null) return nothing;
    const [state] = await loadDeliverables(db, [attempt.reminderId], now);
    if (state === undefined) return nothing;
    const told = { attempt, state, receipt: { ...receipt, meaning } };
    const dueAt = await settle(db, told, now, random);
    const sign = signOf(meaning, attempt);
    const known = state.channel === attempt.channel && !state.channelTroubled;
    const speaks = sign !== null && (sign.kind === "accountFault" || !known);
    const pauseChange = speaks ? await noteSign(db, attempt, sign, now) : null;
    return { known: true, dueNow: dueAt !== null && dueAt <= now, pauseChange };
  });
}

/** The patient before the reminder, where the plan may have to be made again. */
async function lockDependent(db: Queries, attemptId: string): Promise<void> {
  const row = await db
    .selectFrom("attempts")
    .innerJoin("reminders", "reminders.id", "attempts.reminder_id")
    .select(["reminders.clinic_id as clinicId", "reminders.patient_id as patientId", "kind"])
    .where("attempts.id", "=", attemptId)
    .executeTakeFirst();
  if (row && concernsOthers(row.kind)) await lockPatients(db, row.clinicId, [row.patientId]);
}

/** The attempt, its reminder locked first, as everywhere. */
async function lockAttempt(db: Queries, id: string): Promise<AttemptRow | undefined> {
  await sql`
    select r.id from aftercare.reminders r
    where r.id = (select reminder_id from aftercare.attempts where id = ${id})
    for update`.execute(db);
  return db
    .selectFrom("attempts")
    .select([
      "reminder_id as reminderId",
      "clinic_id as clinicId",
      "channel",
      "status",
      "address",
      "started_at as startedAt",
      sql<boolean>`not exists (
        select 1 from aftercare.attempts later
        where later.reminder_id = attempts.reminder_id
          and later.dispatch_no > attempts.dispatch_no)`.as("latest"),
    ])
    .where("id", "=", id)
    .executeTakeFirst();
}

async function isKept(db: Queries, { attemptId, status, code }: NewReceipt): Promise<boolean> {
  const kept = await db
    .selectFrom("receipts")
    .select("id")
    .where("attempt_id", "=", attemptId)
    .where("status", "=", status)
    .where("code", "=", code ?? "")
    .executeTakeFirst();
  return kept !== undefined;
}

/** False where it was kept before. */
async function keepReceipt(
  db: Queries,
  clinicId: string,
  receipt: NewReceipt,
  now: Date,
): Promise<boolean> {
  const kept = await db
    .insertInto("receipts")
    .values({
      clinic_id: clinicId,
      attempt_id: receipt.attemptId,
      status: receipt.status,
      code: receipt.code ?? "",
      received_at: now,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning("id")
    .executeTakeFirst();
  return kept !== undefined;
}

/** Settles attempt and reminder; returns when the reminder is due again, or null. */
async function settle(
  db: Queries,
  known: {
    attempt: AttemptRow;
    state: Deliverable;
    receipt: NewReceipt & { meaning: NonNullable<ReceiptMeaning> };
  },
  now: Date,
  random: number,
): Promise<Date | null> {
  const { attempt, state, receipt } = known;
  const { meaning } = receipt;
  if (!saysMore(meaning.status, attempt.status)) return null;
  const { latest, status } = attempt;
  const move = afterReceipt({ ...state, attempt: status, latest }, meaning, now, random);
  const returned = move === null ? [] : [{ ...state, move, actor: "receipt" }];
  if (move !== null) {
    const overtaken = !latest || state.status === "scheduled" || state.status === "queued";
    await moveReminders(
      db,
      [
        {
          ...state,
          from: [state.status],
          move,
          actor: "receipt",
          ...(overtaken && { event: "proved sent" }),
        },
      ],
      now,
    );
  }
  await db
    .updateTable("attempts")
    .set({
      status: meaning.status,
      code: sql`coalesce(code, ${receipt.code})`,
      ended_at: sql`coalesce(ended_at, ${now})`,
    })
    .where("id", "=", receipt.attemptId)
    .execute();
  await noteAddress(db, attempt, meaning, now);
  await replanUnsaid(db, unsaidOf(returned), now);
  return move?.dueAt ?? null;
}

/** What a receipt says of the number itself. */
async function noteAddress(
  db: Queries,
  { clinicId, channel, address }: AttemptRow,
  meaning: NonNullable<ReceiptMeaning>,
  now: Date,
): Promise<void> {
  if (address === null) return;
  if (meaning.status === "delivered") await reviveAddresses(db, clinicId, [{ channel, address }]);
  if (meaning.status !== "undelivered") return;
  const { failure } = meaning;
  if (failure.kind === "permanent" && failure.dead) {
    await markDead(db, { clinicId, channel, address, code: failure.code }, now);
  }
}

function signOf(
  meaning: NonNullable<ReceiptMeaning>,
  { startedAt }: AttemptRow,
): ChannelSign | null {
  if (meaning.status === "undelivered") return faultOf(meaning.failure);
  return meaning.status === "sent" ? null : { kind: "works", by: "receipt", sentAt: startedAt };
}

function faultOf(failure: Failure): ChannelSign | null {
  if (failure.kind !== "accountFault") return null;
  return { kind: "accountFault", code: failure.code, detail: failure.detail, by: "receipt" };
}
