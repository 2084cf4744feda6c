import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ChannelName } from "../../src/domain/channel.ts";
import { chooseChannels, type ReachInput, reachOf } from "../../src/domain/consent.ts";
import { REMINDER_STATUSES, SKIP_REASONS } from "../../src/domain/reminder.ts";
import {
  type ActionDecision,
  type ActionState,
  decideCancel,
  decideReplay,
  decideSendNow,
} from "../../src/domain/replay.ts";
import { isOpen, parseSendWindow } from "../../src/domain/sendWindow.ts";
import { moments, windows } from "./arbitraries.ts";
import { DAY, HOUR, MINUTE } from "./intlClock.ts";
import { rows } from "./table.ts";
import { REACHABLE } from "./treatment.ts";

const CHANNELS: ChannelName[] = ["sms", "email"];

/** Three in the afternoon in New York: the window is open. */
const AFTERNOON = new Date("2026-11-25T20:00:00Z");
const NIGHT = new Date("2026-11-26T04:00:00Z");
const MORNING = new Date("2026-11-26T14:00:00Z");

interface Facts extends Partial<Omit<ActionState, "choice">> {
  reach?: Partial<ReachInput>;
}

/** A reminder that was due an hour ago, and is good for another two days. */
function stateOf({ reach = {}, ...facts }: Facts): ActionState {
  const step = { kind: "permission" as const, channels: CHANNELS };
  return {
    status: "scheduled",
    statusReason: null,
    paused: false,
    channel: "sms",
    channels: CHANNELS,
    timeZone: "America/New_York",
    window: parseSendWindow("09:00-20:00"),
    changedAt: new Date(AFTERNOON.getTime() - HOUR),
    trueAt: new Date(AFTERNOON.getTime() - HOUR),
    dueAt: new Date(AFTERNOON.getTime() + HOUR),
    expiresAt: new Date(AFTERNOON.getTime() + 2 * DAY),
    retries: 3,
    treatmentCancelled: false,
    arrived: false,
    choice: chooseChannels(step, CHANNELS, reachOf({ ...REACHABLE, ...reach })),
    ...facts,
  };
}

/** What is decided, in a word: where it goes, or the code of its refusal. */
function wordOf(decision: ActionDecision): string {
  return decision.kind === "move" ? `to ${decision.move.status}` : decision.refusal.code;
}

const decide = { cancel: decideCancel, replay: decideReplay, sendNow: decideSendNow };

describe("what can be done with a reminder", () => {
  // status | reason | cancel | replay | send now
  const TABLE = rows(`
    scheduled   |                     | to cancelled    | not_ended         | to scheduled
    scheduled   | 30003               | to cancelled    | not_ended         | to scheduled
    queued      |                     | to cancelled    | not_ended         | to scheduled
    sending     |                     | already_sending | already_sending   | already_sending
    unknown     | ETIMEDOUT           | already_sending | in_doubt          | in_doubt
    sent        |                     | already_ended   | to scheduled      | already_ended
    delivered   |                     | already_ended   | already_delivered | already_delivered
    undelivered | 30003               | already_ended   | to scheduled      | already_ended
    undelivered | bad_address         | already_ended   | to scheduled      | already_ended
    failed      | refused             | already_ended   | to scheduled      | already_ended
    failed      | bad_address         | already_ended   | to scheduled      | already_ended
    cancelled   |                     | cancelled       | cancelled         | cancelled
    cancelled   | treatment_cancelled | cancelled       | cancelled         | cancelled
    skipped     | expired             | already_ended   | to scheduled      | already_ended
    skipped     | opted_out           | already_ended   | to scheduled      | already_ended
    skipped     | no_consent          | already_ended   | to scheduled      | already_ended
    skipped     | no_address          | already_ended   | to scheduled      | already_ended
    skipped     | paused              | already_ended   | to scheduled      | already_ended
    skipped     | superseded          | already_ended   | superseded        | already_ended
    skipped     | collapsed           | already_ended   | collapsed         | already_ended
  `);

  it.each(TABLE)("%s %s: %s, %s, %s", (status = "", reason = "", ...expected) => {
    const state = stateOf({
      status: REMINDER_STATUSES.find((each) => each === status) ?? "scheduled",
      statusReason: reason || null,
    });
    expect(Object.values(decide).map((each) => wordOf(each(state, AFTERNOON)))).toEqual(expected);
  });

  it("is in the table for every status, and for every reason of a skip", () => {
    expect(new Set(TABLE.map(([status]) => status))).toEqual(new Set(REMINDER_STATUSES));
    const skips = TABLE.filter(([status]) => status === "skipped").map(([, reason]) => reason);
    expect(new Set(skips)).toEqual(new Set(SKIP_REASONS));
  });

  it.each(["sent", "undelivered", "failed", "skipped"] as const)(
    "does not include the replay of one that is %s, once its treatment is cancelled",
    (status) => {
      const state = stateOf({ status, treatmentCancelled: true });
      expect(wordOf(decideReplay(state, AFTERNOON))).toBe("cancelled");
    },
  );

  it("does not include hurrying one whose treatment was cancelled while it was leaving", () => {
    const state = stateOf({ treatmentCancelled: true });
    expect(wordOf(decideSendNow(state, AFTERNOON))).toBe("cancelled");
    expect(wordOf(decideCancel(state))).toBe("to cancelled");
  });
});

