import { sql } from "kysely";
import type { ChannelSign } from "../domain/channelState.ts";
import type { MessageContent } from "../domain/message.ts";
import { type Move, type SendOutcome, saysOptedOut } from "../domain/outcome.ts";
import { type AttemptStatus, GOES_ON } from "../domain/receipt.ts";
import { isCalledOff } from "./calledOff.ts";
import { noteSign, type PauseChange } from "./channelStates.ts";
import { markDead } from "./deadAddresses.ts";
import type { Deliverable } from "./deliverables.ts";
import { addEvents } from "./events.ts";
import type { Ledger, Queries } from "./ledger.ts";
import { idsIn, moveReminders } from "./moves.ts";
import { isOptedOut } from "./optOuts.ts";
import { isPaused } from "./permissionPause.ts";
import { noteProviderOptOut } from "./providerOptOut.ts";
import { lockUnsaid, replanUnsaid, unsaidOf } from "./unsaid.ts";

/** A reminder that is ours to send, and the attempt that this send is. */
export interface Claimed extends Deliverable {
  attemptId: string;
  /** The E.164 number or email address for `channel`. */
  to: string;
}

/** A reminder to claim, with its message as it is to be sent; null where it could not be made. */
export interface ClaimRequest {
  claimed: Claimed;
  content: MessageContent | null;
  /** Who is to deliver it. */
  provider: string;
}

/**
 * Claims reminders for sending, all in one conditional update: those still queued under this dispatch
 * number, due, inside their opening, their treatment not cancelled, their patient still at the address
 * that the message is for, that address not opted out, and no permission while the patient's are
 * paused. The attempts are written in the same statement, with the messages, before anything is sent.
 * Returns the ids of the attempts that were begun: not those of reminders that somebody else has locked.
 */
export async function claim(
  ledger: Ledger,
  requests: readonly ClaimRequest[],
  now: Date,
): Promise<Set<string>> {
  const wanted = requests.map(({ claimed, content, provider }) => ({
    id: claimed.reminderId,
    dispatch_no: claimed.dispatchNo,
    attempt_id: claimed.attemptId,
    channel: claimed.channel,
    provider,
    address: claimed.to,
    subject: content?.channel === "email" ? content.subject : null,
    body: content?.text ?? null,
  }));
  const begun = await ledger.prepared(
    "claim",
    sql<{ id: string }>`
    with wanted as materialized (
      select * from json_to_recordset(${JSON.stringify(wanted)}::json)
        as w(id uuid, dispatch_no int, attempt_id uuid, channel text, provider text, address text,
          subject text, body text)
    ), held as materialized (
      select r.*
      from wanted cross join lateral (
        select r.*, r.ctid as place from aftercare.reminders r
        where r.id = wanted.id for no key update skip locked) r
    ), fit as materialized (
      select r.place, w.*
      from held r join wanted w on w.id = r.id
        cross join lateral (select * from aftercare.patients where id = r.patient_id limit 1) p
        cross join lateral (select * from aftercare.treatments where id = r.treatment_id limit 1) t
      where r.dispatch_no = w.dispatch_no and r.status = 'queued'
        and r.due_at <= ${now} and r.send_until > ${now}
        and not ${isCalledOff}
        and r.channel = w.channel
        and (case r.channel when 'sms' then p.phone else p.email end) = w.address
        and not ${isOptedOut} and not ${isPaused}
    ), claimed as (
      update aftercare.reminders r set status = 'sending', taken_at = ${now}, claimed_at = ${now},
        updated_at = ${now}
      from fit where r.ctid = fit.place
      returning r.id, r.clinic_id, r.dispatch_no, r.channel, fit.attempt_id, fit.provider, fit.address,
        fit.subject, fit.body
    )
    insert into aftercare.attempts
      (id, clinic_id, reminder_id, dispatch_no, channel, provider, status, address, subject, body,
        started_at)
    select attempt_id, clinic_id, id, dispatch_no, channel, provider, 'sending', address, subject, body,
      ${now}
    from claimed
    returning id`,
  );
  return new Set(idsIn(begun));
}

/**
 * Of these attempts, the ids of those that are begun: the answer to a claim may be lost with its
 * connection, and the claim stand.
 */
export async function begunAmong(
  ledger: Ledger,
  requests: readonly ClaimRequest[],
): Promise<Set<string>> {
  const rows = await ledger.db
    .selectFrom("attempts")
    .select("id")
    .where(
      "id",
      "in",
      requests.map(({ claimed }) => claimed.attemptId),
    )
    .where("status", "=", "sending")
    .execute();
  return new Set(idsIn(rows));
}

/** What became of one attempt, and where its reminder goes. */
export interface Recorded {
  claimed: Claimed;
  outcome: SendOutcome;
  move: Move;
  /** What it tells of its channel; null where that is nothing new. */
  sign: ChannelSign | null;
  /** The part of the program that found out. */
  actor: string;
  /** What the history calls it, where that is more than where it leads. */
  event?: string;
}

/** Whether a send went out as it should and tells nothing else: what most of them come to. */
export function isArrival({ outcome, sign, event }: Recorded): boolean {
  return outcome.kind === "sent" && sign === null && event === undefined;
}

/**
 * Records arrivals in one statement: reminders and their attempts, where they are as their claims left
 * them and nobody has them locked. Returns the ids of the attempts that were recorded; the others are
 * for `record`.
 */
