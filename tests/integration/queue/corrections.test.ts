import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SendOutcome } from "../../../src/domain/outcome.ts";
import type { LifeHouse } from "./lifeWorld.ts";
import { HOUR, OverlapPatient, openOverlapHouse } from "./overlapPatient.ts";
import type { Answering } from "./sendDue.ts";

/** Ten in the morning in New York. */
const START = new Date("2026-06-08T14:00:00Z");

const ANOTHER_PHONE = "+12125550199";

const FILTERED: SendOutcome = {
  kind: "permanent",
  code: "30007",
  detail: "filtered",
  reason: "filtered",
  dead: false,
};
const PASSING: SendOutcome = { kind: "transient", code: "20503", detail: "down", of: "message" };

let house: LifeHouse;
beforeAll(async () => {
  house = await openOverlapHouse();
});
afterAll(() => house.close());

/** Whom retinol was permitted by a text, 60 hours after a treatment that was not so long ago. */
async function toldTooEarly(): Promise<[patient: OverlapPatient, treatment: string]> {
  const patient = await OverlapPatient.alone(house, START);
  const id = await patient.enrol("needling", 60);
  await patient.wait(1);
  expect(await patient.fates(id, "step-2")).toEqual(["delivered"]);
  return [patient, id];
}

/** Answers the sends of the retraction of retinol, and lets all else arrive. */
function answering(answer: (times: number) => Promise<SendOutcome | null>): {
  answer: Answering;
  sends: () => number;
} {
  let sends = 0;
  return {
    sends: () => sends,
    answer: async (_channel, { content }) => {
      if (!content.text.includes("this is wait-2")) return null;
      sends += 1;
      return answer(sends);
    },
  };
}

const filtered = () => answering(() => Promise.resolve(FILTERED));

