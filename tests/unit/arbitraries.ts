import fc from "fast-check";
import { CHANNELS } from "../../src/domain/channel.ts";
import { reachOf } from "../../src/domain/consent.ts";
import type { PlanInput } from "../../src/domain/plan.ts";
import { protocolSchema, STEP_KINDS } from "../../src/domain/protocol.ts";
import {
  DEFAULT_REBOOK_WINDOW,
  parseSendWindow,
  type SendWindowText,
} from "../../src/domain/sendWindow.ts";
import { clockChanges, DAY, HOUR, MINUTE, readingAt } from "./intlClock.ts";
import { REACHABLE } from "./treatment.ts";

/** Every zone of the IANA database that this machine knows. */
export const ZONES = [...Intl.supportedValuesOf("timeZone"), "UTC"];

/** Zones whose clocks change at odd hours, by odd amounts, at midnight or with the moon. */
const ODD_ZONES = [
  "Africa/Cairo",
  "Africa/Casablanca",
  "America/Asuncion",
  "America/Havana",
  "America/New_York",
  "America/Nuuk",
  "America/Santiago",
  "America/Sao_Paulo",
  "Antarctica/Casey",
  "Antarctica/Troll",
  "Asia/Beirut",
  "Asia/Gaza",
  "Asia/Tehran",
  "Atlantic/Azores",
  "Australia/Lord_Howe",
  "Europe/Chisinau",
  "Pacific/Chatham",
];

export const zones = fc.oneof(fc.constantFrom(...ZONES), fc.constantFrom(...ODD_ZONES));

/** A zone and an instant of 2015 to 2040, two times in three within `around` of a clock change. */
export function moments(around = 2 * DAY): fc.Arbitrary<{ zone: string; instant: number }> {
  const distances = fc.oneof(
    fc.integer({ min: -around, max: around }),
    fc.integer({ min: -around / MINUTE, max: around / MINUTE }).map((minutes) => minutes * MINUTE),
    fc.integer({ min: -2 * HOUR, max: 2 * HOUR }),
  );
  return fc
    .record({
      zone: zones,
      year: fc.integer({ min: 2015, max: 2040 }),
      near: fc.integer({ min: 0, max: 2 }).map((number) => number > 0),
      which: fc.nat({ max: 3 }),
      distance: distances,
      inYear: fc.integer({ min: 0, max: 365 * DAY }),
    })
    .map(({ zone, year, near, which, distance, inYear }) => {
      const known = near ? clockChanges(zone, year) : [];
      const change = known[which % known.length];
      const instant = change === undefined ? Date.UTC(year, 0, 1) + inYear : change + distance;
      return { zone, instant };
    });
}

