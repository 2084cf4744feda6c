import { sql } from "kysely";
import type { ChannelName } from "../domain/channel.ts";
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
}

/**
 * Claims reminders for sending, each with one conditional update: still queued under this dispatch
 * number, due, inside its opening, its treatment not cancelled, its patient still at the address
 * that the message is for, that address not opted out, and no permission while the patient's are
 * paused. The attempt is written in the same statement, with the message, before anything is sent. Returns the ids of what was claimed.
 */
export async function claim(
  ledger: Ledger,
  requests: readonly ClaimRequest[],
  providers: Readonly<Record<ChannelName, string>>,
  now: Date,
): Promise<Set<string>> {
  const wanted = requests.map(({ claimed, content }) => ({
    id: claimed.reminderId,
    dispatch_no: claimed.dispatchNo,
    attempt_id: claimed.attemptId,
    channel: claimed.channel,
    address: claimed.to,
    subject: content?.channel === "email" ? content.subject : null,
    body: content?.text ?? null,
  }));
  const { rows } = await sql<{ reminder_id: string }>`
    with claimed as (
      update aftercare.reminders r set status = 'sending', taken_at = ${now}, claimed_at = ${now},
        updated_at = ${now}
      from jsonb_to_recordset(${JSON.stringify(wanted)}::jsonb)
          as w(id uuid, dispatch_no int, attempt_id uuid, channel text, address text, subject text,
            body text),
        aftercare.patients p, aftercare.treatments t
      where r.id = any(${idsIn(wanted)}::uuid[]) and r.id = w.id and r.dispatch_no = w.dispatch_no and r.status = 'queued'
        and r.due_at <= ${now} and r.send_until > ${now}
        and t.id = r.treatment_id and not ${isCalledOff}
        and p.id = r.patient_id and r.channel = w.channel
        and (case r.channel when 'sms' then p.phone else p.email end) = w.address
        and not ${isOptedOut} and not ${isPaused}
      returning r.id, r.clinic_id, r.dispatch_no, r.channel, w.attempt_id, w.address, w.subject,
        w.body
    )
    insert into aftercare.attempts
      (id, clinic_id, reminder_id, dispatch_no, channel, provider, status, address, subject, body,
        started_at)
    select attempt_id, clinic_id, id, dispatch_no, channel,
      case channel when 'sms' then ${providers.sms} else ${providers.email} end,
      'sending', address, subject, body, ${now}
    from claimed
    returning reminder_id`.execute(ledger.db);
  return new Set(rows.map((row) => row.reminder_id));
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

/**
 * Records the outcomes of sends. A receipt may have come first: it stands, and only what it did not
 * know is added. An outcome that comes after its reminder was given up changes only its attempt,
 * unless it proves that the message did go out: then the reminder does not go out once more.
 * Returns the channels that are paused by it, or work again.
 */
export async function record(
  ledger: Ledger,
  outcomes: readonly Recorded[],
  now: Date,
): Promise<PauseChange[]> {
  // One that says stop is for itself: it locks an address, which comes before all else.
  const stops = outcomes.filter(({ outcome }) => saysOptedOut(outcome));
  const others = outcomes.filter((each) => !stops.includes(each));
  const changes: PauseChange[] = [];
  for (const batch of [...stops.map((each) => [each]), others]) {
    if (batch.length > 0) changes.push(...(await recordBatch(ledger, batch, now)));
  }
  return changes;
}

function recordBatch(
  ledger: Ledger,
  outcomes: readonly Recorded[],
  now: Date,
): Promise<PauseChange[]> {
  return ledger.db.transaction().execute(async (db) => {
    for (const { claimed, outcome, actor } of outcomes) {
      if (!saysOptedOut(outcome)) continue;
      await noteProviderOptOut(db, { ...claimed, code: outcome.code, actor }, now);
    }
    const returned = outcomes.map(({ claimed, ...rest }) => ({ ...claimed, ...rest }));
    const unsaid = unsaidOf(returned);
    await lockUnsaid(db, unsaid);
    // The reminder before its attempt, as everywhere: two that lock in turn cannot wait for each other.
    const from = ["sending" as const, "unknown" as const];
    const moved = await moveReminders(
      db,
      returned.map((each) => ({ ...each, from })),
      now,
    );
    const late = outcomes.filter(({ claimed, outcome }) => {
      return outcome.kind === "sent" && !moved.has(claimed.reminderId);
    });
    if (late.length > 0) await stopResends(db, late, now);
    await settleAttempts(db, outcomes, now);
    for (const { claimed, outcome } of outcomes) {
      if (outcome.kind !== "permanent" || !outcome.dead) continue;
      const { clinicId, channel, to: address } = claimed;
      await markDead(db, { clinicId, channel, address, code: outcome.code }, now);
    }
    const back = unsaid.filter(({ reminderId }) => moved.has(reminderId));
    await replanUnsaid(db, back, now);
    const changes: PauseChange[] = [];
    for (const { claimed, sign } of outcomes) {
      const change = sign && (await noteSign(db, claimed, sign, now));
      if (change !== null) changes.push(change);
    }
    return changes;
  });
}

/** Ends what goes on because nobody knew that these attempts had gone out. */
async function stopResends(db: Queries, late: readonly Recorded[], now: Date): Promise<void> {
  // Locked first, so that a receipt which is being kept just now is seen.
  const ids = late.map(({ claimed }) => claimed.reminderId);
  await sql`
    select id from aftercare.reminders where id = any(${ids}::uuid[])
    order by id for update`.execute(db);
  const proofs = late.map(({ claimed, move }) => ({
    id: claimed.reminderId,
    attempt_id: claimed.attemptId,
    status: move.status,
  }));
  const { rows } = await sql<{ id: string }>`
    update aftercare.reminders r
    set status = m.status, status_reason = null, taken_at = null, updated_at = ${now}
    from jsonb_to_recordset(${JSON.stringify(proofs)}::jsonb)
        as m(id uuid, attempt_id uuid, status text),
      aftercare.attempts a
    where r.id = any(${idsIn(proofs)}::uuid[]) and r.id = m.id and a.id = m.attempt_id
      and r.status = any(${GOES_ON}::text[]) and a.status in ('sending', 'unknown')
    returning r.id`.execute(db);
  const stopped = new Set(rows.map((row) => row.id));
  await addEvents(
    db,
    late
      .filter(({ claimed }) => stopped.has(claimed.reminderId))
      .map(({ claimed, actor }) => ({
        clinicId: claimed.clinicId,
        treatmentId: claimed.treatmentId,
        reminderId: claimed.reminderId,
        type: "proved sent",
        actor,
        detail: { channel: claimed.channel },
        at: now,
      })),
  );
}

async function settleAttempts(
  db: Queries,
  outcomes: readonly Recorded[],
  now: Date,
): Promise<void> {
  const rows = outcomes.map(({ claimed, outcome }) => ({
    id: claimed.attemptId,
    status: attemptStatus(outcome),
    provider_id: outcome.kind === "sent" ? outcome.providerId : null,
    code: outcome.kind === "sent" ? null : outcome.code,
    detail: outcome.kind === "sent" ? null : outcome.detail,
  }));
  await sql`
    update aftercare.attempts a
    set status = case when a.status in ('sending', 'unknown') then o.status else a.status end,
      provider_id = coalesce(o.provider_id, a.provider_id),
      code = coalesce(a.code, o.code), detail = coalesce(a.detail, o.detail),
      ended_at = coalesce(a.ended_at, ${now})
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as o(id uuid, status text, provider_id text, code text, detail text)
    where a.id = any(${idsIn(rows)}::uuid[]) and a.id = o.id`.execute(db);
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
