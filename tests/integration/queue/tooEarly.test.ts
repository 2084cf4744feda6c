import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ChannelName } from "../../../src/domain/channel.ts";
import type { SendOutcome } from "../../../src/domain/outcome.ts";
import { replacedReminders } from "../../../src/ledger/replacements.ts";
import type { LifeHouse } from "./lifeWorld.ts";
import { HOUR, OverlapPatient, openOverlapHouse } from "./overlapPatient.ts";

/** A Monday at nine in New York. */
const START = new Date("2026-06-08T13:00:00Z");
/** The permission of needling for the gym and the pool, at 72 hours, and what takes it back. */
const GYM = "step-4";
const GYM_WAIT = "wait-4";
/** The permission of laser for the gym, at 96 hours. */
const LASER_GYM = "step-3";
const LASER_GYM_WAIT = "wait-3";

let house: LifeHouse;
beforeAll(async () => {
  house = await openOverlapHouse();
});
afterAll(() => house.close());

const patient = (consent?: ChannelName[]) => OverlapPatient.alone(house, START, consent);
const after = (hours: number) => new Date(START.getTime() + hours * HOUR).toISOString();

/** Until when the retractions of a step asked the patient to wait, those that went out only. */
async function waits(of: OverlapPatient, treatmentId: string, step: string) {
  const rows = await of.reminders();
  return rows
    .filter((row) => row.treatment_id === treatmentId && row.step === step)
    .filter(({ status }) => status === "delivered")
    .map(({ trace }) => trace.waitUntil ?? null);
}

describe("a permission that was true by what was known", () => {
  it("is taken back where another treatment that it spoke for is corrected", async () => {
    const ana = await patient();
    const first = await ana.enrol("needling", 24);
    const second = await ana.enrol("needling", 0);
    await ana.wait(74);
    // It spoke for both.
    expect(await ana.fates(second, GYM)).toEqual(["delivered"]);
    expect(await ana.fates(first, GYM)).toEqual(["skipped: superseded"]);
    expect(await ana.correct(first, { hoursAgo: 10 })).toBe(1);
    await ana.wait(1);
    expect(await waits(ana, second, GYM_WAIT)).toEqual([after(64 + 72)]);
    await ana.wait(72);
    expect(await ana.fates(first, GYM)).toEqual(["delivered"]);
    expect(await ana.fates(second, GYM)).toEqual(["delivered", "skipped: superseded"]);
  });

  it("is taken back where a treatment before it is entered only after it", async () => {
    const ana = await patient();
    const first = await ana.enrol("needling", 0);
    await ana.wait(74);
    expect(await ana.fates(first, GYM)).toEqual(["delivered"]);
    const late = await ana.enrol("laser", 50);
    await ana.wait(1);
    expect(await waits(ana, first, GYM_WAIT)).toEqual([after(74 - 50 + 96)]);
    expect(ana.untold).toEqual([]);
    // The pool is in that message, too, and only the first treatment says when it is free again.
    await ana.wait(60);
    expect((await ana.fates(first, GYM)).at(-1)).toBe("delivered");
    expect(await ana.fates(late, LASER_GYM)).toEqual(["skipped: collapsed"]);
  });

  it("is named in the answer to the enrolment where no message takes it back", async () => {
    const ana = await patient();
    await ana.enrol("needling", 0);
    await ana.wait(74);
    await ana.stop("sms");
    await ana.enrol("laser", 50);
    expect(ana.untold).toEqual([GYM]);
    // What could not be said is said once it can be.
    await ana.resume("sms");
    await ana.wait(1);
    const [first = ""] = ana.treatments;
    expect(await waits(ana, first, GYM_WAIT)).toEqual([after(74 - 50 + 96)]);
  });

  it("waits for the other treatment where its own is corrected", async () => {
    const ana = await patient();
    const first = await ana.enrol("needling", 0);
    await ana.wait(74);
    const second = await ana.enrol("laser", 0);
    await ana.correct(first, { hoursAgo: 24 });
    await ana.wait(1);
    expect((await waits(ana, first, GYM_WAIT)).at(-1)).toBe(after(74 + 96));
    await ana.wait(100);
    const rows = await ana.reminders();
    const of = (id: string, step: string) =>
      rows.filter((row) => row.treatment_id === id && row.step === step).at(-1);
    expect(of(first, GYM)?.status).toBe("delivered");
    expect(of(second, LASER_GYM)?.replaced_by).toBe(of(first, GYM)?.id);
  });
});

