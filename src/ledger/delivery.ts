import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import type { ChannelName } from "../domain/channel.ts";
import type { Ticket } from "../domain/claim.ts";
import type { MessageContent } from "../domain/message.ts";
import type { Move, SendOutcome } from "../domain/outcome.ts";
import type { Ledger } from "./ledger.ts";
import { moveReminders } from "./moves.ts";

/** A reminder that is ours to send, with all that its message needs. */
export interface Claimed extends Ticket {
  attemptId: string;
  clinicId: string;
  patientId: string;
  treatmentId: string;
  step: string;
  channel: ChannelName;
  /** The E.164 number or email address for `channel`. */
  to: string;
  dueAt: Date;
  sendUntil: Date;
  protocol: string;
  firstName: string;
  locale: string | null;
  clinicName: string;
  clinicPhone: string | null;
  clinicLocale: string;
}

/** A send whose outcome is not known, and what its provider can be asked about. */
export interface Unsettled extends Claimed {
  startedAt: Date;
  expiresAt: Date;
  /** The text as it was sent; null where the worker was lost before it could say. */
  body: string | null;
}

/**
 * Claims reminders for sending, each with one conditional update: still queued under this dispatch
 * number, due, inside its opening, its treatment not cancelled and its address not opted out. The attempt is written in the
 * same statement, before anything is sent. What is not in the result was not claimed.
 */
export async function claim(
  ledger: Ledger,
  tickets: readonly Ticket[],
  providers: Readonly<Record<ChannelName, string>>,
  now: Date,
): Promise<Claimed[]> {
  const wanted = tickets.map((ticket) => ({
    id: ticket.reminderId,
    dispatch_no: ticket.dispatchNo,
    attempt_id: randomUUID(),
  }));
  const claimed = await sql<Claimed>`
    with claimed as (
      update aftercare.reminders r set status = 'sending', taken_at = ${now}, updated_at = ${now}
      from jsonb_to_recordset(${JSON.stringify(wanted)}::jsonb)
          as w(id uuid, dispatch_no int, attempt_id uuid),
        aftercare.patients p, aftercare.treatments t
      where r.id = w.id and r.dispatch_no = w.dispatch_no and r.status = 'queued'
        and r.due_at <= ${now} and r.send_until > ${now}
        and t.id = r.treatment_id and t.status = 'active'
        and p.id = r.patient_id
        and (case r.channel when 'sms' then p.phone else p.email end) is not null
        and not exists (
          select 1 from aftercare.opt_outs o
          where o.clinic_id = r.clinic_id and o.channel = r.channel
            and o.address = case r.channel when 'sms' then p.phone else lower(p.email) end)
      returning r.*, w.attempt_id, p.first_name, p.locale,
        case r.channel when 'sms' then p.phone else p.email end as address
    ), attempts as (
      insert into aftercare.attempts
        (id, clinic_id, reminder_id, dispatch_no, channel, provider, status, started_at)
      select attempt_id, clinic_id, id, dispatch_no, channel,
        case channel when 'sms' then ${providers.sms} else ${providers.email} end,
        'sending', ${now}
      from claimed
    )
    select r.id as "reminderId", r.dispatch_no as "dispatchNo", r.attempt_id as "attemptId",
      r.clinic_id as "clinicId", r.patient_id as "patientId", r.treatment_id as "treatmentId",
      r.step, r.channel, r.address as "to", r.due_at as "dueAt", r.send_until as "sendUntil",
      t.protocol, r.first_name as "firstName", r.locale,
      c.name as "clinicName", c.phone as "clinicPhone", c.locale as "clinicLocale"
    from claimed r
    join aftercare.treatments t on t.id = r.treatment_id
    join aftercare.clinics c on c.id = r.clinic_id`.execute(ledger.db);
  return claimed.rows;
}

/** What became of one attempt, and where its reminder goes. */
export interface Recorded {
  claimed: Pick<Claimed, "reminderId" | "dispatchNo" | "attemptId" | "clinicId" | "treatmentId">;
  /** What was sent, kept as the patient saw it; null where it could not be made. */
  content: MessageContent | null;
  outcome: SendOutcome;
  move: Move;
}

/**
 * Records the outcomes of sends. A receipt may have come first: it stands, and only what it did not
 * know is added. An outcome that comes after its reminder was handed over anew changes only its
 * attempt.
 */
export async function record(
  ledger: Ledger,
  outcomes: readonly Recorded[],
  now: Date,
): Promise<void> {
  const rows = outcomes.map(({ claimed, content, outcome }) => ({
    id: claimed.attemptId,
    status: attemptStatus(outcome),
    provider_id: outcome.kind === "sent" ? outcome.providerId : null,
    subject: content?.channel === "email" ? content.subject : null,
    body: content?.text ?? null,
    code: outcome.kind === "sent" ? null : outcome.code,
    detail: outcome.kind === "sent" ? null : outcome.detail,
  }));
  await ledger.db.transaction().execute(async (db) => {
    // The reminder before its attempt, as everywhere: two that lock in turn cannot wait for each other.
    await moveReminders(
      db,
      outcomes.map(({ claimed, move }) => ({
        ...claimed,
        from: ["sending", "unknown"],
        move,
        actor: "worker",
      })),
      now,
    );
    await sql`
      update aftercare.attempts a
      set status = case when a.status in ('sending', 'unknown') then o.status else a.status end,
        provider_id = coalesce(o.provider_id, a.provider_id),
        subject = o.subject, body = o.body,
        code = coalesce(a.code, o.code), detail = coalesce(a.detail, o.detail),
        ended_at = coalesce(a.ended_at, ${now})
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        as o(id uuid, status text, provider_id text, subject text, body text, code text, detail text)
      where a.id = o.id`.execute(db);
  });
}

function attemptStatus(outcome: SendOutcome) {
  switch (outcome.kind) {
    case "sent":
      return outcome.delivered ? "delivered" : "sent";
    case "unknown":
      return "unknown";
    case "transient":
    case "rateLimited":
    case "permanent":
      return "failed";
  }
}
