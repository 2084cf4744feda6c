import { describe, expect, it } from "vitest";
import {
  CANCELLABLE,
  REMINDER_STATUSES,
  REMINDER_TRANSITIONS,
  type ReminderStatus,
  SKIP_REASONS,
} from "../../src/domain/reminder.ts";

/** Every move there is; all others are refused. */
const MOVES = [
  "scheduled → queued",
  "scheduled → cancelled",
  "scheduled → skipped",
  "queued → scheduled",
  "queued → sending",
  "queued → cancelled",
  "queued → skipped",
  "sending → scheduled",
  "sending → sent",
  "sending → delivered",
  "sending → undelivered",
  "sending → unknown",
  "sending → failed",
  "sending → skipped",
  "unknown → scheduled",
  "unknown → sent",
  "unknown → delivered",
  "unknown → undelivered",
  "unknown → failed",
  "unknown → skipped",
  "sent → delivered",
  "sent → undelivered",
  // Proof that an earlier attempt did go out.
  "scheduled → sent",
  "scheduled → delivered",
  "queued → sent",
  "queued → delivered",
  // A receipt that sends it over the next channel or later again, and a replay.
  "sent → scheduled",
  "undelivered → scheduled",
  "failed → scheduled",
  "skipped → scheduled",
];

const TERMINAL: ReminderStatus[] = ["delivered", "undelivered", "failed", "cancelled", "skipped"];

/** All statuses that can be reached from `start`, itself included. */
function reachableFrom(start: ReminderStatus): Set<ReminderStatus> {
  const reached = new Set([start]);
  for (const status of reached) {
    for (const next of REMINDER_TRANSITIONS[status]) reached.add(next);
  }
  return reached;
}

describe("the moves of a reminder", () => {
  it("are these and no others", () => {
    const moves = REMINDER_STATUSES.flatMap((from) =>
      REMINDER_TRANSITIONS[from].map((to) => `${from} → ${to}`),
    );
    expect(moves.toSorted()).toEqual(MOVES.toSorted());
  });

  it("reach every status from a plan", () => {
    expect([...reachableFrom("scheduled")].toSorted()).toEqual([...REMINDER_STATUSES].toSorted());
  });

  it("end in the terminal statuses, which only a replay leaves, and two of them for good", () => {
    const ends = REMINDER_STATUSES.filter((status) =>
      REMINDER_TRANSITIONS[status].every((next) => next === "scheduled"),
    );
    expect(ends.toSorted()).toEqual(TERMINAL.toSorted());
    const forGood = ends.filter((status) => REMINDER_TRANSITIONS[status].length === 0);
    expect(forGood.toSorted()).toEqual(["cancelled", "delivered"]);
  });

  it.each(REMINDER_STATUSES)("lead from %s to an end", (status) => {
    expect(TERMINAL.some((end) => reachableFrom(status).has(end))).toBe(true);
  });

  it("never lead back to sending from what was cancelled or has arrived", () => {
    for (const status of ["cancelled", "delivered"] as const) {
      expect(reachableFrom(status).has("sending")).toBe(false);
    }
  });

  it("lead back to sending from what has left by the schedule only, where all is asked again", () => {
    for (const status of ["sent", "undelivered", "failed", "skipped"] as const) {
      const next = REMINDER_TRANSITIONS[status];
      expect(next.filter((each) => ["queued", "sending", "unknown"].includes(each))).toEqual([]);
      expect(next).toContain("scheduled");
    }
  });

  it("allow a cancel exactly where nothing is on its way", () => {
    const cancellable = REMINDER_STATUSES.filter((status) =>
      REMINDER_TRANSITIONS[status].includes("cancelled"),
    );
    expect(cancellable).toEqual(["scheduled", "queued"]);
    expect(CANCELLABLE).toEqual(cancellable);
  });
});

describe("the reasons of a skip", () => {
  it("are those of the contract", () => {
    const reasons = "expired opted_out no_consent superseded collapsed no_address paused".split(
      " ",
    );
    expect([...SKIP_REASONS].toSorted()).toEqual(reasons.toSorted());
  });
});
