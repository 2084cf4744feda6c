import { describe, expect, it } from "vitest";
import { type TestApp, useApp } from "../../support/app.ts";
import {
  type EnrolledAnswer,
  type FullReminder,
  openClinic,
  type ReminderDetail,
} from "../../support/clinic.ts";
import { DEPLOYMENTS } from "../../support/deployments.ts";
import { until } from "../../support/poll.ts";

const REASON = { reason: "the patient asked for it" };

describe.each(DEPLOYMENTS)("what was cancelled, on %s", (kind) => {
  const running = useApp(kind, { worker: true });

  it("is never sent, though two months pass", { timeout: 60_000 }, async () => {
    const clinic = await openClinic(running);
    const enrol = (externalId: string, phone: string) =>
      clinic.enrol({ externalId, phone, email: `${externalId}@example.test` });
    const whole = await enrol("p-whole", "+12125550101");
    const part = await enrol("p-part", "+12125550102");
    const none = await enrol("p-none", "+12125550103");

    const { body } = await clinic.admin.post<EnrolledAnswer>(
      `/v1/treatments/${whole.treatment.id}/cancel`,
      REASON,
    );
    const cancelled = body.reminders.filter(({ status }) => status === "cancelled");
    // What was due at once may have been quicker.
    expect(cancelled.length).toBeGreaterThanOrEqual(12);
    const gym = part.reminders.find(({ step }) => step === "gym-ok");
    await clinic.admin.post(`/v1/reminders/${gym?.id}/cancel`, REASON);

    await passTime(running, none.reminders);
    const left = async ({ treatment }: EnrolledAnswer, status: string) => {
      const path = `/v1/reminders?treatmentId=${treatment.id}&status=${status}`;
      const { body } = await clinic.desk.get<{ items: FullReminder[] }>(path);
      return body.items;
    };
    expect(await left(none, "delivered")).toHaveLength(15);
    expect(await left(part, "delivered")).toHaveLength(14);
    expect(await left(part, "cancelled")).toMatchObject([{ id: gym?.id }]);
    expect(await left(whole, "cancelled")).toHaveLength(cancelled.length);
    expect(await left(whole, "delivered")).toHaveLength(15 - cancelled.length);

    const sent = new Set(running.outbox.map(({ messageKey }) => messageKey));
    for (const { id } of [...cancelled, ...(gym ? [gym] : [])]) {
      expect(sent.has(id)).toBe(false);
      const detail = await clinic.desk.get<ReminderDetail>(`/v1/reminders/${id}`);
      expect(detail.body.attempts).toEqual([]);
    }
    expect(running.outbox).toHaveLength(15 + 14 + (15 - cancelled.length));
  });
});

/** Lets the clock go from one due time to the next, each time until all that is due has left. */
async function passTime(running: TestApp, reminders: readonly FullReminder[]): Promise<void> {
  const { app, clock } = running;
  for (const dueAt of new Set(reminders.map((each) => each.dueAt))) {
    clock.moveTo(new Date(dueAt));
    await until(`nothing is due at ${dueAt}`, async () => {
      const waiting = await app.ledger.db
        .selectFrom("reminders")
        .select("id")
        .where("status", "in", ["scheduled", "queued", "sending", "unknown"])
        .where("due_at", "<=", clock.now())
        .execute();
      return waiting.length === 0;
    });
  }
}
