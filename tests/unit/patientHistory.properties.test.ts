import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CHANNELS } from "../../src/domain/channel.ts";
import { reachOf } from "../../src/domain/consent.ts";
import type {
  PatientPlanInput,
  PatientTreatment,
  Said,
  TakenBack,
} from "../../src/domain/patient.ts";
import { planPatient, type Slotted } from "../../src/domain/patientPlan.ts";
import type { Told } from "../../src/domain/reminder.ts";
import { restrictionsOf } from "../../src/domain/restrictions.ts";
import { takeBack } from "../../src/domain/retraction.ts";
import { patientOf } from "./patient.ts";
import { protocolOf, REACHABLE } from "./treatment.ts";

const TOPICS = ["retinol", "gym", "sun"] as const;
const HOUR = 3_600_000;
const START = Date.parse("2026-06-08T09:00:00Z");
const hoursIn = (max: number) => fc.integer({ min: 0, max }).map((hours) => START + hours * HOUR);
const topics = fc.subarray([...TOPICS], { minLength: 1 });
const RUNS = { numRuns: 400 };

/** What became of a permission before now: it waits, ended in one of many ways, or went out. */
const pasts = fc.record({
  end: fc.constantFrom("new", "waits", "waits", "ended", "withdrawn", "left", "left"),
  channel: fc.constantFrom(...CHANNELS),
  at: hoursIn(120),
  sure: fc.boolean(),
});

const treatments = fc.record({
  permits: topics,
  after: fc.integer({ min: 1, max: 160 }),
  expires: fc.constantFrom("1d", "5d"),
  performedAt: hoursIn(120),
  cancelled: fc.nat({ max: 3 }).map((n) => n === 0),
  takesBack: fc.nat({ max: 4 }).map((n) => n > 0),
  consents: fc.nat({ max: 4 }).map((n) => n > 0),
  past: pasts,
});

/** Of messages that took a permission back, those that nobody can count on. */
const ENDS: ReadonlySet<string> = new Set(["opted_out", "failed", "in doubt"]);

/** A message that took a permission back, or is to. */
const corrections = fc.record({
  of: fc.nat({ max: 3 }),
  until: fc.option(hoursIn(300)),
  at: hoursIn(120),
  end: fc.constantFrom("waits", "went", "opted_out", "failed", "in doubt"),
  channel: fc.constantFrom(...CHANNELS),
});

/** A patient with some history, whatever may have come of it. */
const histories = fc
  .record({
    list: fc.array(treatments, { minLength: 1, maxLength: 4 }),
    back: fc.array(corrections, { maxLength: 3 }),
    optedOut: fc.subarray([...CHANNELS]),
    cap: fc.constantFrom(1, 3),
    retract: fc.boolean(),
  })
  .map(({ list, back, optedOut, cap, retract }): PatientPlanInput => {
    const now = new Date(START + 120 * HOUR);
    const built = list.map((facts, index) => {
      const { past, permits, after, expires, takesBack, performedAt, consents } = facts;
      const steps = [
        { key: "avoid", kind: "caution" as const, topics: permits },
        { key: "ok", kind: "permission" as const, topics: permits, after: `${after}h`, expires },
      ];
      const wait = { key: "wait", kind: "retraction" as const, retracts: "ok", topics: permits };
      const at = new Date(past.at);
      const id = `treatment-${index}`;
      const care = consents ? REACHABLE.consent.care : [];
      const protocol = protocolOf(takesBack ? [...steps, wait] : steps);
      const treatment: PatientTreatment = {
        id,
        protocol: { ...protocol, name: `protocol-${index}` },
        overrides: {},
        performedAt: new Date(performedAt),
        timeZone: "UTC",
        timeZoneFrom: "patient",
        channels: [...CHANNELS],
        reach: reachOf({ ...REACHABLE, consent: { care, rebook: [] }, optedOut }),
        said:
          past.end === "new" ? new Map() : new Map([["ok", saidOf(past.end, past.channel, at)]]),
      };
      const told: Told[] = [
        {
          treatmentId: id,
          protocol: protocol.name,
          step: "ok",
          topics: permits,
          at,
          sure: past.sure,
        },
      ];
      return { treatment, cancelled: facts.cancelled, told: past.end === "left" ? told : [] };
    });
    const of = (cancelled: boolean) =>
      built.filter((each) => each.cancelled === cancelled).map(({ treatment }) => treatment);
    const takenBack = back.flatMap((each, index): TakenBack[] => {
      const found = built[each.of]?.treatment;
      if (found === undefined) return [];
      const went = ["went", "in doubt"].includes(each.end) ? new Date(each.at) : null;
      return [
        {
          id: `back-${index}`,
          treatmentId: found.id,
          step: "ok",
          topics: found.protocol.steps[0]?.topics ?? [],
          channel: each.channel,
          until: each.until === null ? null : new Date(each.until),
          plannedAt: new Date(each.at),
          waits: each.end === "waits",
          ended: ENDS.has(each.end),
          tried: each.end === "failed" ? [each.channel] : [],
          withdrawn: false,
          at: went,
          reason: ENDS.has(each.end) ? each.end : null,
        },
      ];
    });
    const cancelled = of(true);
    const more = { cancelled, takenBack, cap, told: built.flatMap(({ told }) => told) };
    const [first] = cancelled;
    const retracted = new Map(retract && first ? [[first.id, now] as const] : []);
    return { ...patientOf([], now.toISOString(), more), treatments: of(false), retracted };
  });

