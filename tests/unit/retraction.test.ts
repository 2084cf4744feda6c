import { describe, expect, it } from "vitest";
import type { PatientPlanInput, TakenBack } from "../../src/domain/patient.ts";
import { takeBack } from "../../src/domain/retraction.ts";
import { parseSendWindow } from "../../src/domain/sendWindow.ts";
import { frees, patientOf, type TreatmentFacts, toldOf, treatmentOf } from "./patient.ts";

/** What is planned, by treatment and until when, and what nobody is told of. */
function decided(input: PatientPlanInput) {
  const { plan, skip, untold } = takeBack(input);
  return {
    plan: plan.map(({ treatmentId, planned }) => [treatmentId, planned.trace.waitUntil ?? null]),
    skip: skip.map(({ id }) => id),
    untold: untold.map(({ treatmentId, step }) => `${treatmentId} ${step}`),
  };
}

const NOTHING = { plan: [], skip: [], untold: [] };

/** A retraction of the permission of `a` that has gone out. */
function takenBack(more: Partial<TakenBack>): TakenBack {
  return {
    id: "earlier",
    treatmentId: "a",
    step: "ok",
    topics: ["gym"],
    channel: "sms",
    until: new Date("2026-06-14T10:00Z"),
    plannedAt: new Date("2026-06-12T10:00Z"),
    waits: false,
    ended: false,
    tried: [],
    withdrawn: false,
    at: new Date("2026-06-12T10:00Z"),
    reason: null,
    ...more,
  };
}

const gym = (id: string, performedAt: string, after = "72h"): TreatmentFacts => {
  return { id, performedAt, steps: frees(["gym"], after) };
};

describe("a permission that went out", () => {
  const told = [toldOf("a", ["gym"], "2026-06-11T10:00Z")];
  const now = "2026-06-12T12:00Z";

  it("stands where it is true by its own treatment and by all others", () => {
    const input = patientOf([gym("a", "2026-06-08T10:00Z"), gym("b", "2026-06-08T09:00Z")], now);
    expect(decided({ ...input, told })).toEqual(NOTHING);
  });

  it("is taken back where its own treatment was later than was thought", () => {
    const input = patientOf([gym("a", "2026-06-11T10:00Z")], now, { told });
    expect(decided(input).plan).toEqual([["a", "2026-06-14T10:00:00.000Z"]]);
  });

  it("is taken back where another treatment restricted its topic when it went out, and still does", () => {
    const b = gym("b", "2026-06-10T10:00Z", "96h");
    const input = patientOf([gym("a", "2026-06-08T10:00Z"), b], now, { told });
    expect(decided(input).plan).toEqual([["a", "2026-06-14T10:00:00.000Z"]]);
  });

  it("is taken back for another treatment after its own was cancelled, too", () => {
    const cancelled = [treatmentOf(gym("a", "2026-06-08T10:00Z"))];
    const input = patientOf([gym("b", "2026-06-10T10:00Z", "96h")], now, { told, cancelled });
    expect(decided(input).plan).toEqual([["a", "2026-06-14T10:00:00.000Z"]]);
  });

  it("was right where another treatment came only after it", () => {
    const input = patientOf([gym("a", "2026-06-08T10:00Z"), gym("b", "2026-06-12T10:00Z")], now);
    expect(decided({ ...input, told })).toEqual(NOTHING);
  });

  it("that is wrong has to wait for the last of all treatments", () => {
    const a = gym("a", "2026-06-10T10:00Z");
    const input = patientOf([a, gym("b", "2026-06-12T10:00Z", "96h")], now, { told });
    expect(decided(input).plan).toEqual([["a", "2026-06-16T10:00:00.000Z"]]);
  });

  it("is named where its protocol cannot take it back, or nobody reaches the patient", () => {
    const silent = gym("a", "2026-06-11T10:00Z");
    const steps = silent.steps.filter(({ kind }) => kind !== "retraction");
    const expected = { plan: [], skip: [], untold: ["a ok"] };
    expect(decided(patientOf([{ ...silent, steps }], now, { told }))).toEqual(expected);
    const gone = { ...silent, reach: { phone: null, email: null } };
    expect(decided(patientOf([gone], now, { told })).untold).toEqual(["a ok"]);
  });
});

