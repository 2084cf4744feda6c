import { describe, expect, it } from "vitest";
import type { ReminderStatus } from "../../src/domain/reminder.ts";
import {
  type TimelineReminder,
  type TimelineTreatment,
  timelineOf,
  type Withdrawal,
} from "../../src/domain/timeline.ts";
import { protocolOf, utc } from "./treatment.ts";

const PROTOCOL = protocolOf([
  { key: "start", topics: ["makeup", "gym", "pool", "acids"] },
  { key: "looks", kind: "expectation", topics: ["redness"], after: "1h", expires: "2d" },
  { key: "makeup-ok", kind: "permission", topics: ["makeup"], after: "24h" },
  { key: "gym-ok", kind: "permission", topics: ["gym", "pool"], after: "72h" },
  { key: "end", kind: "expectation", topics: ["healing"], after: "2w", expires: "1w" },
]);

/** Bars the gym, and has no step that ever permits it. */
const BARRING = protocolOf([
  { key: "start", topics: ["gym"] },
  { key: "end", kind: "expectation", topics: ["healing"], after: "5d" },
]);

const DONE = "2026-11-23T15:30:00-05:00";

function treated(change: Partial<TimelineTreatment> = {}): TimelineTreatment {
  return {
    id: "one",
    protocol: PROTOCOL,
    overrides: {},
    performedAt: new Date(DONE),
    timeZone: "America/New_York",
    reminders: [],
    ...change,
  };
}

function reminder(
  step: string,
  topics: string[],
  [status, statusReason = null]: [ReminderStatus, (string | null)?],
  dueAt = "2026-11-26T15:30:00-05:00",
): TimelineReminder {
  const kind = step.endsWith("-ok") ? "permission" : "expectation";
  return { step, kind, topics, channel: "sms", dueAt: new Date(dueAt), status, statusReason };
}

/** What is told at a moment of some treatments: of each release its topics, time and standing. */
function told(
  at: string,
  treatments: TimelineTreatment[],
  permissionsPaused = false,
  withdrawals: Withdrawal[] = [],
) {
  const now = new Date(at);
  const timeline = timelineOf({ treatments, withdrawals, permissionsPaused, now });
  return {
    withdrawn: timeline.withdrawn.join(" "),
    instructions: timeline.instructions.map(({ treatmentId, step }) => `${treatmentId} ${step}`),
    ask: timeline.askFirst.join(" "),
    normal: timeline.normal.map(({ treatmentId, step }) => `${treatmentId} ${step}`).join(" "),
    releases: timeline.releases.map(
      ({ topics, at: when, treatmentId, step, over, held }) =>
        `${topics.join("+")} ${treatmentId} ${step} ${when.toISOString().slice(0, 16)}${over ? " over" : ""}${held ? " held" : ""}`,
    ),
  };
}

describe("the timeline of one treatment", () => {
  it.each([
    ["at its start", "2026-11-23T15:30:00-05:00", [false, false], ""],
    ["an hour later", "2026-11-23T16:30:00-05:00", [false, false], "one looks"],
    ["a moment before the first release", "2026-11-24T15:29:59-05:00", [false, false], "one looks"],
    ["at the first release", "2026-11-24T15:30:00-05:00", [true, false], "one looks"],
    ["when what was normal is stale", "2026-11-25T16:30:00-05:00", [true, false], ""],
    ["at the last release", "2026-11-26T15:30:00-05:00", [true, true], ""],
    ["after two weeks", "2026-12-07T15:30:00-05:00", [true, true], "one end"],
  ])("%s", (_, at, [makeup, gym], normal) => {
    expect(told(at, [treated()])).toMatchObject({
      ask: "acids",
      normal,
      releases: [
        `makeup one makeup-ok 2026-11-24T20:30${makeup ? " over" : ""}`,
        `gym+pool one gym-ok 2026-11-26T20:30${gym ? " over" : ""}`,
      ],
    });
  });

  it("never gives a time to a topic that no step permits, not even when all is over", () => {
    expect(told("2027-06-01T12:00:00Z", [treated()]).ask).toBe("acids");
  });

  it("goes by the clinician's overrides", () => {
    const { releases } = told(DONE, [treated({ overrides: { "makeup-ok": "48h" } })]);
    expect(releases[0]).toBe("makeup one makeup-ok 2026-11-25T20:30");
  });

  it("asks where the clinic has cancelled a permission, unless one was planned anew", () => {
    const cancelled = reminder("gym-ok", ["gym", "pool"], ["cancelled"]);
    const after = "2026-11-27T12:00:00-05:00";
    expect(told(after, [treated({ reminders: [cancelled] })])).toMatchObject({
      ask: "gym pool acids",
      releases: ["makeup one makeup-ok 2026-11-24T20:30 over"],
    });
    const again = reminder("gym-ok", ["gym", "pool"], ["scheduled"]);
    expect(told(after, [treated({ reminders: [cancelled, again] })]).ask).toBe("acids");
  });
});