describe("who can be reached", () => {
  it.each<[string, Partial<ReachInput>, string]>([
    ["has stopped both channels", { optedOut: CHANNELS }, "opted_out"],
    ["has stopped the only one with an address", { optedOut: ["sms"], email: null }, "opted_out"],
    ["agreed to nothing", { consent: { care: [], rebook: CHANNELS } }, "no_consent"],
    ["has no address any more", { phone: null, email: null }, "no_address"],
  ])("not a patient who %s", (_, reach, code) => {
    expect(wordOf(decideReplay(stateOf({ status: "failed", reach }), AFTERNOON))).toBe(code);
    expect(wordOf(decideSendNow(stateOf({ reach }), AFTERNOON))).toBe(code);
  });

  it.each<[string, Partial<ReachInput>, ChannelName[], ChannelName[]]>([
    ["all channels, in order", {}, ["sms", "email"], []],
    ["what the patient has not stopped", { optedOut: ["sms"] }, ["email"], []],
    ["what is not known to be dead", { dead: ["sms"] }, ["email"], []],
    [
      "the dead ones, where nothing else is left",
      { dead: ["email"], phone: null },
      ["email"],
      ["email"],
    ],
    ["both, where both are dead", { dead: CHANNELS }, ["sms", "email"], ["sms", "email"]],
    ["no dead one that was stopped", { dead: CHANNELS, optedOut: ["sms"] }, ["email"], ["email"]],
  ])("by a replay: %s", (_, reach, channels, revive) => {
    const state = stateOf({ status: "failed", statusReason: "bad_address", reach });
    const decision = decideReplay(state, AFTERNOON);
    expect(decision).toMatchObject({
      move: { channel: channels[0], channels, retries: 0 },
      revive,
    });
  });
});