describe("a correction that fails", () => {
  it("is not sent again in the same way, and the clinic is told of it once", async () => {
    const [patient, id] = await toldTooEarly();
    await patient.correct(id, { hoursAgo: 20 });
    const { answer, sends } = filtered();
    await patient.wait(12, answer);
    expect(await patient.fates(id, "wait-2")).toEqual(["failed: filtered"]);
    const [wait] = (await patient.reminders()).filter(({ step }) => step === "wait-2");
    expect(await patient.noticed()).toEqual([wait?.id]);

    await patient.enrol("facial", 0);
    await patient.wait(4, answer);
    expect(sends()).toBe(1);
    expect(await patient.noticed()).toEqual([wait?.id]);
  });

  it("goes out to another number that the clinic gets to know", async () => {
    const [patient, id] = await toldTooEarly();
    await patient.correct(id, { hoursAgo: 20 });
    await patient.wait(1, filtered().answer);
    await patient.enrol("facial", 0, ["sms"], ANOTHER_PHONE);
    await patient.wait(1);
    expect(await patient.fates(id, "wait-2")).toEqual(["failed: filtered", "delivered"]);
  });

  it("goes out so, too, where its treatment was cancelled with it", async () => {
    const [patient, id] = await toldTooEarly();
    await patient.cancel(id, true);
    await patient.wait(1, filtered().answer);
    expect(await patient.noticed()).toHaveLength(1);
    await patient.enrol("facial", 0, ["sms"], ANOTHER_PHONE);
    await patient.wait(1);
    expect(await patient.fates(id, "wait-2")).toEqual(["failed: filtered", "delivered"]);
    // Once: what has been said is not said again.
    await patient.enrol("facial", 0, ["sms"], ANOTHER_PHONE);
    expect(await patient.fates(id, "wait-2")).toHaveLength(2);
  });

  it("is planned once more where its treatment is cancelled with it again", async () => {
    const [patient, id] = await toldTooEarly();
    await patient.cancel(id, true);
    await patient.cancel(id);
    expect(await patient.fates(id, "wait-2")).toEqual(["cancelled"]);
    patient.now = new Date(patient.now.getTime() + 60_000);
    await patient.cancel(id, true);
    await patient.wait(1);
    expect(await patient.fates(id, "wait-2")).toEqual(["cancelled", "delivered"]);
  });

  it("is planned again for another time, if that is another one by now", async () => {
    const [patient, id] = await toldTooEarly();
    await patient.correct(id, { hoursAgo: 20 });
    await patient.wait(1, filtered().answer);
    await patient.correct(id, { hoursAgo: 10 });
    await patient.wait(1);
    expect(await patient.fates(id, "wait-2")).toEqual(["failed: filtered", "delivered"]);
  });

  it("goes although its treatment was cancelled, where another treatment is why", async () => {
    const [patient, id] = await toldTooEarly();
    await patient.cancel(id);
    await patient.enrol("peel", 65);
    await patient.wait(1);
    expect(await patient.fates(id, "wait-2")).toEqual(["delivered"]);
  });

  it("is for the clinic to say only as long as nobody has said it, and it holds", async () => {
    const [patient, id] = await toldTooEarly();
    await patient.correct(id, { hoursAgo: 20 });
    await patient.wait(1, filtered().answer);
    expect(await patient.toCall()).toHaveLength(1);
    await patient.correct(id, { hoursAgo: 61 });
    expect(await patient.toCall()).toEqual([]);
    await patient.correct(id, { hoursAgo: 21 });
    expect(await patient.toCall()).toHaveLength(1);
    await patient.enrol("facial", 0, ["sms"], ANOTHER_PHONE);
    expect(await patient.toCall()).toEqual([]);
    await patient.wait(1);
    expect(await patient.fates(id, "wait-2")).toContain("delivered");
    expect(await patient.toCall()).toEqual([]);
  });

  it("names the new time to the clinic where the patient has stopped the texts", async () => {
    const [patient, id] = await toldTooEarly();
    await patient.correct(id, { hoursAgo: 20 });
    await patient.stop("sms");
    await patient.correct(id, { hoursAgo: 10 });
    expect(await patient.fates(id, "wait-2")).toEqual(["skipped: opted_out", "skipped: opted_out"]);
    const [, second] = (await patient.reminders()).filter(({ step }) => step === "wait-2");
    expect(await patient.toCall()).toEqual([second?.id]);
    expect(await patient.noticed()).toHaveLength(2);
  });

  it("is not put off for ever where it goes stale, but told to the clinic", async () => {
    const [patient, id] = await toldTooEarly();
    await patient.cancel(id, true);
    patient.now = new Date(patient.now.getTime() + 6 * 24 * HOUR);
    await patient.goStale();
    expect(await patient.fates(id, "wait-2")).toEqual(["skipped: expired"]);
    expect(await patient.toCall()).toHaveLength(1);
  });

  it("is replayed once, however many of them say the same", async () => {
    const [patient, id] = await toldTooEarly();
    await patient.correct(id, { hoursAgo: 20 });
    await patient.wait(1, filtered().answer);
    await patient.enrol("facial", 0, ["sms"], ANOTHER_PHONE);
    await patient.wait(1, filtered().answer);
    expect(await patient.fates(id, "wait-2")).toEqual(["failed: filtered", "failed: filtered"]);
    expect(await patient.replayAll("wait-2")).toBe(1);
  });

  it("can be replayed as long as it is true and nothing has said it since", async () => {
    const [patient, id] = await toldTooEarly();
    await patient.correct(id, { hoursAgo: 20 });
    await patient.wait(1, filtered().answer);
    expect(await patient.replay("wait-2")).toEqual([null]);
    await patient.wait(1, filtered().answer);
    await patient.correct(id, { hoursAgo: 10 });
    // The newer one waits: the older one would name another time.
    expect(await patient.replay("wait-2")).toEqual(["superseded", "not_ended"]);
    await patient.wait(1);
    expect(await patient.replay("wait-2")).toEqual(["superseded", "already_delivered"]);
  });

  it("can be replayed where its treatment was cancelled with it", async () => {
    const [patient, id] = await toldTooEarly();
    await patient.cancel(id, true);
    await patient.wait(1, filtered().answer);
    expect(await patient.replay("wait-2")).toEqual([null]);
    await patient.wait(1);
    expect(await patient.fates(id, "wait-2")).toEqual(["delivered"]);
  });

  it("is told to the clinic where the patient stops the texts before it goes", async () => {
    const [patient, id] = await toldTooEarly();
    await patient.correct(id, { hoursAgo: 20 });
    expect(await patient.noticed()).toEqual([]);
    await patient.stop("sms");
    expect(await patient.fates(id, "wait-2")).toEqual(["skipped: opted_out"]);
    expect(await patient.noticed()).toHaveLength(1);
  });
});

describe("a treatment that is cancelled while its correction is being sent", () => {
  it.each([
    [false, 1, "skipped: superseded"],
    [true, 2, "delivered"],
  ])("with retract %s: it is sent %i times", async (retract, times, fate) => {
    const [patient, id] = await toldTooEarly();
    await patient.correct(id, { hoursAgo: 20 });
    const { answer, sends } = answering(async (nth) => {
      if (nth > 1) return null;
      await patient.cancel(id, retract);
      return PASSING;
    });
    await patient.wait(4, answer);
    expect(sends()).toBe(times);
    expect((await patient.fates(id, "wait-2")).at(-1)).toBe(fate);
  });
});

describe("a stop of the texts", () => {
  it("lets an earlier treatment say by email what it had left to a text", async () => {
    const patient = await OverlapPatient.alone(house, START, ["email"]);
    const earlier = await patient.enrol("needling", 24);
    const later = await patient.enrol("needling", 0, ["sms"]);
    expect(await patient.fates(earlier, "step-2")).toEqual(["skipped: superseded"]);
    await patient.stop("sms");
    expect(await patient.fates(later, "step-2")).toEqual(["skipped: opted_out"]);
    expect(await patient.fates(earlier, "step-2")).toEqual(["scheduled"]);
    await patient.wait(50);
    expect(await patient.fates(earlier, "step-2")).toEqual(["delivered"]);
  });
});
