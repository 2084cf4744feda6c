import { afterEach, describe, expect, it } from "vitest";
import { loadContent } from "../../../src/content/content.ts";
import { DEPLOYMENTS } from "../../support/deployments.ts";
import { until } from "../../support/poll.ts";
import { type Enrolled, useDrill } from "./drill.ts";

/** What Twilio answers when it is overloaded, and for a number that is none. */
const UNAVAILABLE = { status: 503, code: 20503 };
const BAD_NUMBER = { status: 400, code: 21211 };

describe.each(DEPLOYMENTS)("a send that fails, on %s", (kind) => {
  const drill = useDrill(kind);

  afterEach(() => {
    drill.twilio.heal();
    drill.smtp.heal();
  });

  const outcomes = async (of: Enrolled) =>
    (await drill.attempts(of)).map(({ channel, status, code }) => [channel, status, code]);

  it("is tried again later where the fault is passing", async () => {
    const patient = await drill.enrol("once", ["sms"]);
    drill.twilio.refuse({ ...UNAVAILABLE, to: patient.phone, times: 1 });
    drill.work();
    await drill.dispatch();
    const { statusReason, dueAt } = await drill.ends(patient, "scheduled");
    expect(statusReason).toBe("20503");
    // Half a minute from the failure, give or take a fifth.
    const [failed] = await drill.attempts(patient);
    const waitMs = dueAt.getTime() - (failed?.endedAt?.getTime() ?? 0);
    expect(waitMs).toBeGreaterThanOrEqual(24_000);
    expect(waitMs).toBeLessThanOrEqual(36_000);

    drill.skip(waitMs);
    await drill.dispatch();
    await drill.ends(patient, "sent");
    expect(drill.texts(patient)).toHaveLength(1);
    expect(await outcomes(patient)).toEqual([
      ["sms", "failed", "20503"],
      ["sms", "sent", null],
    ]);
  });

  it("waits as long as the provider asks", async () => {
    const patient = await drill.enrol("once", ["sms"]);
    drill.twilio.rateLimit(1, 600, { to: patient.phone });
    drill.work();
    await drill.dispatch();
    const { statusReason, dueAt } = await drill.ends(patient, "scheduled");
    expect(statusReason).toBe("20429");
    const [failed] = await drill.attempts(patient);
    const waitMs = dueAt.getTime() - (failed?.endedAt?.getTime() ?? 0);
    expect(waitMs).toBeGreaterThanOrEqual(600_000);
    expect(waitMs).toBeLessThanOrEqual(601_000);
    drill.skip(600_000);
  });

  it("fails for good where it would be stale before the next try", async () => {
    const patient = await drill.enrol("brief", ["sms"]);
    drill.twilio.refuse({ ...UNAVAILABLE, to: patient.phone });
    drill.work();
    let tries = 0;
    let { reminder } = patient;
    while (reminder.status === "scheduled") {
      expect(reminder.dueAt.getTime()).toBeLessThan(patient.reminder.expiresAt.getTime());
      drill.skip(Math.max(0, reminder.dueAt.getTime() - drill.clock.now().getTime()));
      await drill.dispatch();
      tries += 1;
      reminder = await until(`try ${tries} is over`, async () => {
        const now = await drill.reminder(patient);
        return ["scheduled", "failed"].includes(now.status) && now;
      });
    }
    expect(reminder).toMatchObject({ status: "failed", statusReason: "20503" });
    // 30 s, 1 min, 2 min … up to 32 min fit into the hour, however the jitter falls.
    expect(tries).toBeGreaterThanOrEqual(6);
    expect(tries).toBeLessThanOrEqual(8);
    expect(drill.texts(patient)).toHaveLength(0);
  });

  it("goes over to the next channel where it would fail again", async () => {
    const both = await drill.enrol("once");
    const textOnly = await drill.enrol("once", ["sms"]);
    for (const { phone: to } of [both, textOnly]) drill.twilio.refuse({ ...BAD_NUMBER, to });
    drill.work();
    await drill.dispatch();
    expect((await drill.ends(textOnly, "failed")).statusReason).toBe("bad_address");
    expect((await drill.ends(both, "scheduled")).channel).toBe("email");
    await drill.dispatch();
    await drill.ends(both, "sent");
    expect(drill.mails(both)).toHaveLength(1);
    expect(await outcomes(both)).toEqual([
      ["sms", "failed", "21211"],
      ["email", "sent", null],
    ]);
  });

  it("ends where no channel is left", async () => {
    const patient = await drill.enrol("once");
    drill.twilio.refuse({ ...BAD_NUMBER, to: patient.phone });
    drill.smtp.refuse({
      at: "recipient",
      code: 550,
      text: "5.1.1 no such user",
      to: patient.email,
    });
    drill.work();
    await drill.dispatch();
    await drill.ends(patient, "scheduled");
    await drill.dispatch();
    expect((await drill.ends(patient, "failed")).statusReason).toBe("bad_address");
    expect(await outcomes(patient)).toEqual([
      ["sms", "failed", "21211"],
      ["email", "failed", "550 5.1.1"],
    ]);
  });

  it("is skipped where the provider says that the patient opted out", async () => {
    const patient = await drill.enrol("once", ["sms"]);
    drill.twilio.refuse({ status: 400, code: 21610, to: patient.phone });
    drill.work();
    await drill.dispatch();
    expect((await drill.ends(patient, "skipped")).statusReason).toBe("opted_out");
  });

  it("fails with a code where its message cannot be made, and the worker goes on", async () => {
    // The program's own content, which has none of the drills' protocols any more.
    const maker = { ...drill.delivery.maker, content: await loadContent() };
    drill.work({ ...drill.delivery, maker });
    for (let patients = 0; patients < 2; patients++) {
      const patient = await drill.enrol("once");
      await drill.dispatch();
      expect((await drill.ends(patient, "scheduled")).channel).toBe("email");
      await drill.dispatch();
      await drill.ends(patient, "failed");
      expect(await outcomes(patient)).toEqual([
        ["sms", "failed", "render_failed"],
        ["email", "failed", "render_failed"],
      ]);
      expect([...drill.texts(patient), ...drill.mails(patient)]).toEqual([]);
    }
  });
});
