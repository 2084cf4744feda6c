import { afterEach, describe, expect, it } from "vitest";
import { scaledClock } from "../../../src/clock.ts";
import type { ChannelName } from "../../../src/domain/channel.ts";
import { deliver } from "../../../src/queue/deliver.ts";
import { DEPLOYMENTS } from "../../support/deployments.ts";
import { until } from "../../support/poll.ts";
import { useDrill } from "./drill.ts";

describe.each(DEPLOYMENTS)("a reminder that is handed over, on %s", (kind) => {
  const drill = useDrill(kind);

  afterEach(async () => {
    await drill.queue.obliterate({ force: true });
  });

  const queueIsDone = () =>
    until("the queue is empty", async () => {
      return (await drill.queue.getJobCountByTypes("waiting", "delayed", "active")) === 0;
    });

  it("is sent once, by the channel that the patient prefers", async () => {
    const byText = await drill.enrol("once");
    const byMail = await drill.enrol("once", ["email", "sms"]);
    await drill.dispatch();
    drill.work();
    await drill.ends(byText, "sent");
    await drill.ends(byMail, "sent");
    expect(drill.texts(byText)).toHaveLength(1);
    expect(drill.mails(byText)).toHaveLength(0);
    expect(drill.texts(byMail)).toHaveLength(0);
    expect(drill.mails(byMail)).toHaveLength(1);
    const [attempt, ...more] = await drill.attempts(byText);
    expect(more).toEqual([]);
    expect(attempt).toMatchObject({
      dispatchNo: 1,
      provider: "twilio",
      providerId: drill.texts(byText)[0]?.sid,
      status: "sent",
      body: drill.texts(byText)[0]?.params.Body,
    });
  });

  it("has one attempt however many workers claim it at the same time", async () => {
    const patient = await drill.enrol("once");
    await drill.dispatch();
    const ticket = { reminderId: patient.reminder.id, dispatchNo: 1 };
    await Promise.all(Array.from({ length: 20 }, () => deliver(drill.delivery, ticket)));
    expect(await drill.attempts(patient)).toHaveLength(1);
    expect(drill.texts(patient)).toHaveLength(1);
  });

  it("is not sent by a ticket of an earlier hand-over, nor by one of none", async () => {
    const patient = await drill.enrol("once");
    await drill.dispatch();
    drill.skip(31_000);
    await drill.rescue();
    const reminderId = patient.reminder.id;
    await drill.queue.add("deliver", { reminderId, dispatchNo: 2 }, { jobId: "from-the-future" });

    drill.work();
    await queueIsDone();
    expect((await drill.reminder(patient)).status).toBe("scheduled");
    expect(await drill.attempts(patient)).toEqual([]);

    await drill.dispatch();
    await drill.queue.add("deliver", { reminderId, dispatchNo: 1 }, { jobId: "from-the-past" });
    await drill.ends(patient, "sent");
    await queueIsDone();
    expect(drill.texts(patient)).toHaveLength(1);
    expect(await drill.attempts(patient)).toMatchObject([{ dispatchNo: 2 }]);
  });

  it("waits where the job comes before its time by the worker's clock", async () => {
    const patient = await drill.enrol("once");
    await drill.dispatch();
    const due = patient.reminder.dueAt;
    // Behind, and at an odd pace: what is left of the wait is no whole number of milliseconds.
    const behind = scaledClock(new Date(due.getTime() - 1_999), 1.7);
    drill.work({ ...drill.delivery, clock: behind });
    await until("the job waits", async () => (await drill.queue.getDelayedCount()) === 1);
    expect(drill.texts(patient)).toHaveLength(0);
    expect((await drill.reminder(patient)).status).toBe("queued");

    await drill.ends(patient, "sent");
    const [attempt] = await drill.attempts(patient);
    expect(attempt?.startedAt.getTime()).toBeGreaterThanOrEqual(due.getTime());
    expect(drill.texts(patient)).toHaveLength(1);
  });

  it("waits for the next opening where the send window has closed meanwhile", async () => {
    drill.skipToHour(18);
    drill.skip(59.5 * 60_000);
    const patient = await drill.enrol("later");
    drill.skip(60 * 60_000);
    await drill.dispatch();
    expect((await drill.reminder(patient)).status).toBe("queued");
    drill.skip(60_000);
    drill.work();
    const { dueAt, sendUntil } = await drill.ends(patient, "scheduled");
    // From 09:00 to 20:00 of the next day there; in UTC it is the same day as the closing was.
    const opening = new Date(patient.reminder.dueAt);
    opening.setUTCHours(14, 0, 0, 0);
    expect([dueAt, sendUntil]).toEqual([opening, new Date(opening.getTime() + 11 * 3_600_000)]);
    expect(drill.texts(patient)).toHaveLength(0);

    drill.skipToHour(9);
    await drill.dispatch();
    await drill.ends(patient, "sent");
    expect(drill.texts(patient)).toHaveLength(1);
  });

  it("is skipped where it has gone stale meanwhile", async () => {
    const patient = await drill.enrol("brief");
    await drill.dispatch();
    drill.skip(60 * 60_000);
    drill.work();
    expect((await drill.ends(patient, "skipped")).statusReason).toBe("expired");
    expect(await drill.attempts(patient)).toEqual([]);
  });

  it("goes by the next channel, or nowhere, where the patient opted out meanwhile", async () => {
    const both = await drill.enrol("once");
    const textOnly = await drill.enrol("once", ["sms"]);
    await drill.dispatch();
    for (const { phone } of [both, textOnly]) await optOutUnseen("sms", phone);
    drill.work();
    expect((await drill.ends(textOnly, "skipped")).statusReason).toBe("opted_out");
    expect(await drill.ends(both, "scheduled")).toMatchObject({
      channel: "email",
      statusReason: "opted_out",
    });
    await drill.dispatch();
    await drill.ends(both, "sent");
    expect([...drill.texts(both), ...drill.texts(textOnly)]).toHaveLength(0);
    expect(drill.mails(both)).toHaveLength(1);
    expect(await drill.attempts(both)).toMatchObject([{ dispatchNo: 2, channel: "email" }]);
  });

  /** As an opt-out that is written while an enrolment, which did not see it, is being written. */
  async function optOutUnseen(channel: ChannelName, address: string): Promise<void> {
    await drill.ledger.db
      .insertInto("opt_outs")
      .values({
        clinic_id: drill.clinic.id,
        channel,
        address,
        source: "a drill",
        created_at: drill.clock.now(),
      })
      .execute();
  }
});
