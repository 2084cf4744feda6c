import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { DAY_MS, startOfDay, wallClockAt } from "../../../src/domain/localTime.ts";
import type { SendOutcome } from "../../../src/domain/outcome.ts";
import type { LifeHouse } from "./lifeWorld.ts";
import { OVERLAPPING } from "./overlapContent.ts";
import { HOUR, OverlapPatient, openOverlapHouse, ZONE } from "./overlapPatient.ts";

const START = new Date("2026-10-29T13:00:00Z");

let house: LifeHouse;
beforeAll(async () => {
  house = await openOverlapHouse();
});
afterAll(() => house.close());

/** What a clinic or the patient does, each a while after the one before. */
type Deed =
  | { kind: "enrol"; protocol: string; hoursAgo: number }
  | { kind: "correct"; which: number; hoursAgo: number }
  | { kind: "override"; which: number; after: string }
  | { kind: "cancel"; which: number; retract: boolean }
  | { kind: "stop" }
  | { kind: "resume" };

/** How the sends of a while end: every other one fails for now, or for good, or none does. */
const WEATHERS = ["fair", "fair", "passing", "lasting"] as const;

const which = fc.nat({ max: 3 });
const enrolments = fc.record({
  kind: fc.constant("enrol" as const),
  protocol: fc.constantFrom(...OVERLAPPING),
  hoursAgo: fc.integer({ min: 0, max: 100 }),
});
const others = fc.oneof(
  enrolments,
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("correct" as const),
      which,
      hoursAgo: fc.integer({ min: 0, max: 80 }),
    }),
  },
  fc.record({
    kind: fc.constant("override" as const),
    which,
    after: fc.constantFrom("30h", "100h", "6d"),
  }),
  fc.record({ kind: fc.constant("cancel" as const), which, retract: fc.boolean() }),
  fc.record({ kind: fc.constant("stop" as const) }),
  fc.record({ kind: fc.constant("resume" as const) }),
);
const after = <Done extends Deed>(deed: fc.Arbitrary<Done>) =>
  fc.record({
    hoursLater: fc.integer({ min: 0, max: 40 }),
    weather: fc.constantFrom(...WEATHERS),
    deed,
  });
/** Two treatments first: with fewer, nothing overlaps. */
const deeds = fc
  .tuple(
    fc.array(after(enrolments), { minLength: 2, maxLength: 2 }),
    fc.array(after(others), { minLength: 1, maxLength: 7 }),
  )
  .map(([first, then]): Script => [...first, ...then]);

type Script = { hoursLater: number; weather: (typeof WEATHERS)[number]; deed: Deed }[];

/** A life in which a permission is taken back and others give way, whatever chance brings. */
const TAKEN_BACK: Script = [
  { hoursLater: 1, weather: "fair", deed: { kind: "enrol", protocol: "needling", hoursAgo: 60 } },
  { hoursLater: 24, weather: "fair", deed: { kind: "correct", which: 0, hoursAgo: 10 } },
  { hoursLater: 24, weather: "fair", deed: { kind: "enrol", protocol: "peel", hoursAgo: 0 } },
];

const PASSING: SendOutcome = { kind: "transient", code: "20503", detail: "down", of: "message" };
const LASTING: SendOutcome = {
  kind: "permanent",
  code: "30007",
  detail: "filtered",
  reason: "filtered",
  dead: false,
};

async function live(patient: OverlapPatient, script: Script): Promise<void> {
  let sends = 0;
  for (const { hoursLater, weather, deed } of script) {
    await patient.wait(hoursLater, async () => {
      await mayBeTold(patient);
      sends += 1;
      if (weather === "fair" || sends % 2 === 0) return null;
      return weather === "passing" ? PASSING : LASTING;
    });
    const done = await does(patient, deed);
    if (done && deed.kind !== "stop") await isTakenBack(patient, deed.kind === "resume");
  }
  await patient.wait(24 * 24, async () => {
    await mayBeTold(patient);
    return null;
  });
}

/** False where there was nothing to do: then nobody was answered either. */
async function does(patient: OverlapPatient, deed: Deed): Promise<boolean> {
  if (deed.kind === "enrol") {
    if (patient.treatments.length > 3) return false;
    await patient.enrol(deed.protocol, deed.hoursAgo);
    return true;
  }
  if (deed.kind === "stop" || deed.kind === "resume") {
    await patient[deed.kind]("sms");
    return true;
  }
  const id = patient.treatments[deed.which];
  if (id === undefined) return false;
  if (deed.kind === "cancel") await patient.cancel(id, deed.retract);
  else if (deed.kind === "correct") await patient.correct(id, { hoursAgo: deed.hoursAgo });
  else await patient.correct(id, { changes: { "step-2": deed.after } });
  return true;
}

