import { sql } from "kysely";
import type { ChannelName } from "../domain/channel.ts";
import type { Ledger, Queries } from "./ledger.ts";
import type { AttemptStatus } from "./tables.ts";

/** What a provider later said of an attempt. */
export interface Receipt {
  status: string;
  code: string | null;
  receivedAt: Date;
}

/** One try at delivering one reminder, with the text as the patient got it. */
export interface Attempt {
  id: string;
  dispatchNo: number;
  channel: ChannelName;
  provider: string;
  providerId: string | null;
  status: AttemptStatus;
  subject: string | null;
  body: string | null;
  code: string | null;
  detail: string | null;
  startedAt: Date;
  endedAt: Date | null;
  receipts: Receipt[];
}

/** The attempts of one reminder of a clinic with their receipts, first to last. */
export async function listAttempts(
  db: Queries,
  clinicId: string,
  reminderId: string,
): Promise<Attempt[]> {
  const attempts = await db
    .selectFrom("attempts")
    .selectAll()
    .where("clinic_id", "=", clinicId)
    .where("reminder_id", "=", reminderId)
    .orderBy("dispatch_no")
    .execute();
  const receipts = await db
    .selectFrom("receipts")
    .innerJoin("attempts", "attempts.id", "receipts.attempt_id")
    .select(["attempt_id", "receipts.status", "receipts.code", "received_at"])
    .where("attempts.clinic_id", "=", clinicId)
    .where("attempts.reminder_id", "=", reminderId)
    .orderBy("receipts.id")
    .execute();
  return attempts.map((row) => ({
    id: row.id,
    dispatchNo: row.dispatch_no,
    channel: row.channel,
    provider: row.provider,
    providerId: row.provider_id,
    status: row.status,
    subject: row.subject,
    body: row.body,
    code: row.code,
    detail: row.detail,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    receipts: receipts
      .filter((receipt) => receipt.attempt_id === row.id)
      .map(({ status, code, received_at }) => ({
        status,
        code: code === "" ? null : code,
        receivedAt: received_at,
      })),
  }));
}

/** What a receipt means for the attempt and its reminder, or nothing beyond being kept. */
export type ReceiptMeaning = "sent" | "delivered" | "undelivered" | null;

/**
 * Keeps a receipt and lets it settle its attempt and, where that is the reminder's latest, the
 * reminder. The same receipt again, or one that comes after a later word, changes nothing. False
 * where there is no such attempt.
 */
export function addReceipt(
  ledger: Ledger,
  receipt: { attemptId: string; status: string; code: string | null; meaning: ReceiptMeaning },
  now: Date,
): Promise<boolean> {
  return ledger.db.transaction().execute(async (db) => {
    const { rows } = await sql<{ clinic_id: string }>`
      insert into aftercare.receipts (clinic_id, attempt_id, status, code, received_at)
      select clinic_id, id, ${receipt.status}, ${receipt.code ?? ""}, ${now}
      from aftercare.attempts where id = ${receipt.attemptId}
      on conflict (attempt_id, status, code) do update set status = excluded.status
      returning clinic_id`.execute(db);
    if (rows.length === 0) return false;
    if (receipt.meaning === null) return true;
    const overruled =
      receipt.meaning === "sent" ? ["sending", "unknown"] : ["sending", "unknown", "sent"];
    await sql`
      update aftercare.reminders r
      set status = ${receipt.meaning}, status_reason = ${receipt.code}, updated_at = ${now}
      from aftercare.attempts a
      where a.id = ${receipt.attemptId} and r.id = a.reminder_id and r.dispatch_no = a.dispatch_no
        and r.status = any(${overruled}::text[])`.execute(db);
    await sql`
      update aftercare.attempts
      set status = ${receipt.meaning}, code = coalesce(code, ${receipt.code}),
        ended_at = coalesce(ended_at, ${now})
      where id = ${receipt.attemptId} and status = any(${overruled}::text[])`.execute(db);
    return true;
  });
}
