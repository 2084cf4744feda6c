import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { planTreatment } from "../../src/domain/plan.ts";
import type { Step } from "../../src/domain/protocol.ts";
import type { PlannedReminder } from "../../src/domain/reminder.ts";
import { DEFAULT_REBOOK_WINDOW, type SendWindowText } from "../../src/domain/sendWindow.ts";
import { lateScenes, type Scene, scenes, ZONES } from "./arbitraries.ts";
import {
  becomesTrueAt,
  clockChanges,
  DAY,
  firstOpen,
  HOUR,
  isOpenIn,
  passedAt,
  shownAt,
} from "./intlClock.ts";
import { planOf } from "./treatment.ts";

/** The reminders of a plan, each with its step and the windows that it must keep to. */
function planned(scene: Scene) {
  const { input } = scene;
  return planTreatment(input).map((reminder) => {
    const step = stepOf(scene, reminder);
    return { reminder, step, windows: windowsOf(step, reminder, scene.window) };
  });
}

function stepOf(scene: Scene, reminder: PlannedReminder): Step {
  const step = scene.input.protocol.steps.find(({ key }) => key === reminder.step);
  if (!step) throw new Error(`no step ${reminder.step}`);
  return step;
}

/** None for a step of any hour whose patient is at the desk; later it keeps to the clinic's. */
function windowsOf(step: Step, { trace }: PlannedReminder, clinic: SendWindowText) {
  const hours = step.kind === "rebook" ? [clinic, DEFAULT_REBOOK_WINDOW] : [clinic];
  if (step.window === "any") return trace.window === "any" ? [] : hours;
  return step.window === undefined ? hours : [...hours, step.window];
}

const isScheduled = ({ reminder }: { reminder: PlannedReminder }) =>
  reminder.status === "scheduled";

/** Checks `holds` for each of many scenes; a failure prints the seed and the smallest scene. */
function forScenes(numRuns: number, holds: (scene: Scene) => void) {
  fc.assert(fc.property(scenes, holds), { numRuns });
}