/** At the moment of a send: no topic is permitted that an active treatment still restricts. */
async function mayBeTold(patient: OverlapPatient): Promise<void> {
  const sending = await house.ledger.db
    .selectFrom("reminders")
    .select(["kind", "topics"])
    .where("status", "=", "sending")
    .executeTakeFirst();
  if (sending?.kind !== "permission") return;
  for (const { topic, until } of await patient.restrictions()) {
    if (sending.topics.includes(topic) && until > patient.now) {
      throw new Error(`${topic} is permitted ${until.getTime() - patient.now.getTime()} ms early`);
    }
  }
}

/**
 * After a deed: whatever was permitted while an active treatment restricted it, and still does, is
 * taken back for as long, or the deed's answer names it, or the clinic is told that its retraction
 * reached nobody. A resume has no answer; it says nothing of what is over before the morning.
 */
async function isTakenBack(patient: OverlapPatient, silent: boolean): Promise<void> {
  const rows = await patient.reminders();
  const restrictions = await patient.restrictions();
  const noticed = await patient.noticed();
  for (const told of lastTold(rows)) {
    if (patient.untold.includes(told.step) && !silent) continue;
    for (const { topic, from, until } of restrictions) {
      const soon = silent && until.getTime() - patient.now.getTime() <= 13 * HOUR;
      if (!told.topics.includes(topic) || from > told.at || until <= patient.now || soon) continue;
      const back = rows.some((row) => {
        if (row.kind !== "retraction" || !row.topics.includes(topic)) return false;
        const went = row.status === "delivered" && (row.claimed_at ?? told.at) >= told.at;
        const goes = row.status === "scheduled" || noticed.includes(row.id) || went;
        const { waitUntil = null } = row.trace;
        return goes && (waitUntil === null || new Date(waitUntil) >= until);
      });
      if (!back)
        throw new Error(`${told.step} was told, and ${topic} waits until ${until.toISOString()}`);
    }
  }
}

type Rows = Awaited<ReturnType<OverlapPatient["reminders"]>>;

/** The permissions that arrived, each with when it did last. */
function lastTold(rows: Rows) {
  const told = new Map<string, { step: string; topics: string[]; at: Date }>();
  for (const { kind, status, treatment_id: id, step, topics, claimed_at: at } of rows) {
    if (kind !== "permission" || status !== "delivered" || at === null) continue;
    const key = `${id} ${step}`;
    if ((told.get(key)?.at ?? at) <= at) told.set(key, { step, topics, at });
  }
  return told.values();
}

it("permits nothing that a treatment restricts, keeps the cap, and loses no permission", {
  timeout: 240_000,
}, async () => {
  const seen = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(deeds, async (script) => {
      const patient = await OverlapPatient.alone(house, START);
      await live(patient, script);
      const reminders = await patient.reminders();
      const days = reminders
        .filter(({ kind, status }) => {
          return status === "delivered" && kind !== "caution" && kind !== "retraction";
        })
        .flatMap(({ claimed_at: at }) => (at === null ? [] : [dayOf(at)]));
      for (const day of days) {
        expect(days.filter((other) => other === day).length).toBeLessThanOrEqual(3);
      }
      const stops = script.some(({ deed }) => deed.kind === "stop");
      for (const { kind, status, status_reason: reason, trace } of reminders) {
        const end = reason === null ? status : `${status}: ${reason}`;
        if (kind === "retraction" && status === "delivered") seen.set("taken back", 1);
        if (kind !== "permission") continue;
        seen.set(end, (seen.get(end) ?? 0) + 1);
        expect(ENDS).toContain(end);
        if (reason !== "superseded") continue;
        const by = trace.supersededBy ?? [];
        expect(by.length).toBeGreaterThan(0);
        if (stops) continue;
        for (const { treatmentId, step } of by) {
          const speakers = reminders.filter((row) => {
            return row.treatment_id === treatmentId && row.step === step;
          });
          const spoke = speakers.some((row) => {
            const behind = row.trace.supersededBy !== undefined;
            return row.status === "delivered" || row.status === "cancelled" || behind;
          });
          expect(step === null || spoke).toBe(true);
        }
      }
    }),
    // To shrink a life takes longer than the test may.
    { numRuns: 10, endOnFailure: true, examples: [[TAKEN_BACK]] },
  );
  // The lives were of every kind, and not all of one.
  expect([...seen.keys()]).toEqual(
    expect.arrayContaining(["delivered", "skipped: superseded", "taken back"]),
  );
});

/** How a permission may end: it was sent, another one spoke, or it is plain why nobody did. */
const ENDS = [
  "delivered",
  "skipped: superseded",
  "skipped: collapsed",
  "skipped: expired",
  "skipped: opted_out",
  "failed: filtered",
  "cancelled",
];

const dayOf = (at: Date) => startOfDay(wallClockAt(at.getTime(), ZONE)) / DAY_MS;