function saidOf(end: string, channel: "sms" | "email", at: Date): Said {
  switch (end) {
    case "left":
      return { kind: "left", at, channel };
    case "ended":
    case "withdrawn":
      return { kind: end };
    default:
      return { kind: "waits", channel };
  }
}

const restrictionsIn = ({ treatments: active }: PatientPlanInput) =>
  active.flatMap(({ id, protocol, performedAt }) =>
    restrictionsOf(protocol, performedAt, "UTC").map((each) => ({ ...each, treatmentId: id })),
  );

/** The retractions that go, whenever that is, once the plan has been made again. */
function goingIn(input: PatientPlanInput) {
  const { skip, plan } = takeBack(input);
  const stored = input.takenBack.filter((each) => !skip.includes(each));
  const went = stored.filter(({ waits, at, ended }) => waits || (at !== null && !ended));
  const planned = plan
    .filter((each) => each.planned.status === "scheduled")
    .map(({ planned: { topics: about, trace } }) => {
      const until = trace.waitUntil == null ? null : new Date(trace.waitUntil);
      return { topics: about, until, at: null };
    });
  return [
    ...went.map(({ topics: about, until, at }) => ({ topics: about, until, at })),
    ...planned,
  ];
}

describe("after any history of a patient", () => {
  it("what was permitted too early is taken back until it is true, or named", () => {
    const seen = { takenBack: 0, untold: 0 };
    fc.assert(
      fc.property(histories, (input) => {
        const { untold } = takeBack(input);
        const going = goingIn(input);
        for (const told of input.told) {
          const named = untold.some(({ treatmentId }) => treatmentId === told.treatmentId);
          for (const { topic, from, until } of restrictionsIn(input)) {
            const wrong = told.topics.includes(topic) && from <= told.at && until > input.now;
            if (!wrong || named) continue;
            const back = going.some((each) => {
              const since = each.at === null || each.at >= told.at;
              return since && each.topics.includes(topic) && (each.until ?? until) >= until;
            });
            expect(back).toBe(true);
            seen.takenBack += 1;
          }
          if (named) seen.untold += 1;
        }
      }),
      RUNS,
    );
    expect(Math.min(seen.takenBack, seen.untold)).toBeGreaterThan(10);
  });

  it("nothing that is true by all treatments is taken back", () => {
    fc.assert(
      fc.property(histories, (input) => {
        for (const { treatmentId } of takeBack({ ...input, retracted: new Map() }).untrue) {
          const told = input.told.find((each) => each.treatmentId === treatmentId);
          const restricted = restrictionsIn(input).some(
            ({ topic, until }) => told?.topics.includes(topic) && until > input.now,
          );
          expect(restricted).toBe(true);
        }
      }),
      RUNS,
    );
  });

  it("a plan that is made again plans no second retraction", () => {
    fc.assert(
      fc.property(histories, (input) => {
        const first = takeBack(input);
        const kept = input.takenBack.filter((each) => !first.skip.includes(each));
        const stored = first.plan.map(({ treatmentId, planned }, index): TakenBack => {
          const { trace, topics: about, channel, status, statusReason: reason } = planned;
          const until = trace.waitUntil == null ? null : new Date(trace.waitUntil);
          const waits = status === "scheduled";
          const more = {
            topics: about,
            channel,
            until,
            plannedAt: input.now,
            waits,
            ended: !waits,
            tried: [],
            withdrawn: false,
            at: null,
            reason,
          };
          return { id: `new-${index}`, treatmentId, step: "ok", ...more };
        });
        const again = takeBack({ ...input, takenBack: [...kept, ...stored] });
        expect(again.plan).toEqual([]);
        expect(again.skip).toEqual([]);
        expect(again.untold).toEqual(first.untold);
      }),
      RUNS,
    );
  });

  it("no plan sends by another channel what was to go by one that the patient stopped", () => {
    fc.assert(
      fc.property(histories, (input) => {
        for (const { planned, said, treatment } of planPatient(input)) {
          if (said.kind !== "waits" || said.channel === null) continue;
          if (treatment.reach.care[said.channel] !== "opted_out") continue;
          expect(planned.status).toBe("skipped");
        }
      }),
      RUNS,
    );
  });

  it("nothing gives way to a permission that does not go out", () => {
    let seen = 0;
    fc.assert(
      fc.property(histories, (input) => {
        const plans = planPatient(input);
        const speaks = (treatmentId: string, step: string): boolean =>
          input.told.some((told) => told.treatmentId === treatmentId && told.sure) ||
          plans.some((each) => {
            return each.treatmentId === treatmentId && each.planned.step === step && goes(each);
          });
        const goes = ({ said, planned }: Slotted): boolean => {
          if (said.kind !== "waits") return said.kind === "left";
          const by = planned.trace.supersededBy ?? [];
          if (planned.status === "scheduled") return true;
          return (
            by.length > 0 && by.every((it) => it.step === null || speaks(it.treatmentId, it.step))
          );
        };
        for (const { said, planned } of plans) {
          if (said.kind !== "waits" || planned.status === "scheduled") continue;
          for (const { treatmentId, step } of planned.trace.supersededBy ?? []) {
            seen += 1;
            expect(step === null || speaks(treatmentId, step)).toBe(true);
          }
        }
      }),
      RUNS,
    );
    expect(seen).toBeGreaterThan(10);
  });
});