describe("a retraction", () => {
  const told = [toldOf("a", ["gym"], "2026-06-11T10:00Z")];
  const now = "2026-06-12T12:00Z";
  const input = patientOf([gym("a", "2026-06-11T10:00Z")], now, { told });
  const after = (...takenBackBefore: TakenBack[]) =>
    decided({ ...input, takenBack: takenBackBefore });
  const later = new Date("2026-06-15T10:00Z");
  const sooner = new Date("2026-06-13T10:00Z");

  it("that could only go out when the wait is over is not sent, and its permission is named", () => {
    const sendWindow = parseSendWindow("09:00-20:00");
    const late = patientOf([gym("a", "2026-06-10T06:00Z")], "2026-06-12T21:00Z", { told });
    const { plan, untold } = takeBack({ ...late, sendWindow });
    expect(plan.map(({ planned }) => planned.statusReason)).toEqual(["expired"]);
    expect(untold.map(({ step }) => step)).toEqual(["ok"]);
  });

  it("is not sent a second time where one that went out names the same or a later time", () => {
    expect(after(takenBack({}))).toEqual(NOTHING);
    expect(after(takenBack({ until: later }))).toEqual(NOTHING);
    expect(after(takenBack({ until: null }))).toEqual(NOTHING);
  });

  it("is sent again where the earlier one named too soon a time, or failed", () => {
    const expected = [["a", "2026-06-14T10:00:00.000Z"]];
    expect(after(takenBack({ until: sooner })).plan).toEqual(expected);
    expect(after(takenBack({ at: null, ended: true, reason: "bad_address" })).plan).toEqual(
      expected,
    );
  });

  it("that failed goes by the channels on which it was not tried, or else its permission is named", () => {
    const failed = { at: null, ended: true, reason: "filtered" };
    const goes = takeBack({ ...input, takenBack: [takenBack({ ...failed, tried: ["sms"] })] });
    expect(goes.plan.map(({ planned }) => planned.channels)).toEqual([["email"]]);
    expect(goes.untold).toEqual([]);
    const expected = { ...NOTHING, untold: ["a ok"] };
    expect(after(takenBack({ ...failed, tried: ["sms", "email"] }))).toEqual(expected);
    // Another wait is another message.
    const earlier = takenBack({ ...failed, tried: ["sms", "email"], until: sooner });
    expect(after(earlier).plan).toHaveLength(1);
  });

  it("of which nobody knows whether it arrived is not counted on once it has ended", () => {
    expect(after(takenBack({ ended: true, tried: ["sms", "email"] })).untold).toEqual(["a ok"]);
  });

  it("is not planned again where the clinic cancelled it", () => {
    expect(after(takenBack({ at: null, withdrawn: true }))).toEqual(NOTHING);
    const earlier = takenBack({ at: null, withdrawn: true, until: sooner });
    expect(after(earlier).plan).toEqual([["a", "2026-06-14T10:00:00.000Z"]]);
  });

  it("is fresh until the wait that it names is over", () => {
    const long = patientOf([gym("a", "2026-06-11T10:00Z", "14d")], now, { told });
    const [wait] = takeBack(long).plan;
    expect(wait?.planned.expiresAt.toISOString()).toBe("2026-06-25T10:00:00.000Z");
  });

  it("is sent again where the permission has gone out once more since", () => {
    const at = new Date("2026-06-11T09:00Z");
    expect(after(takenBack({ at })).plan).toEqual([["a", "2026-06-14T10:00:00.000Z"]]);
  });

  it("that waits gives way where it names another time, and stays where it names the right one", () => {
    const waiting = { waits: true, at: null };
    expect(after(takenBack(waiting))).toEqual(NOTHING);
    for (const until of [sooner, later]) {
      expect(after(takenBack({ ...waiting, until }))).toEqual({
        plan: [["a", "2026-06-14T10:00:00.000Z"]],
        skip: ["earlier"],
        untold: [],
      });
    }
  });

  it("that waits is not sent where the permission is true after all", () => {
    const right = patientOf([gym("a", "2026-06-08T10:00Z")], now, { told });
    const waiting = [takenBack({ waits: true, at: null })];
    expect(decided({ ...right, takenBack: waiting })).toEqual({ ...NOTHING, skip: ["earlier"] });
  });

  it("of a cancelled treatment waits on whatever else is planned", () => {
    const cancelled = [treatmentOf(gym("a", "2026-06-11T10:00Z"))];
    const waiting = [takenBack({ waits: true, at: null, until: null })];
    const none = patientOf([], now, { told, cancelled, takenBack: waiting });
    expect(decided(none)).toEqual(NOTHING);
  });

  it("speaks for the permissions of several treatments", () => {
    const both = patientOf([gym("a", "2026-06-11T10:00Z"), gym("b", "2026-06-11T10:00Z")], now, {
      told: [...told, toldOf("b", ["gym"], "2026-06-11T11:00Z")],
    });
    expect(decided(both)).toMatchObject({ plan: [["a", "2026-06-14T10:00:00.000Z"]], untold: [] });
  });

  it("that the patient stopped does not go by another channel", () => {
    const stopped = { ...gym("a", "2026-06-11T10:00Z"), reach: { optedOut: ["sms" as const] } };
    const was = takenBack({ at: null, reason: "opted_out" });
    const none = patientOf([stopped], now, { told, takenBack: [was] });
    expect(decided(none)).toEqual({ plan: [], skip: [], untold: ["a ok"] });
    expect(decided({ ...input, takenBack: [was] }).plan).toHaveLength(1);
  });
});