describe("when it goes out again", () => {
  it("is at once in the window, and until that closes", () => {
    const decision = decideReplay(stateOf({ status: "failed" }), AFTERNOON);
    const sendUntil = new Date("2026-11-26T01:00:00Z");
    expect(decision).toMatchObject({ move: { dueAt: AFTERNOON, sendUntil, reason: null } });
  });

  it("is in the morning, where it is replayed at night", () => {
    const decision = decideReplay(stateOf({ status: "failed" }), NIGHT);
    expect(decision).toMatchObject({ move: { dueAt: MORNING } });
  });

  it("is not within two minutes after it was sent, and says when it can be", () => {
    const state = stateOf({ status: "sent", changedAt: AFTERNOON });
    const from = new Date(AFTERNOON.getTime() + 2 * MINUTE);
    const refusal = { code: "just_sent", from };
    const justBefore = new Date(from.getTime() - 1);
    expect(decideReplay(state, justBefore)).toEqual({ kind: "refused", refusal });
    expect(decideReplay(state, from)).toMatchObject({ move: { dueAt: from } });
    expect(wordOf(decideReplay({ ...state, status: "failed" }, AFTERNOON))).toBe("to scheduled");
  });

  it("is not before its step is true", () => {
    const state = stateOf({ status: "skipped", statusReason: "no_address", trueAt: NIGHT });
    expect(decideReplay(state, AFTERNOON)).toMatchObject({ move: { dueAt: MORNING } });
  });

  it("is never, where it would be stale by the morning, or is so now", () => {
    const state = stateOf({ status: "failed", expiresAt: MORNING });
    expect(wordOf(decideReplay(state, NIGHT))).toBe("expired");
    expect(wordOf(decideReplay(state, MORNING))).toBe("expired");
  });
});

describe("when it can be sent now", () => {
  it("keeps its channel and what it has tried", () => {
    const decision = decideSendNow(stateOf({ status: "queued", channel: "email" }), AFTERNOON);
    expect(decision).toMatchObject({
      revive: [],
      move: { status: "scheduled", channel: "email", retries: 3, dueAt: AFTERNOON },
    });
  });

  it("is not before its step is true, and says when that is", () => {
    expect(decideSendNow(stateOf({ trueAt: NIGHT }), AFTERNOON)).toEqual({
      kind: "refused",
      refusal: { code: "too_early", from: NIGHT },
    });
  });

  it("is not at night, and says when the window opens", () => {
    expect(decideSendNow(stateOf({ dueAt: MORNING }), NIGHT)).toEqual({
      kind: "refused",
      refusal: { code: "outside_window", from: MORNING },
    });
  });

  it("is not once it is stale, or where it would be by the morning", () => {
    const state = stateOf({ expiresAt: MORNING });
    expect(wordOf(decideSendNow(state, MORNING))).toBe("expired");
    expect(wordOf(decideSendNow(state, NIGHT))).toBe("expired");
  });

  it("changes nothing where it is due already", () => {
    expect(wordOf(decideSendNow(stateOf({ dueAt: AFTERNOON }), AFTERNOON))).toBe("already_due");
  });
});

describe("whatever the zone, the window and the hour", () => {
  const times = fc.integer({ min: -5 * DAY, max: 5 * DAY });
  const scenes = fc.record({
    moment: moments(DAY),
    window: windows.map(parseSendWindow),
    trueIn: times,
    expiresIn: times,
    status: fc.constantFrom(...REMINDER_STATUSES),
  });

  it("nothing is due before its step is true, outside its window, or once it is stale", () => {
    let moves = 0;
    fc.assert(
      fc.property(scenes, ({ moment: { zone, instant }, window, trueIn, expiresIn, status }) => {
        const now = new Date(instant);
        const trueAt = new Date(instant + trueIn);
        const expiresAt = new Date(instant + expiresIn);
        const state = stateOf({ status, timeZone: zone, window, trueAt, expiresAt });
        for (const decision of [decideReplay(state, now), decideSendNow(state, now)]) {
          if (decision.kind === "refused") continue;
          const { dueAt, sendUntil } = decision.move;
          if (dueAt === null || sendUntil === null) throw new Error("it is due at no time");
          moves += 1;
          expect(dueAt.getTime()).toBeGreaterThanOrEqual(Math.max(instant, trueAt.getTime()));
          expect(isOpen(window, zone, dueAt)).toBe(true);
          expect(isOpen(window, zone, new Date(sendUntil.getTime() - 1))).toBe(true);
          expect(sendUntil.getTime()).toBeGreaterThan(dueAt.getTime());
          expect(sendUntil.getTime()).toBeLessThanOrEqual(expiresAt.getTime());
        }
      }),
      { numRuns: 2_000 },
    );
    expect(moves).toBeGreaterThan(100);
  });
});