describe("an alarming sign", () => {
  const after = "2026-11-27T12:00:00-05:00";
  const paused = reminder("gym-ok", ["gym", "pool"], ["skipped", "paused"]);

  it("holds every permission while the patient's permissions are paused, past and to come", () => {
    expect(told("2026-11-25T12:00:00-05:00", [treated()], true).releases).toEqual([
      "makeup one makeup-ok 2026-11-24T20:30 over held",
      "gym+pool one gym-ok 2026-11-26T20:30 held",
    ]);
  });

  it("holds what was skipped for it, and that alone, after the pause", () => {
    expect(told(after, [treated({ reminders: [paused] })]).releases).toEqual([
      "makeup one makeup-ok 2026-11-24T20:30 over",
      "gym+pool one gym-ok 2026-11-26T20:30 over held",
    ]);
  });

  it("is settled for a topic by a later permission that went out", () => {
    const later = reminder("gym-ok", ["gym"], ["delivered"], "2026-11-26T18:00:00-05:00");
    expect(told(after, [treated({ reminders: [paused, later] })]).releases).toEqual([
      "makeup one makeup-ok 2026-11-24T20:30 over",
      "gym one gym-ok 2026-11-26T20:30 over",
      "pool one gym-ok 2026-11-26T20:30 over held",
    ]);
  });

  it("is not settled by a permission from before it", () => {
    const earlier = reminder("gym-ok", ["gym", "pool"], ["sent"], "2026-11-20T18:00:00-05:00");
    const { releases } = told(after, [treated({ reminders: [earlier, paused] })]);
    expect(releases[1]).toContain(" held");
  });
});

describe("several treatments", () => {
  const second = treated({ id: "two", performedAt: new Date("2026-11-25T10:00:00-05:00") });

  it("wait for the latest end of each topic", () => {
    const told2 = told("2026-11-25T12:00:00-05:00", [second, treated()]);
    expect(told2.releases).toEqual([
      "makeup two makeup-ok 2026-11-26T15:00",
      "gym+pool two gym-ok 2026-11-28T15:00",
    ]);
    expect(told2.normal).toBe("two looks");
  });

  it("part the topics of a step where one of them waits for another treatment", () => {
    const longer = protocolOf([
      { key: "pool-ok", kind: "permission", topics: ["pool"], after: "10d" },
    ]);
    const { releases } = told(DONE, [treated(), treated({ id: "two", protocol: longer })]);
    expect(releases).toEqual([
      "makeup one makeup-ok 2026-11-24T20:30",
      "gym one gym-ok 2026-11-26T20:30",
      "pool two pool-ok 2026-12-03T20:30",
    ]);
  });

  it("have no time for a topic while one restricts it without a step that permits it", () => {
    const both = [treated(), treated({ id: "two", protocol: BARRING })];
    expect(told("2026-11-27T12:00:00-05:00", both)).toMatchObject({
      ask: "gym acids",
      releases: [
        "makeup one makeup-ok 2026-11-24T20:30 over",
        "pool one gym-ok 2026-11-26T20:30 over",
      ],
    });
    const gym = told("2026-11-29T12:00:00-05:00", both).releases.find((each) =>
      each.startsWith("gym"),
    );
    expect(gym).toBe("gym one gym-ok 2026-11-28T20:30 over");
  });
});

