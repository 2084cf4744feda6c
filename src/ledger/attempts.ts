import type { ChannelName } from "../domain/channel.ts";
import type { AttemptStatus } from "../domain/receipt.ts";
import type { Queries } from "./ledger.ts";

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