describe("any plan", { timeout: 60_000 }, () => {
  it("sends nothing early", () => {
    forScenes(250, (scene) => {
      const { performedAt, now, timeZone } = scene.input;
      for (const { reminder, step } of planned(scene)) {
        const trueAt = becomesTrueAt(step, performedAt.getTime(), timeZone);
        expect(reminder.trace.trueAt).toBe(new Date(trueAt).toISOString());
        const earliest = isScheduled({ reminder }) ? Math.max(trueAt, now.getTime()) : trueAt;
        expect(reminder.dueAt.getTime()).toBeGreaterThanOrEqual(earliest);
      }
    });
  });

  it("sends nothing outside the window of the clinic and the step", () => {
    const fractions = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 20 });
    fc.assert(
      fc.property(scenes, fractions, (scene, samples) => {
        for (const { reminder, windows } of planned(scene).filter(isScheduled)) {
          const [from, until] = [reminder.dueAt.getTime(), reminder.sendUntil.getTime()];
          const between = samples.map((share) => from + Math.floor(share * (until - 1 - from)));
          for (const instant of [from, ...between, until - 1]) {
            expect(isOpenIn(windows, scene.input.timeZone, instant)).toBe(true);
          }
        }
      }),
      { numRuns: 400 },
    );
  });

  it("sends nothing stale", () => {
    forScenes(250, (scene) => {
      for (const { reminder, step } of planned(scene)) {
        const { timeZone } = scene.input;
        const { sendUntil, expiresAt, trace } = reminder;
        const expires = passedAt(Date.parse(trace.trueAt), step.expires, timeZone);
        expect(expiresAt).toEqual(new Date(expires));
        expect(sendUntil.getTime()).toBeLessThanOrEqual(expiresAt.getTime());
      }
      for (const { reminder } of planned(scene).filter(isScheduled)) {
        expect(reminder.dueAt.getTime()).toBeLessThan(reminder.sendUntil.getTime());
      }
    });
  });

  it("sends in the first opening, and skips as expired only where there is none", () => {
    forScenes(120, (scene) => {
      const { now, timeZone } = scene.input;
      for (const { reminder, windows } of planned(scene)) {
        const earliest = Math.max(Date.parse(reminder.trace.trueAt), now.getTime());
        const expired = reminder.statusReason === "expired";
        const dueAt = reminder.dueAt.getTime();
        // Watching every minute takes long: three days will do, and the end is checked anyway.
        const watched = expired ? reminder.expiresAt.getTime() : dueAt;
        const first = firstOpen(windows, timeZone, earliest, Math.min(watched, earliest + 3 * DAY));
        expect(first).toBeNull();
      }
    });
  });

  it("sends until the window closes or the message is stale, and not less", () => {
    forScenes(250, (scene) => {
      const { timeZone } = scene.input;
      for (const { reminder, windows } of planned(scene).filter(isScheduled)) {
        const until = reminder.sendUntil.getTime();
        const stale = until === reminder.expiresAt.getTime();
        const closed = !isOpenIn(windows, timeZone, until);
        // Hours end with their day, and the next day's may begin at once.
        const [last, next] = [until - 1, until].map((instant) => shownAt(instant, timeZone));
        const dayEnds = last?.slice(0, 10) !== next?.slice(0, 10);
        const atDesk = windows.length === 0 && until === reminder.dueAt.getTime() + HOUR;
        expect(stale || closed || dayEnds || atDesk).toBe(true);
      }
    });
  });

  it("goes out at any hour only within an hour of what made it true", () => {
    forScenes(250, (scene) => {
      for (const { reminder } of planned(scene).filter(isScheduled)) {
        if (reminder.trace.window !== "any") continue;
        const since = reminder.dueAt.getTime() - Date.parse(reminder.trace.trueAt);
        expect(since).toBeLessThanOrEqual(HOUR);
        expect(reminder.sendUntil.getTime() - reminder.dueAt.getTime()).toBeLessThanOrEqual(HOUR);
      }
    });
  });

  it("has a reminder of every step, and one for each channel at most", () => {
    forScenes(300, (scene) => {
      const plan = planTreatment(scene.input);
      for (const step of scene.input.protocol.steps) {
        const channels = plan.filter((reminder) => reminder.step === step.key);
        const names = channels.map(({ channel }) => channel);
        expect(names.length).toBeGreaterThanOrEqual(1);
        expect(new Set(names).size).toBe(names.length);
        expect(names.length).toBeLessThanOrEqual(step.send === "first" ? 1 : 2);
      }
    });
  });

  it("sends only over channels that were agreed to, and says why where there is none", () => {
    forScenes(300, (scene) => {
      for (const { reminder, step } of planned(scene)) {
        const uses = scene.input.reach[step.kind === "rebook" ? "rebook" : "care"];
        const usable = step.channels.filter((channel) => uses[channel] === "usable");
        expect(reminder.status === "scheduled").toBe(reminder.statusReason === null);
        for (const channel of reminder.channels) expect(usable).toContain(channel);
      }
      for (const { reminder } of planned(scene).filter(isScheduled)) {
        expect(reminder.channels[0]).toBe(reminder.channel);
      }
    });
  });

  it("collapses exactly what a later, sendable step on each of its topics replaces", () => {
    const holds = (scene: Scene) => {
      const now = scene.input.now.getTime();
      const trueAt = (reminder: PlannedReminder) => Date.parse(reminder.trace.trueAt);
      const late = planTreatment(scene.input)
        .filter(
          ({ status, statusReason }) => status === "scheduled" || statusReason === "collapsed",
        )
        .filter((reminder) => trueAt(reminder) <= now);
      for (const reminder of late) {
        const later = late.filter((other) => trueAt(other) > trueAt(reminder));
        const replaced = new Set(later.flatMap(({ topics }) => topics));
        const pointless = reminder.topics.every((topic) => replaced.has(topic));
        expect(reminder.statusReason === "collapsed").toBe(pointless);
      }
    };
    fc.assert(fc.property(lateScenes, holds), { numRuns: 300 });
  });

  it("is the same for the same input, and leaves the input alone", () => {
    forScenes(200, ({ input }) => {
      const before = structuredClone(input);
      const plan = planTreatment(input);
      expect(planTreatment(structuredClone(input))).toEqual(plan);
      expect(input).toEqual(before);
    });
  });
});

describe("in every zone that this machine knows", { timeout: 60_000 }, () => {
  it("a treatment on the eve of a clock change is planned in time and in the window", () => {
    const window = "09:00-20:00";
    const steps = [
      { after: "0h" },
      { after: "24h", expires: "2d" },
      { after: "1d", at: "09:30", topics: ["gym"] },
      { after: "1mo", expires: "1w", topics: ["healing"] },
    ];
    for (const zone of ZONES) {
      const change = clockChanges(zone, 2026)[0] ?? Date.UTC(2026, 2, 8, 7);
      const performedAt = new Date(change - 16 * HOUR).toISOString();
      const plan = planOf(steps, { performedAt, zone, window });
      for (const [index, step] of steps.entries()) {
        const { status, dueAt, sendUntil } = plan[index] ?? {};
        const trueAt = becomesTrueAt(step, Date.parse(performedAt), zone);
        const instants = [Number(dueAt), Number(sendUntil) - 1];
        const open = instants.map((instant) => isOpenIn([window], zone, instant));
        const early = Number(dueAt) < trueAt;
        expect({ zone, status, early, open }).toEqual({
          zone,
          status: "scheduled",
          early: false,
          open: [true, true],
        });
      }
    }
  });
});