describe("what a cancelled treatment took back", () => {
  const withdrawals = [{ topics: ["gym"], dueAt: new Date("2026-11-27T09:00:00-05:00") }];
  const later = "2026-11-28T12:00:00-05:00";

  it("waits until the clinic has spoken, beside no treatment at all", () => {
    expect(told(later, [], false, withdrawals)).toMatchObject({ withdrawn: "gym", releases: [] });
  });

  it("holds up what another treatment frees, until its permission has gone out since", () => {
    const held = "gym+pool one gym-ok 2026-11-26T20:30 over";
    const { withdrawn, releases } = told(later, [treated()], false, withdrawals);
    expect(withdrawn).toBe("");
    expect(releases).toContain("gym one gym-ok 2026-11-26T20:30 over held");
    const since = reminder("gym-ok", ["gym", "pool"], ["delivered"], "2026-11-28T09:00:00-05:00");
    const before = { ...since, dueAt: new Date("2026-11-26T15:30:00-05:00") };
    const after = told(later, [treated({ reminders: [since] })], false, withdrawals);
    expect(after.releases).toContain(held);
    const still = told(later, [treated({ reminders: [before] })], false, withdrawals);
    expect(still.releases).not.toContain(held);
  });
});

describe("what to do and to avoid", () => {
  it("is said by the cautions of which a topic waits still, each topic once", () => {
    const protocol = protocolOf([
      { key: "start", topics: ["sun", "gym"] },
      { key: "again", topics: ["sun"], after: "8h" },
      { key: "late", topics: ["gym", "pool"], after: "12h" },
      { key: "gym-ok", kind: "permission", topics: ["gym", "pool"], after: "72h" },
      { key: "sun-ok", kind: "permission", topics: ["sun"], after: "96h" },
    ]);
    const at = (time: string) => told(time, [treated({ protocol })]).instructions;
    expect(at(DONE)).toEqual(["one start"]);
    expect(at("2026-11-24T10:00:00-05:00")).toEqual(["one start", "one late"]);
    expect(at("2026-11-27T10:00:00-05:00")).toEqual(["one start"]);
    expect(at("2026-11-28T10:00:00-05:00")).toEqual([]);
  });

  it("and what is normal is said by the newest treatment of a kind only", () => {
    const two = treated({ id: "two", performedAt: new Date("2026-12-07T13:30:00-05:00") });
    const { instructions, normal } = told("2026-12-07T15:30:00-05:00", [treated(), two]);
    expect(instructions).toEqual(["two start"]);
    expect(normal).toBe("two looks");
  });

  it("stays beside an alarming sign, and what is normal does not", () => {
    const at = "2026-11-23T16:30:00-05:00";
    expect(told(at, [treated()], true)).toMatchObject({ normal: "", instructions: ["one start"] });
  });
});

describe("what is to come", () => {
  it("is what waits, by time, over each of its channels, without permissions in a pause", () => {
    const first = reminder("looks", ["redness"], ["scheduled"], "2026-11-24T09:00:00-05:00");
    const reminders = [
      reminder("gym-ok", ["gym"], ["queued"]),
      first,
      { ...first, channel: "email" as const },
      reminder("makeup-ok", ["makeup"], ["skipped", "opted_out"], "2026-11-24T15:30:00-05:00"),
      reminder("start", ["sun"], ["sent"], "2026-11-23T15:31:00-05:00"),
    ];
    const upcoming = (permissionsPaused: boolean) =>
      timelineOf({
        treatments: [treated({ reminders })],
        withdrawals: [],
        permissionsPaused,
        now: new Date(DONE),
      }).upcoming.map(({ topics, channels, at }) => [topics[0], channels.join("+"), at.toJSON()]);
    const looks = ["redness", "sms+email", utc("2026-11-24T09:00:00-05:00")];
    expect(upcoming(false)).toEqual([looks, ["gym", "sms", utc("2026-11-26T15:30:00-05:00")]]);
    expect(upcoming(true)).toEqual([looks]);
  });
});