export async function recordArrivals(
  ledger: Ledger,
  arrivals: readonly Recorded[],
  now: Date,
): Promise<Set<string>> {
  const rows = arrivals.map(({ claimed, outcome, move }) => ({
    id: claimed.reminderId,
    dispatch_no: claimed.dispatchNo,
    attempt_id: claimed.attemptId,
    status: move.status,
    retries: move.retries,
    provider_id: outcome.kind === "sent" ? outcome.providerId : null,
  }));
  const recorded = await ledger.prepared(
    "record arrivals",
    sql<{ id: string }>`
    with arrivals as materialized (
      select * from json_to_recordset(${JSON.stringify(rows)}::json)
        as m(id uuid, dispatch_no int, attempt_id uuid, status text, retries int, provider_id text)
    ), held as materialized (
      select r.*
      from arrivals cross join lateral (
        select r.id, r.dispatch_no, r.status, r.ctid as place from aftercare.reminders r
        where r.id = arrivals.id for no key update skip locked) r
    ), moved as (
      update aftercare.reminders r
      set status = m.status, status_reason = null, retries = m.retries, taken_at = null,
        updated_at = ${now}
      from held join arrivals m on m.id = held.id
      where r.ctid = held.place and held.dispatch_no = m.dispatch_no and held.status = 'sending'
      returning m.attempt_id, m.status, m.provider_id
    )
    update aftercare.attempts a
    set status = case when a.status in ('sending', 'unknown') then moved.status else a.status end,
      provider_id = moved.provider_id, ended_at = coalesce(a.ended_at, ${now})
    from moved where a.id = moved.attempt_id
    returning a.id`,
  );
  return new Set(idsIn(recorded));
}

/**
 * Records the outcome of a send. A receipt may have come first: it stands, and only what it did not
 * know is added. An outcome that comes after its reminder was given up changes only its attempt,
 * unless it proves that the message did go out: then the reminder does not go out once more.
 * Returns the channels that are paused by it, or work again.
 */
export function record(ledger: Ledger, recorded: Recorded, now: Date): Promise<PauseChange[]> {
  const { claimed, outcome, sign, actor } = recorded;
  return ledger.db.transaction().execute(async (db) => {
    // One that says stop locks an address, which comes before all else.
    if (saysOptedOut(outcome)) {
      await noteProviderOptOut(db, { ...claimed, code: outcome.code, actor }, now);
    }
    const returned = { ...claimed, ...recorded };
    const unsaid = unsaidOf([returned]);
    await lockUnsaid(db, unsaid);
    // The reminder before its attempt, as everywhere: two that lock in turn cannot wait for each other.
    const from = ["sending" as const, "unknown" as const];
    const moved = await moveReminders(db, [{ ...returned, from }], now);
    const isLate = outcome.kind === "sent" && moved.size === 0;
    if (isLate) await stopResend(db, recorded, now);
    await settleAttempt(db, recorded, now);
    if (outcome.kind === "permanent" && outcome.dead) {
      const { clinicId, channel, to: address } = claimed;
      await markDead(db, { clinicId, channel, address, code: outcome.code }, now);
    }
    if (moved.size > 0) await replanUnsaid(db, unsaid, now);
    const change = sign && (await noteSign(db, claimed, sign, now));
    return change === null ? [] : [change];
  });
}

/** Ends what goes on because nobody knew that this attempt had gone out. */
async function stopResend(
  db: Queries,
  { claimed, move, actor }: Recorded,
  now: Date,
): Promise<void> {
  const { reminderId, attemptId, clinicId, treatmentId, channel } = claimed;
  // Locked first, so that a receipt which is being kept just now is seen.
  await sql`
    select id from aftercare.reminders where id = ${reminderId} for update`.execute(db);
  const { rows } = await sql`
    update aftercare.reminders r
    set status = ${move.status}, status_reason = null, taken_at = null, updated_at = ${now}
    from aftercare.attempts a
    where r.id = ${reminderId} and a.id = ${attemptId}
      and r.status = any(${GOES_ON}::text[]) and a.status in ('sending', 'unknown')
    returning r.id`.execute(db);
  if (rows.length === 0) return;
  const detail = { channel };
  await addEvents(db, [
    { clinicId, treatmentId, reminderId, type: "proved sent", actor, detail, at: now },
  ]);
}

async function settleAttempt(
  db: Queries,
  { claimed, outcome }: Recorded,
  now: Date,
): Promise<void> {
  const isSent = outcome.kind === "sent";
  await sql`
    update aftercare.attempts a
    set status = case when a.status in ('sending', 'unknown') then ${attemptStatus(outcome)}
        else a.status end,
      provider_id = coalesce(${isSent ? outcome.providerId : null}, a.provider_id),
      code = coalesce(a.code, ${isSent ? null : outcome.code}),
      detail = coalesce(a.detail, ${isSent ? null : outcome.detail}),
      ended_at = coalesce(a.ended_at, ${now})
    where a.id = ${claimed.attemptId}`.execute(db);
}

function attemptStatus(outcome: SendOutcome): AttemptStatus {
  switch (outcome.kind) {
    case "sent":
      return outcome.delivered ? "delivered" : "sent";
    case "unknown":
      return "unknown";
    case "transient":
    case "rateLimited":
    case "quietHours":
    case "accountFault":
    case "permanent":
      return "failed";
  }
}
