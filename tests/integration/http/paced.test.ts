import { describe, expect, it } from "vitest";
import { FIRST_KEY, useApp } from "../../support/app.ts";
import { callerAt } from "../../support/appCaller.ts";
import { type EnrolledAnswer, enrolmentBody } from "../../support/clinic.ts";
import { DEPLOYMENTS } from "../../support/deployments.ts";
import { until } from "../../support/poll.ts";
import { joinClinic } from "../../support/staff.ts";

const PATIENTS = 4;

describe.each(DEPLOYMENTS)("a sender whose day is full, on %s", (kind) => {
  const log: string[] = [];
  const running = useApp(kind, {
    worker: true,
    env: { SMS_PER_SECOND: "100", SMS_PER_DAY: "3", QUEUE_SHARDS: "2" },
    onLog: (line) => void log.push(line),
  });

  it("is a warning in the log, once, and what waits for it a measure", async () => {
    const desk = callerAt(running.address, FIRST_KEY);
    const measure = async (name: string) => {
      const { text } = await callerAt(running.address, null).get("/metrics");
      const line = text.split("\n").find((each) => each.startsWith(name));
      return Number(line?.split(" ").at(-1));
    };
    for (let n = 0; n < PATIENTS; n++) {
      const contact = { externalId: `p-${n}`, phone: `+1212555${2000 + n}` };
      const body = enrolmentBody(running.clock.now(), contact);
      const answer = await desk.post<EnrolledAnswer>("/v1/treatments", {
        ...body,
        channels: ["sms"],
        consent: { ...body.consent, care: ["sms"], rebook: [] },
      });
      expect(answer.status).toBe(201);
    }
    await until("three are sent", () => running.outbox.length === 3);
    running.clock.moveBy(60_000);
    await until("the log says so", () => log.length > 0);
    const waiting = 'aftercare_paced_waiting{channel="sms"}';
    expect(await measure(waiting)).toBeGreaterThanOrEqual(1);
    expect(await measure('aftercare_capped_senders{channel="sms"}')).toBe(1);
    // It waits for its turn: nothing is wrong with the dispatcher.
    expect(await measure("aftercare_oldest_overdue_seconds")).toBe(0);

    // They were sent in the hour from 20:00 on, which is a day old at 21:00.
    const cap = { perDay: 3, goesOnAt: "2026-11-24T21:00:00.000Z" };
    const channels = await desk.get<{ items: { channel: string; cap: object | null }[] }>(
      "/v1/channels",
    );
    expect(channels.body.items.map((each) => [each.channel, each.cap])).toEqual([
      ["sms", cap],
      ["email", null],
    ]);
    // Long enough for it to be late, if it were not for the limit.
    running.clock.moveBy(3 * 60_000);
    const clinics = running.app.ledger.db.selectFrom("clinics").select("id");
    const clinic = await clinics.executeTakeFirstOrThrow();
    const member = await joinClinic(running, clinic.id, "front_desk");
    const today = await member.get(member.at("today"));
    expect(today.text).toContain(
      "Text messages not set up Limit reached: all clinics here together have sent the 3 messages " +
        "that their sender may in 24 hours. What is due goes on at Tue 24 Nov 2026, 16:00",
    );
    expect(today.text).toContain(
      "5 text messages wait for a turn, the oldest since Mon 23 Nov 2026, 15:30 : " +
        "the sender's limit for 24 hours is reached.",
    );
    expect(today.text).not.toContain("no worker is running");
    expect(today.text.match(/Limit reached/g)).toHaveLength(1);

    running.clock.moveBy(60_000);
    await desk.get("/v1/treatments");
    expect(running.outbox).toHaveLength(3);
    expect(log.map((line) => JSON.parse(line) as object)).toMatchObject([
      { level: 40, part: "dispatcher", channel: "sms", ...cap },
    ]);
    expect(log.join("")).not.toContain("+1");
  });
});
