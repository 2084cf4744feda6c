import type { ReminderStatus } from "../../../src/domain/reminder.ts";
import type { TestApp } from "../../support/app.ts";
import type { PageAnswer } from "../../support/staff.ts";

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

/** The hidden fields of the form whose action ends so. */
export function fieldsOf({ html }: PageAnswer, action: string): Record<string, string> {
  const form = html
    .split("<form")
    .find((each) => new RegExp(`^[^>]*action="[^"]*${action}"`).test(each));
  const own = form?.split("</form>")[0] ?? "";
  const inputs = own.matchAll(/name="([^"]+)" value="([^"]*)"/g);
  return Object.fromEntries([...inputs].map(([, name = "", value = ""]) => [name, value]));
}