describe("the retraction of a cancelled treatment", () => {
  const now = "2026-06-12T12:00Z";
  const told = [toldOf("a", ["gym", "pool"], "2026-06-11T10:00Z")];
  const a: TreatmentFacts = {
    id: "a",
    performedAt: "2026-06-08T10:00Z",
    steps: frees(["gym", "pool"], "72h"),
  };
  const cancelled = [treatmentOf(a)];
  const input = (...others: TreatmentFacts[]) =>
    patientOf(others, now, { told, cancelled, retracted: new Map([["a", new Date(now)]]) });
  const both = (performedAt: string): TreatmentFacts => {
    return { id: "b", performedAt, steps: frees(["gym", "pool"], "72h") };
  };

  it("asks to wait for the clinic where no other treatment says until when", () => {
    expect(decided(input()).plan).toEqual([["a", null]]);
  });

  it("asks to wait for another treatment that restricts the topics", () => {
    const plan = decided(input(both("2026-06-12T10:00Z"))).plan;
    expect(plan).toEqual([["a", "2026-06-15T10:00:00.000Z"]]);
  });

  it("is not needed where another treatment has freed all the topics", () => {
    expect(decided(input(both("2026-06-08T09:00Z")))).toEqual(NOTHING);
    const gymOnly = gym("b", "2026-06-08T09:00Z");
    expect(decided(input(gymOnly)).plan).toEqual([["a", null]]);
  });

  it("is planned again where it failed, and not once it has gone out", () => {
    const mine = { topics: ["gym", "pool"], until: null, plannedAt: new Date(now) };
    const failed = takenBack({ ...mine, at: null, ended: true, reason: "bad_address" });
    expect(decided({ ...input(), takenBack: [failed] }).plan).toEqual([["a", null]]);
    // A treatment that restricts the topics only since has a caution of its own.
    const went = takenBack({ ...mine, until: new Date("2026-06-12T13:00Z"), at: new Date(now) });
    const since = { ...input(both("2026-06-12T14:00Z")), now: new Date("2026-06-12T15:00Z") };
    expect(decided({ ...since, takenBack: [went] })).toEqual(NOTHING);
  });

  it("that waits is planned anew where another treatment was corrected", () => {
    const waits = takenBack({ topics: ["gym", "pool"], at: null, waits: true });
    const other = input(both("2026-06-12T10:00Z"));
    expect(decided({ ...other, takenBack: [waits] })).toEqual({
      plan: [["a", "2026-06-15T10:00:00.000Z"]],
      skip: ["earlier"],
      untold: [],
    });
  });

  it("comes after one that a correction sent, and only once", () => {
    const corrected = takenBack({ topics: ["gym", "pool"] });
    expect(decided({ ...input(), takenBack: [corrected] }).plan).toEqual([["a", null]]);
    const forGood = takenBack({ topics: ["gym", "pool"], until: null });
    expect(decided({ ...input(), takenBack: [corrected, forGood] })).toEqual(NOTHING);
  });
});