describe("a retraction", () => {
  it("is not lost where a correction is followed by a cancel", async () => {
    const ana = await patient();
    const id = await ana.enrol("needling", 0);
    await ana.wait(74);
    // At night: the correction's own retraction waits.
    await ana.wait(11);
    expect(await ana.correct(id, { hoursAgo: 20 })).toBeGreaterThan(0);
    expect(await ana.cancel(id, true)).toBeGreaterThan(0);
    await ana.wait(14);
    expect(await waits(ana, id, GYM_WAIT)).toEqual([null]);
  });

  it("is sent once, however often a cancel or a correction is repeated", async () => {
    const ana = await patient();
    const id = await ana.enrol("needling", 0);
    await ana.wait(74);
    await ana.correct(id, { hoursAgo: 20 });
    const until = new Date(ana.now.getTime() + 52 * HOUR).toISOString();
    await ana.wait(1);
    await ana.correct(id, { hoursAgo: 21 });
    await ana.wait(1);
    expect(await waits(ana, id, GYM_WAIT)).toEqual([until]);
    expect(await ana.cancel(id, true)).toBeGreaterThan(0);
    await ana.wait(1);
    expect(await ana.cancel(id, true)).toBe(0);
    await ana.wait(1);
    expect(await waits(ana, id, GYM_WAIT)).toEqual([until, null]);
  });

  it("survives what else is planned meanwhile", async () => {
    const ana = await patient();
    const id = await ana.enrol("laser", 0);
    await ana.wait(98);
    await ana.wait(10);
    await ana.cancel(id, true);
    await ana.enrol("peel", 0);
    await ana.wait(14);
    expect(await waits(ana, id, LASER_GYM_WAIT)).toEqual([null]);
  });
});

describe("a cancel after the permission of the treatment went out in another's place", () => {
  it("does not say it twice", async () => {
    const ana = await patient();
    const first = await ana.enrol("needling", 24);
    const second = await ana.enrol("needling", 0);
    await ana.wait(74);
    expect(await ana.fates(second, GYM)).toEqual(["delivered"]);
    await ana.cancel(second);
    await ana.wait(24);
    expect(await ana.fates(first, GYM)).toEqual(["skipped: superseded"]);
  });

  it("takes nothing back that the other treatment has freed", async () => {
    const ana = await patient();
    const first = await ana.enrol("needling", 24);
    const second = await ana.enrol("needling", 0);
    await ana.wait(74);
    await ana.cancel(second, true);
    await ana.wait(24);
    expect(await waits(ana, second, GYM_WAIT)).toEqual([]);
    expect(await ana.fates(first, GYM)).toEqual(["skipped: superseded"]);
  });
});

