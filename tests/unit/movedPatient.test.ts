import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ClaimState, decideClaim } from "../../src/domain/claim.ts";
import type { Said } from "../../src/domain/patient.ts";
import { planPatient } from "../../src/domain/patientPlan.ts";
import { planTreatment } from "../../src/domain/plan.ts";
import type { PlannedReminder } from "../../src/domain/reminder.ts";
import { changeOf, type StoredReminder } from "../../src/domain/replan.ts";
import { isOpen, parseSendWindow } from "../../src/domain/sendWindow.ts";
import { stepTrueAt } from "../../src/domain/stepTime.ts";
import { scenes, zones } from "./arbitraries.ts";
import { rows } from "./table.ts";
import { inputOf, planOf, planOne } from "./treatment.ts";

const PACIFIC = "America/Los_Angeles";
const TREATED = { performedAt: "2026-11-23T15:30-05:00" };

describe("a patient who has moved since the enrolment", () => {
  it.each(
    rows(`
      17h   | America/Los_Angeles | 2026-11-24T17:00 | 2026-11-25T04:00
      24h   | America/Los_Angeles | 2026-11-24T20:30 | 2026-11-25T04:00
      29h   | America/Los_Angeles | 2026-11-25T01:30 | 2026-11-25T04:00
      7d    | America/Los_Angeles | 2026-11-30T20:30 | 2026-12-01T04:00
      24h   | Asia/Tokyo          | 2026-11-25T00:00 | 2026-11-25T11:00
      7d    | Pacific/Auckland    | 2026-11-30T20:30 | 2026-12-01T07:00
    `),
  )(
    "of a step after %s, in %s, gets it from %s to %s UTC",
    (after = "", movedTo = "", from, to) => {
      const planned = planOne({ after }, { ...TREATED, movedTo });
      expect(planned.dueAt.toISOString()).toBe(`${from}:00.000Z`);
      expect(planned.sendUntil.toISOString()).toBe(`${to}:00.000Z`);
    },
  );

  it("keeps the calendar of the enrolment for offsets, also where clocks change elsewhere", () => {
    // Clocks of Los Angeles go back on 1 November, those of Phoenix never.
    const home = { performedAt: "2026-10-30T15:30-07:00", zone: "America/Phoenix" };
    const steps = [{ after: "7d" }, { after: "1d", at: "10:00" }];
    const stayed = planOf(steps, home);
    const moved = planOf(steps, { ...home, movedTo: PACIFIC });
    const told = ({ trace, expiresAt }: (typeof moved)[number]) => [trace.trueAt, expiresAt];
    expect(moved.map(told)).toEqual(stayed.map(told));
    expect(moved.map(({ trace }) => trace.trueAt)).toEqual([
      "2026-11-06T22:30:00.000Z",
      "2026-11-01T17:00:00.000Z",
    ]);
  });

  it("has both zones in the trace, and one who has not has one", () => {
    const moved = planOne({ after: "17h" }, { ...TREATED, movedTo: PACIFIC });
    expect(moved.trace).toMatchObject({
      timeZone: "America/New_York",
      local: { timeZone: PACIFIC, timeZoneFrom: "patient" },
      window: "09:00-20:00",
      movedMinutes: 210,
    });
    expect(planOne({ after: "17h" }, TREATED).trace).not.toHaveProperty("local");
    const back = planOne({ after: "17h" }, { ...TREATED, movedTo: "America/New_York" });
    expect(back.trace).not.toHaveProperty("local");
  });

  it("gets no more than the cap on a day of the new place", () => {
    const kind = "expectation" as const;
    // Tuesday 23:30 and Wednesday 09:30 in Auckland; in New York all of it is Tuesday.
    const steps = ["14h", "24h", "25h"].map((after, index) => {
      return { key: `s${index}`, kind, topics: [`t${index}`], after, expires: "4d" };
    });
    const { now, sendWindow, rebookWindow, ...treatment } = inputOf(steps, {
      ...TREATED,
      window: "00:00-24:00",
      movedTo: "Pacific/Auckland",
    });
    const active = { ...treatment, id: "t", said: new Map() };
    const none = { cancelled: [], told: [], takenBack: [], retracted: new Map() };
    const shared = { ...none, now, sendWindow, rebookWindow, cap: 2, paused: false };
    const plan = planPatient({ ...shared, treatments: [active] });
    expect(plan.map(({ planned }) => planned.trace.cappedDays ?? 0)).toEqual([0, 0, 0]);
    const { local: _, ...stayed } = active;
    const athome = planPatient({ ...shared, treatments: [stayed] });
    expect(athome.map(({ planned }) => planned.trace.cappedDays ?? 0)).toEqual([0, 0, 1]);
  });

  it("gets nothing early by the enrolment's calendar, nor outside the hours of the new place", () => {
    fc.assert(
      fc.property(scenes, zones, ({ input }, timeZone) => {
        const moved = { ...input, local: { timeZone, timeZoneFrom: "patient" as const } };
        for (const planned of planTreatment(moved)) {
          const step = input.protocol.steps.find(({ key }) => key === planned.step);
          if (step === undefined) throw new Error("no such step");
          const trueAt = stepTrueAt(step, input.performedAt, input.timeZone);
          expect(planned.trace.trueAt).toBe(trueAt.toISOString());
          if (planned.status === "skipped") continue;
          expect(planned.dueAt >= trueAt).toBe(true);
          expect(planned.dueAt < planned.expiresAt).toBe(true);
          const open = isOpen(input.sendWindow, timeZone, planned.dueAt);
          expect(open || planned.trace.window === "any").toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe("a plan made again for a patient who has moved", () => {
  const before = planOne({ after: "17h" }, TREATED);
  const stored: StoredReminder = {
    kind: "caution",
    channel: "sms",
    status: "scheduled",
    statusReason: null,
    trueAt: new Date(before.trace.trueAt),
    dueAt: before.dueAt,
    claimedAt: null,
    localZone: "America/New_York",
    trace: {},
  };
  const how = { corrected: false, now: new Date(TREATED.performedAt) };
  /** What a plan does to a reminder that has left where its status says so, and else waits. */
  const changeBy = (planned: PlannedReminder, was: StoredReminder) => {
    const said: Said =
      was.status === "delivered"
        ? { kind: "left", at: was.dueAt, channel: "sms" }
        : { kind: "waits", channel: null };
    return changeOf(was, { planned, said }, how).kind;
  };

  it("moves what waits, and nothing else", () => {
    const moved = planOne({ after: "17h" }, { ...TREATED, movedTo: PACIFIC });
    const kindOf = (status: StoredReminder["status"]) => changeBy(moved, { ...stored, status });
    expect(kindOf("scheduled")).toBe("plan");
    expect(kindOf("queued")).toBe("plan");
    expect(kindOf("delivered")).toBe("keep");
    expect(kindOf("cancelled")).toBe("keep");
    expect(changeBy(before, stored)).toBe("keep");
    expect(changeBy(moved, { ...stored, localZone: PACIFIC })).toBe("keep");
  });

  it("skips what is out of date before the new place's hours begin", () => {
    const soon = { after: "17h", expires: "2h" };
    expect(planOne(soon, TREATED).status).toBe("scheduled");
    const moved = planOne(soon, { ...TREATED, movedTo: PACIFIC });
    expect(moved.statusReason).toBe("expired");
    expect(changeBy(moved, stored)).toBe("skip");
  });
});

describe("a claim", () => {
  const MORNING = new Date("2026-11-24T14:30:00Z");
  const state: ClaimState = {
    reminderId: "r",
    treatmentId: "t",
    status: "queued",
    dispatchNo: 1,
    kind: "caution",
    topics: ["sun"],
    trueAt: new Date("2026-11-24T12:00:00Z"),
    dueAt: new Date("2026-11-24T14:00:00Z"),
    sendUntil: new Date("2026-11-25T01:00:00Z"),
    expiresAt: new Date("2026-11-26T14:00:00Z"),
    anyHour: false,
    timeZone: "America/New_York",
    window: parseSendWindow("09:00-20:00"),
    channel: "sms",
    channels: ["sms"],
    retries: 0,
    nearby: [],
    cap: 3,
    to: "+12125550123",
    optedOut: false,
    paused: false,
    deadAddress: false,
    held: false,
    treatmentCancelled: false,
  };
  const ticket = { reminderId: "r", dispatchNo: 1 };

  it("goes by the clocks where the patient is, whatever the reminder was planned for", () => {
    expect(decideClaim(state, ticket, MORNING).kind).toBe("claim");
    expect(decideClaim({ ...state, timeZone: PACIFIC }, ticket, MORNING)).toMatchObject({
      kind: "move",
      move: { status: "scheduled", dueAt: new Date("2026-11-24T17:00:00Z") },
    });
    const later = { ...state, window: parseSendWindow("10:00-20:00") };
    expect(decideClaim(later, ticket, MORNING)).toMatchObject({
      kind: "move",
      move: { dueAt: new Date("2026-11-24T15:00:00Z") },
    });
  });

  it("goes at any hour for a patient at the desk", () => {
    const atDesk = { ...state, timeZone: PACIFIC, anyHour: true };
    expect(decideClaim(atDesk, ticket, MORNING).kind).toBe("claim");
  });
});
