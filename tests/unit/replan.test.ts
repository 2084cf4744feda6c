import { describe, expect, it } from "vitest";
import type { Said } from "../../src/domain/patient.ts";
import {
  localZoneOf,
  type PlannedReminder,
  type Superseding,
  type Trace,
} from "../../src/domain/reminder.ts";
import { changeOf, type StoredReminder, saidOf } from "../../src/domain/replan.ts";
import { planOne } from "./treatment.ts";

const NOW = new Date("2026-11-24T15:30:00Z");
const PLANNED = planOne(
  { kind: "permission", after: "48h" },
  { performedAt: "2026-11-23T15:30-05:00" },
);
const behind = (treatmentId: string): Superseding => {
  return { treatmentId, protocol: "peel", step: "ok", topics: ["sun"] };
};

/** The plan where the permission is not sent. */
function skipped(statusReason: PlannedReminder["statusReason"], trace: Partial<Trace> = {}) {
  const status = "skipped" as const;
  return { ...PLANNED, status, statusReason, trace: { ...PLANNED.trace, ...trace } };
}

function stored(more: Partial<StoredReminder>): StoredReminder {
  return {
    kind: "permission",
    channel: "sms",
    status: "scheduled",
    statusReason: null,
    trueAt: new Date(PLANNED.trace.trueAt),
    dueAt: PLANNED.dueAt,
    claimedAt: null,
    localZone: localZoneOf(PLANNED.trace),
    trace: {},
    ...more,
  };
}

const changed = (was: StoredReminder, planned: PlannedReminder, said: Said = saidOf(was)) =>
  changeOf(was, { planned, said }, { corrected: false, now: NOW }).kind;

describe("a plan made again", () => {
  const superseded = { status: "skipped" as const, statusReason: "superseded" };

  it("tells it where another treatment speaks than before", () => {
    const was = stored({ ...superseded, trace: { supersededBy: [behind("b")] } });
    expect(changed(was, skipped("superseded", { supersededBy: [behind("b")] }))).toBe("keep");
    expect(changed(was, skipped("superseded", { supersededBy: [behind("c")] }))).toBe("skip");
    expect(changed(was, PLANNED)).toBe("plan");
  });

  it("tells it when it would go where it is held back, and its time is another", () => {
    const held = skipped("paused");
    const before = stored({ status: "skipped", statusReason: "paused" });
    const how = { corrected: true, now: NOW };
    const said: Said = { kind: "waits", channel: "sms" };
    expect(changeOf(before, { planned: held, said }, how)).toEqual({ kind: "keep" });
    const other = { ...before, trueAt: new Date("2026-11-25T10:00:00Z") };
    expect(changeOf(other, { planned: held, said }, how)).toEqual({ kind: "skip" });
  });

  it("plans anew what went out and is wrong, and leaves alone what is right", () => {
    const sent = stored({ status: "sent", claimedAt: NOW });
    expect(changed(sent, PLANNED)).toBe("keep");
    expect(changed(sent, PLANNED, { kind: "waits", channel: "sms" })).toBe("again");
  });

  it("drops what the cap leaves no room for, and takes it up when there is some", () => {
    const crowded = skipped("expired", { cappedDays: null });
    expect(changed(stored({}), crowded)).toBe("skip");
    const dropped = { status: "skipped" as const, statusReason: "expired" };
    expect(changed(stored({ ...dropped, trace: { cappedDays: null } }), PLANNED)).toBe("plan");
    expect(changed(stored(dropped), PLANNED)).toBe("keep");
  });
});
