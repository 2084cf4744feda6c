import type { ReminderStatus } from "../../../src/domain/reminder.ts";
import type { TestApp } from "../../support/app.ts";

/** The way of a reminder to each end, as the ledger lets it go. */
const WAYS: Partial<Record<ReminderStatus, readonly ReminderStatus[]>> = {
  sending: ["queued", "sending"],
  sent: ["queued", "sending", "sent"],
  delivered: ["queued", "sending", "sent", "delivered"],
  failed: ["queued", "sending", "failed"],
  undelivered: ["queued", "sending", "sent", "undelivered"],
  unknown: ["queued", "sending", "unknown"],
  skipped: ["skipped"],
  cancelled: ["cancelled"],
};

/** Brings reminders that wait to an end, as a worker would; then that is past. */
export async function endAs(
  { app, clock }: TestApp,
  ids: readonly string[],
  status: ReminderStatus,
  reason: string | null = null,
): Promise<void> {
  for (const to of WAYS[status] ?? []) {
    await app.ledger.db
      .updateTable("reminders")
      .set({
        status: to,
        status_reason: to === status ? reason : null,
        updated_at: clock.now(),
        ...(to === "sending" && { claimed_at: clock.now() }),
      })
      .where("id", "in", ids)
      .execute();
  }
  clock.moveBy(1_000);
}