const clock = (minutes: number) =>
  `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;

/** Clock changes happen in the small hours: windows with their edges there are tried as often. */
const minutesOfDay = fc.oneof(
  fc.integer({ min: 0, max: 24 * 60 }),
  fc.integer({ min: 0, max: 4 * 60 }),
  fc.constantFrom(0, 60, 90, 120, 180, 9 * 60, 20 * 60, 23 * 60, 24 * 60),
);

const hours = fc
  .tuple(minutesOfDay, minutesOfDay)
  .filter(([one, other]) => one !== other)
  .map(([one, other]) => `${clock(Math.min(one, other))}-${clock(Math.max(one, other))}`);

const day = fc.option(hours);

/** The same hours every day, or hours by weekday with some days closed. */
export const windows: fc.Arbitrary<SendWindowText> = fc.oneof(
  hours,
  fc.record(
    { mon: day, tue: day, wed: day, thu: day, fri: day, sat: day, sun: day },
    { requiredKeys: [] },
  ),
);

const amounts = (max: number, ...units: string[]) =>
  fc.tuple(fc.integer({ min: 0, max }), fc.constantFrom(...units)).map((pair) => pair.join(""));

/** Moments within 90 minutes of a clock change, and hours that begin and end near them. */
export const nights: fc.Arbitrary<{ zone: string; instant: number; text: string }> = fc
  .record({
    zone: fc.constantFrom(...ODD_ZONES),
    year: fc.integer({ min: 2015, max: 2040 }),
    latter: fc.boolean(),
    distance: fc.integer({ min: -90 * MINUTE, max: 90 * MINUTE }),
    before: fc.integer({ min: 0, max: 180 }),
    length: fc.integer({ min: 1, max: 120 }),
  })
  .map(({ zone, year, latter, distance, before, length }) => {
    const [first = Date.UTC(year, 2, 1), second = first] = clockChanges(zone, year);
    const instant = (latter ? second : first) + distance;
    const shown = Math.floor((readingAt(instant, zone) % DAY) / MINUTE);
    const from = Math.max(0, Math.min(shown + 60 - before, 24 * 60 - length));
    return { zone, instant, text: `${clock(from)}-${clock(from + length)}` };
  });

/** Elapsed and calendar offsets. */
export const offsets = fc.oneof(
  amounts(200, "h", "m"),
  amounts(30, "d"),
  amounts(6, "w"),
  amounts(3, "mo"),
);

const budgets = fc.oneof(amounts(72, "h"), amounts(10, "d"), amounts(3, "w"), amounts(500, "m"));

const atTimes = fc.integer({ min: 0, max: 24 * 60 - 1 }).map(clock);

const steps = fc
  .record({
    kind: fc.constantFrom(...STEP_KINDS.filter((kind) => kind !== "retraction")),
    topics: fc.uniqueArray(fc.constantFrom("sun", "gym", "retinol"), { minLength: 1 }),
    after: offsets,
    at: fc.option(atTimes, { nil: undefined, freq: 2 }),
    expires: budgets.filter((text) => !text.startsWith("0")),
    channels: fc.shuffledSubarray([...CHANNELS], { minLength: 1 }),
    send: fc.constantFrom("first", "all"),
    window: fc.oneof({ weight: 2, arbitrary: fc.constant(undefined) }, windows),
    floor: fc.option(offsets, { nil: undefined }),
  })
  .map(({ floor, ...step }) => (step.kind === "permission" ? { ...step, floor } : step))
  .map((step) =>
    step.after.startsWith("0") && step.at === undefined ? { ...step, window: "any" } : step,
  );

/** Protocols as the schema reads them. */
const protocols = fc.array(steps, { minLength: 1, maxLength: 5 }).map((list) =>
  protocolSchema.parse({
    name: "random",
    version: 1,
    title: "Random",
    source: "random",
    steps: list.map((step, index) => ({ ...step, key: `step-${index}` })),
  }),
);

const channelLists = fc.shuffledSubarray([...CHANNELS]);

/** Every third patient lacks a consent or an address, or has sent a STOP. */
const reaches = fc.oneof(
  { weight: 2, arbitrary: fc.constant(REACHABLE) },
  fc.record({
    consent: fc.record({ care: channelLists, rebook: channelLists }),
    phone: fc.option(fc.constant("+12125550123"), { freq: 4 }),
    email: fc.option(fc.constant("ana@example.com"), { freq: 4 }),
    optedOut: fc.oneof(fc.constant([]), channelLists),
    dead: fc.oneof(fc.constant([]), channelLists),
  }),
);

/** From 15 minutes ahead of the treatment to 90 days after it. */
const delays = fc.oneof(
  { weight: 3, arbitrary: fc.constant(0) },
  fc.integer({ min: -15 * MINUTE, max: DAY }),
  fc.integer({ min: 0, max: 10 * DAY }),
  fc.integer({ min: 0, max: 90 * DAY }),
);

/** All that a plan depends on, and the clinic's window as it was written. */
export interface Scene {
  input: PlanInput;
  window: SendWindowText;
}

const UNIT_MS: Record<string, number> = { m: MINUTE, h: HOUR, d: DAY, w: 7 * DAY, mo: 30 * DAY };

/** Roughly how long an offset is. */
const lengthOf = (offset: string) =>
  Number.parseInt(offset, 10) * (UNIT_MS[offset.replace(/\d+/, "")] ?? 0);

/**
 * Treatments of any protocol, in any zone, enrolled at once or late; one of the steps becomes true
 * at about the moment drawn, which is mostly near a clock change.
 */
export const scenes: fc.Arbitrary<Scene> = fc
  .record({
    moment: moments(DAY),
    aimed: fc.nat({ max: 4 }),
    delay: delays,
    protocol: protocols,
    window: fc.oneof(fc.constant("00:00-24:00"), fc.constant("09:00-20:00"), windows, windows),
    timeZoneFrom: fc.constantFrom("patient" as const, "clinic" as const),
    channels: fc.shuffledSubarray([...CHANNELS], { minLength: 1 }),
    reach: reaches.map(reachOf),
  })
  .map(({ moment, aimed, delay, window, ...rest }) => {
    const { steps } = rest.protocol;
    const performedAt = moment.instant - lengthOf(steps[aimed % steps.length]?.after ?? "0h");
    return {
      window,
      input: {
        ...rest,
        performedAt: new Date(performedAt),
        now: new Date(performedAt + delay),
        timeZone: moment.zone,
        sendWindow: parseSendWindow(window),
        rebookWindow: parseSendWindow(DEFAULT_REBOOK_WINDOW),
      },
    };
  });

/** Treatments enrolled within ten days, of which most steps are due by then and still fresh. */
export const lateScenes: fc.Arbitrary<Scene> = fc
  .record({
    scene: scenes,
    delay: fc.integer({ min: 0, max: 10 * DAY }),
    afters: fc.array(fc.constantFrom("0h", "24h", "1d", "48h", "72h", "1w"), {
      minLength: 5,
      maxLength: 5,
    }),
  })
  .map(({ scene: { window, input }, delay, afters }) => {
    const steps = input.protocol.steps.map((step, index) => ({
      ...step,
      after: afters[index] ?? "0h",
      expires: "4w",
      window: undefined,
    }));
    const now = new Date(input.performedAt.getTime() + delay);
    return { window, input: { ...input, now, protocol: { ...input.protocol, steps } } };
  });
