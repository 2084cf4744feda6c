import { type AlarmAddresses, alarmWays } from "../domain/alarmWays.ts";
import type { Ledger, Queries } from "./ledger.ts";

/** What a notice is of: a row of the inbox, or a retraction. */
export type NoticeOf = { inboundId: string } | { reminderId: string };

/**
 * Notes, within the transaction in which it becomes known, that a clinic is to be told: by email of
 * all, and by its webhook of what is `urgent`. Something urgent at a clinic that has given neither is
 * noted as an email all the same: nobody gets it, which the notifier makes known, unless the clinic
 * is given an address in time. The same again is no news. False where there is nothing to tell.
 */
export async function addNotices(
  db: Queries,
  clinic: AlarmAddresses & { id: string },
  of: NoticeOf,
  urgent: boolean,
  now: Date,
): Promise<boolean> {
  // Whether there is somebody to send an email shows when it is sent.
  const open = alarmWays(clinic, true);
  const mail = open.filter((way) => way === "email");
  const ways = !urgent ? mail : open.length > 0 ? open : ["email" as const];
  if (ways.length === 0) return false;
  const about = "inboundId" in of ? { inbound_id: of.inboundId } : { reminder_id: of.reminderId };
  const noted = { clinic_id: clinic.id, ...about, next_at: now, noted_at: now };
  const added = await db
    .insertInto("notices")
    .values(ways.map((way) => ({ ...noted, way })))
    .onConflict((conflict) => conflict.doNothing())
    .returning("id")
    .execute();
  return added.length > 0;
}

/**
 * Nobody is told any more of retractions that were said after all, or are not needed any more; with
 * null in place of an instant, somebody is once more.
 */
export async function settleNotices(
  db: Queries,
  reminderIds: readonly string[],
  at: Date | null,
): Promise<void> {
  if (reminderIds.length === 0) return;
  await db
    .updateTable("notices")
    .set({ settled_at: at })
    .where("reminder_id", "in", reminderIds)
    .where("settled_at", at === null ? "is not" : "is", null)
    .execute();
}

/** Records that a notice has been sent, or that it is given up. */
export async function endNotice(
  ledger: Ledger,
  id: string,
  end: "sent" | "failed",
  now: Date,
): Promise<void> {
  await ledger.db
    .updateTable("notices")
    .set(end === "sent" ? { sent_at: now } : { failed_at: now })
    .where("id", "=", id)
    .where("sent_at", "is", null)
    .execute();
}
