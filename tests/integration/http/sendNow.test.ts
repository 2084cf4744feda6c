import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { beforeEach, describe, expect, it } from "vitest";
import { loadDeliverables } from "../../../src/ledger/deliverables.ts";
import { claim } from "../../../src/ledger/delivery.ts";
import { takeDue } from "../../../src/ledger/dispatch.ts";
import type { FullReminder } from "../../support/clinic.ts";
import { DEPLOYMENTS } from "../../support/deployments.ts";
import { expectProblem } from "./refusal.ts";
import { type Texted, useTexting } from "./texting.ts";

const REASON = { reason: "the patient is on the phone" };

/** As far ahead as a dispatcher may look. */
const MINUTE = 60_000;

describe.each(DEPLOYMENTS)("send-now on %s", (kind) => {
  const texting = useTexting(kind);
  beforeEach(() => texting.fake.heal());

  const now = () => texting.running.clock.now();
  const sendNow = ({ id }: Texted) =>
    texting.clinic.admin.post<FullReminder>(`/v1/reminders/${id}/send-now`, REASON);
  const trySendNow = ({ id }: Texted) =>
    texting.clinic.admin.post(`/v1/reminders/${id}/send-now`, REASON);
  const eventsOf = async (of: Texted) =>
    (await texting.detailOf(of)).events.filter(({ type }) => type === "sent now");

  /** A text that is tried again in about half a minute, by a clock that stands still. */
  async function retriedSoon(): Promise<Texted> {
    const of = await texting.refused(30003);
    expect(await texting.detailOf(of)).toMatchObject({
      status: "scheduled",
      statusReason: "30003",
    });
    return of;
  }

  async function expectRefused(of: Texted, code: string, detail = /\w/): Promise<void> {
    const before = await texting.detailOf(of);
    const answer = await trySendNow(of);
    expectProblem(answer, { status: 409, code });
    expect(answer.body.detail).toMatch(detail);
    expect(await texting.detailOf(of)).toEqual(before);
  }

  it("sends what waits for its next try at once", async () => {
    const of = await retriedSoon();
    const { status, body } = await sendNow(of);
    expect({ status, dueAt: body.dueAt }).toEqual({ status: 200, dueAt: now().toISOString() });
    const { attempts } = await texting.ends(of, "sent");
    expect(attempts).toMatchObject([{ dispatchNo: 1 }, { dispatchNo: 2 }]);
    expect(await eventsOf(of)).toMatchObject([{ detail: REASON }]);
  });

  it("gives what has been handed over already another number, and the old job is void", async () => {
    const of = await retriedSoon();
    const { ledger } = texting.running.app;
    const taken = await takeDue(ledger, new Date(now().getTime() + MINUTE), 100, now());
    expect(taken.find(({ reminderId }) => reminderId === of.id)?.dispatchNo).toBe(2);
    expect(await sendNow(of)).toMatchObject({ status: 200, body: { status: "scheduled" } });
    const { attempts } = await texting.ends(of, "sent");
    expect(attempts.map(({ dispatchNo }) => dispatchNo)).toEqual([1, 3]);
  });

  it("and a claim at the same time: one of the two is first, and the text goes out once", async () => {
    const { ledger } = texting.running.app;
    for (let round = 0; round < 8; round++) {
      const of = await retriedSoon();
      const ahead = new Date(now().getTime() + MINUTE);
      await takeDue(ledger, ahead, 100, now());
      const [state] = await loadDeliverables(ledger.db, [of.id], ahead);
      if (state === undefined) throw new Error("the reminder is gone");
      const claimed = { ...state, to: of.phone, attemptId: randomUUID() };
      const [answer, taken] = await Promise.all([
        trySendNow(of),
        // The request has a way to go until it is at the ledger.
        pause(round).then(() =>
          claim(ledger, [{ claimed, content: null, provider: "twilio" }], ahead),
        ),
      ]);
      const inTime = taken.size === 0;
      if (inTime) await texting.ends(of, "sent");
      const { attempts } = await texting.detailOf(of);
      const { status } = answer;
      const numbers = attempts.map(({ dispatchNo }) => dispatchNo);
      expect({ status, texts: texting.textsTo(of).length, numbers }).toEqual(
        inTime
          ? { status: 200, texts: 1, numbers: [1, 3] }
          : { status: 409, texts: 0, numbers: [1, 2] },
      );
    }
  });

  it("by several at once is one", async () => {
    const of = await retriedSoon();
    const answers = await Promise.all(Array.from({ length: 4 }, () => trySendNow(of)));
    const refused = answers.filter(({ status }) => status !== 200).map(({ body }) => body.code);
    expect(
      refused.filter((code) => code !== "already_sending" && code !== "already_ended"),
    ).toEqual([]);
    await texting.ends(of, "sent");
    expect(await eventsOf(of)).toHaveLength(1);
    expect(texting.textsTo(of)).toHaveLength(1);
  });

  it("is refused before its step is true, and says when that is", async () => {
    const of = await texting.enrol({ step: "gym-ok" });
    await expectRefused(of, "too_early", /2026-11-26T15:30:00-05:00/);
  });

  it("is refused where it left, ended, or was cancelled", async () => {
    const sent = await texting.enrol();
    const [attempt] = (await texting.ends(sent, "sent")).attempts;
    await expectRefused(sent, "already_ended", /is sent .* replay/);
    await texting.fake.callback(attempt?.providerId ?? "", "delivered");
    await expectRefused(sent, "already_delivered");
    await expectRefused(await texting.refused(30007), "already_ended", /is failed .* replay/);

    const cancelled = await texting.enrol({ step: "gym-ok" });
    await texting.clinic.admin.post(`/v1/reminders/${cancelled.id}/cancel`, REASON);
    await expectRefused(cancelled, "cancelled");

    const doubtful = await texting.doubtful();
    await expectRefused(doubtful, "in_doubt");
  });

  // Last, because the clock does not go back.
  it("is refused at night, and says when the window opens", async () => {
    const of = await texting.enrol({ step: "sun" });
    await expectRefused(of, "too_early", /2026-11-23T23:30:00-05:00/);
    texting.running.clock.moveTo(new Date("2026-11-24T04:45:00.000Z"));
    await expectRefused(of, "outside_window", /2026-11-24T09:00:00-05:00/);
  });
});