describe("a permission that comes back from a send", () => {
  const passing: SendOutcome = {
    kind: "transient",
    code: "20503",
    detail: "down",
    of: "message",
  };

  it("waits for a treatment that was enrolled while it was away", async () => {
    const ana = await patient();
    const first = await ana.enrol("laser", 0);
    await ana.wait(94);
    let enrolled = "";
    await ana.wait(2, async () => {
      if (enrolled !== "") return null;
      const [sending] = (await ana.reminders()).filter(({ status }) => status === "sending");
      if (sending?.step !== LASER_GYM) return null;
      enrolled = await ana.enrol("needling", 4);
      return passing;
    });
    expect(enrolled).not.toBe("");
    await ana.wait(80);
    const fates = new Set(await ana.fates(first, LASER_GYM));
    expect(fates).toEqual(new Set(["skipped: superseded"]));
    expect(await ana.fates(enrolled, GYM)).toEqual(["delivered"]);
    // It did not arrive, so there is nothing to take back.
    expect(await waits(ana, first, LASER_GYM_WAIT)).toEqual([]);
  });

  it("leaves it to one that gave way where it cannot be sent at all", async () => {
    const ana = await patient();
    const shorter = await ana.enrol("needling", 24, ["email"]);
    const longer = await ana.enrol("needling", 0, ["sms"]);
    expect(await ana.fates(shorter, GYM)).toEqual(["skipped: superseded"]);
    const filtered: SendOutcome = {
      kind: "permanent",
      code: "30007",
      detail: "filtered",
      reason: "filtered",
      dead: false,
    };
    await ana.wait(74, (channel) => Promise.resolve(channel === "sms" ? filtered : null));
    expect(await ana.fates(longer, GYM)).toEqual(["failed: filtered"]);
    expect(await ana.fates(shorter, GYM)).toEqual(["delivered"]);
  });
});

describe("what was to go by a channel that the patient stopped", () => {
  it("does not go by the other one, whatever is planned again", async () => {
    const ana = await patient(["sms", "email"]);
    const first = await ana.enrol("needling", 0);
    await ana.stop("sms");
    const second = await ana.enrol("peel", 0);
    await ana.cancel(second);
    await ana.correct(first, { hoursAgo: 2 });
    await ana.wait(80);
    const rows = (await ana.reminders()).filter((row) => row.treatment_id === first);
    expect(rows.filter(({ status }) => status === "delivered")).toEqual([]);
    expect(await ana.fates(first, GYM)).toEqual(["skipped: opted_out"]);
    await ana.resume("sms");
    await ana.wait(1);
    expect(await ana.fates(first, GYM)).toEqual(["delivered"]);
    expect(
      (await ana.reminders()).filter(({ status, channel }) => {
        return status === "delivered" && channel === "email";
      }),
    ).toEqual([]);
  });
});

describe("a treatment whose page has closed", () => {
  it("is planned again where it is corrected", async () => {
    const ana = await patient();
    const id = await ana.enrol("facial", 60 * 24);
    expect(await ana.fates(id, "step-1")).toEqual(["skipped: expired"]);
    await house.ledger.db
      .updateTable("treatments")
      .set({ page_expires_at: new Date(ana.now.getTime() - HOUR) })
      .execute();
    await ana.correct(id, { hoursAgo: 0 });
    await ana.wait(26);
    expect(await ana.fates(id, "step-1")).toEqual(["delivered"]);
  });
});

describe("the links between permissions", () => {
  it("name all that stand in a permission's place, and change with them", async () => {
    const ana = await patient();
    const needling = await ana.enrol("needling", 0);
    const peel = await ana.enrol("peel", 0);
    const rows = await ana.reminders();
    const of = (id: string, step: string) =>
      rows.find((row) => row.treatment_id === id && row.step === step)?.id ?? "";
    const replaces = (id: string) => replacedReminders(house.ledger.db, house.clinic.id, id);
    const retinol = of(needling, "step-2");
    expect(await replaces(of(peel, "step-2"))).toContain(retinol);

    const longer = await ana.enrol("peel", 0);
    await ana.correct(longer, { changes: { "step-2": "6d" } });
    const [latest] = (await ana.reminders()).filter((row) => {
      return row.treatment_id === longer && row.step === "step-2";
    });
    expect(await replaces(latest?.id ?? "")).toContain(retinol);
    await ana.cancel(longer);
    expect(await replaces(of(peel, "step-2"))).toContain(retinol);
    expect((await ana.reminders()).find(({ id }) => id === retinol)?.replaced_by).toBe(
      of(peel, "step-2"),
    );
  });
});
