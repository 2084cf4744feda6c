import { afterEach, describe, expect, it } from "vitest";
import { loadContent } from "../../../src/content/content.ts";
import { DEPLOYMENTS } from "../../support/deployments.ts";
import { until } from "../../support/poll.ts";
import { type Enrolled, useRig } from "./rig.ts";

/** What Twilio answers when it is overloaded, and for a number that is none. */
const UNAVAILABLE = { status: 503, code: 20503 };
const BAD_NUMBER = { status: 400, code: 21211 };

describe.each(DEPLOYMENTS)("a send that fails, on %s", (kind) => {
  const rig = useRig(kind);

  afterEach(() => {
    rig.twilio.heal();
    rig.smtp.heal();
  });

  const outcomes = async (of: Enrolled) =>
    (await rig.attempts(of)).map(({ channel, status, code }) => [channel, status, code]);

  it("is tried again later where the fault is passing", async () => {
    const patient = await rig.enrol("once", ["sms"]);
    rig.twilio.refuse({ ...UNAVAILABLE, to: patient.phone, times: 1 });
    rig.work();
    await rig.dispatch();
    const { statusReason, dueAt } = await rig.ends(patient, "scheduled");
    expect(statusReason).toBe("20503");
    // Half a minute from the failure, give or take a fifth.
    const [failed] = await rig.attempts(patient);
    const waitMs = dueAt.getTime() - (failed?.endedAt?.getTime() ?? 0);
    expect(waitMs).toBeGreaterThanOrEqual(24_000);
    expect(waitMs).toBeLessThanOrEqual(36_000);

    rig.skip(waitMs);
    await rig.dispatch();
    await rig.ends(patient, "sent");
    expect(rig.texts(patient)).toHaveLength(1);
    expect(await outcomes(patient)).toEqual([
      ["sms", "failed", "20503"],
      ["sms", "sent", null],
    ]);
  });

  it("waits as long as the provider asks", async () => {
    const patient = await rig.enrol("once", ["sms"]);
    rig.twilio.rateLimit(1, 600, { to: patient.phone });
    rig.work();
    await rig.dispatch();
    const { statusReason, dueAt } = await rig.ends(patient, "scheduled");
    expect(statusReason).toBe("20429");
    const [failed] = await rig.attempts(patient);
    const waitMs = dueAt.getTime() - (failed?.endedAt?.getTime() ?? 0);
    expect(waitMs).toBeGreaterThanOrEqual(600_000);
    expect(waitMs).toBeLessThanOrEqual(601_000);
    rig.skip(600_000);
  });

  it("fails for good where it would be stale before the next try", async () => {
    const patient = await rig.enrol("brief", ["sms"]);
    rig.twilio.refuse({ ...UNAVAILABLE, to: patient.phone });
    rig.work();
    let tries = 0;
    let { reminder } = patient;
    while (reminder.status === "scheduled") {
      expect(reminder.dueAt.getTime()).toBeLessThan(patient.reminder.expiresAt.getTime());
      rig.skip(Math.max(0, reminder.dueAt.getTime() - rig.clock.now().getTime()));
      // Another gets through each time, so that it is not taken for the provider's own trouble.
      const other = await rig.enrol("once", ["sms"]);
      await rig.dispatch();
      tries += 1;
      await rig.ends(other, "sent");
      reminder = await until(`try ${tries} is over`, async () => {
        const now = await rig.reminder(patient);
        return ["scheduled", "failed"].includes(now.status) && now;
      });
    }
    expect(reminder).toMatchObject({ status: "failed", statusReason: "20503" });
    // 30 s, 1 min, 2 min … up to 32 min fit into the hour, however the jitter falls.
    expect(tries).toBeGreaterThanOrEqual(6);
    expect(tries).toBeLessThanOrEqual(8);
    expect(rig.texts(patient)).toHaveLength(0);
  });

  it("goes over to the next channel where it would fail again", async () => {
    const both = await rig.enrol("once");
    const textOnly = await rig.enrol("once", ["sms"]);
    for (const { phone: to } of [both, textOnly]) rig.twilio.refuse({ ...BAD_NUMBER, to });
    rig.work();
    await rig.dispatch();
    expect((await rig.ends(textOnly, "failed")).statusReason).toBe("bad_address");
    expect((await rig.ends(both, "scheduled")).channel).toBe("email");
    await rig.dispatch();
    await rig.ends(both, "sent");
    expect(rig.mails(both)).toHaveLength(1);
    expect(await outcomes(both)).toEqual([
      ["sms", "failed", "21211"],
      ["email", "sent", null],
    ]);
  });

  it("ends where no channel is left", async () => {
    const patient = await rig.enrol("once");
    rig.twilio.refuse({ ...BAD_NUMBER, to: patient.phone });
    rig.smtp.refuse({
      at: "recipient",
      code: 550,
      text: "5.1.1 no such user",
      to: patient.email,
    });
    rig.work();
    await rig.dispatch();
    await rig.ends(patient, "scheduled");
    await rig.dispatch();
    expect((await rig.ends(patient, "failed")).statusReason).toBe("bad_address");
    expect(await outcomes(patient)).toEqual([
      ["sms", "failed", "21211"],
      ["email", "failed", "550 5.1.1"],
    ]);
  });

  it("is skipped where the provider says that the patient opted out", async () => {
    const patient = await rig.enrol("once");
    rig.twilio.refuse({ status: 400, code: 21610, to: patient.phone });
    rig.work();
    await rig.dispatch();
    expect((await rig.ends(patient, "skipped")).statusReason).toBe("opted_out");
    expect(rig.mails(patient)).toEqual([]);
    const stops = await rig.ledger.db.selectFrom("opt_outs").selectAll().execute();
    expect(stops).toMatchObject([{ address: patient.phone, source: "twilio 21610" }]);
  });

  it("is tried again where its message cannot be made, and the worker goes on", async () => {
    // The program's own content, which has none of the rig's protocols any more.
    const maker = { ...rig.delivery.maker, content: await loadContent() };
    const worker = rig.work({ ...rig.delivery, maker });
    const patients = [await rig.enrol("once"), await rig.enrol("once")];
    await rig.dispatch();
    for (const patient of patients) {
      expect((await rig.ends(patient, "scheduled")).statusReason).toBe("render_failed");
      expect(await outcomes(patient)).toEqual([["sms", "failed", "render_failed"]]);
      expect(rig.texts(patient)).toEqual([]);
    }
    await worker.close();
    rig.work();
    rig.skip(36_000);
    await rig.dispatch();
    for (const patient of patients) await rig.ends(patient, "sent");
  });
});
