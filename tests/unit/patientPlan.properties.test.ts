import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { reachOf } from "../../src/domain/consent.ts";
import { startOfDay, wallClockAt } from "../../src/domain/localTime.ts";
import { withOverrides } from "../../src/domain/overrides.ts";
import type { PatientPlanInput, PatientTreatment } from "../../src/domain/patient.ts";
import { planPatient, type Slotted } from "../../src/domain/patientPlan.ts";
import { protocolSchema } from "../../src/domain/protocol.ts";
import { restrictionsOf } from "../../src/domain/restrictions.ts";
import { DEFAULT_REBOOK_WINDOW, isOpen, parseSendWindow } from "../../src/domain/sendWindow.ts";
import { REACHABLE } from "./treatment.ts";

const TOPICS = ["retinol", "gym", "sun", "makeup"] as const;
const ZONE = "America/New_York";
const HOUR = 3_600_000;

/** Hours around two clock changes, so that elapsed and calendar time differ. */
const starts = fc
  .tuple(
    fc.constantFrom("2026-03-05T12:00:00Z", "2026-10-29T12:00:00Z", "2026-06-10T12:00:00Z"),
    fc.integer({ min: 0, max: 200 }),
  )
  .map(([day, hours]) => new Date(Date.parse(day) + hours * HOUR));

const offsets = fc.oneof(
  fc.integer({ min: 1, max: 200 }).map((hours) => `${hours}h`),
  fc.integer({ min: 1, max: 12 }).map((days) => `${days}d`),
);

const topics = fc.subarray([...TOPICS], { minLength: 1 });

/** A protocol that forbids some topics, permits some of them, each once, and says other things. */
const protocols = fc
  .record({
    forbidden: topics,
    permitted: fc.shuffledSubarray([...TOPICS]),
    cut: fc.nat({ max: 3 }),
    offsets: fc.array(offsets, { minLength: 8, maxLength: 8 }),
    expects: fc.nat({ max: 3 }),
  })
  .map(({ forbidden, permitted, cut, offsets: [...after], expects }) => {
    const groups = [permitted.slice(0, cut), permitted.slice(cut)].filter((each) => each.length);
    const step = (key: string, kind: string, about: readonly string[], offset: string) => ({
      key,
      kind,
      topics: about,
      after: offset,
      expires: "10d",
      channels: ["sms", "email"],
    });
    return protocolSchema.parse({
      name: "random",
      version: 1,
      title: "Random",
      source: "none",
      steps: [
        step("avoid", "caution", forbidden, "0h"),
        ...groups.map((each, n) => step(`ok-${n}`, "permission", each, after[n] ?? "1h")),
        ...Array.from({ length: expects }, (_, n) =>
          step(`normal-${n}`, "expectation", [`skin-${n}`], after[n + 3] ?? "1h"),
        ),
      ],
    });
  });

const treatments = fc
  .array(
    fc.record({
      protocol: protocols,
      performedAt: starts,
      override: fc.option(offsets),
      consents: fc.boolean(),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((list) =>
    list.map(({ protocol, performedAt, override, consents }, index): PatientTreatment => {
      const first = protocol.steps.find(({ kind }) => kind === "permission");
      const care = consents || index === 0 ? REACHABLE.consent.care : [];
      return {
        id: `treatment-${index}`,
        protocol,
        overrides: first && override !== null ? { [first.key]: override } : {},
        performedAt,
        timeZone: ZONE,
        timeZoneFrom: "patient",
        channels: ["sms", "email"],
        reach: reachOf({ ...REACHABLE, consent: { care, rebook: [] } }),
        said: new Map(),
      };
    }),
  );

const inputs = fc
  .record({ treatments, late: fc.integer({ min: 0, max: 150 }), cap: fc.constantFrom(1, 2, 3) })
  .map(({ treatments: list, late, cap }): PatientPlanInput => {
    const last = Math.max(...list.map(({ performedAt }) => performedAt.getTime()));
    return {
      treatments: list,
      cancelled: [],
      told: [],
      takenBack: [],
      retracted: new Map(),
      now: new Date(last + late * HOUR),
      cap,
      paused: false,
      sendWindow: parseSendWindow("09:00-20:00"),
      rebookWindow: parseSendWindow(DEFAULT_REBOOK_WINDOW),
    };
  });

const isSent = ({ planned }: Slotted) => planned.status === "scheduled";

const restrictionsIn = (input: PatientPlanInput) =>
  input.treatments.flatMap(({ id, protocol, overrides = {}, performedAt, timeZone }) =>
    restrictionsOf(withOverrides(protocol, overrides), performedAt, timeZone).map((each) => ({
      ...each,
      treatmentId: id,
    })),
  );

const dayOf = (instant: Date) => startOfDay(wallClockAt(instant.getTime(), ZONE));

describe("the plan of a patient with treatments that overlap", () => {
  it("permits no topic while any of them still restricts it", () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const restrictions = restrictionsIn(input);
        for (const { planned } of planPatient(input).filter(isSent)) {
          if (planned.kind !== "permission") continue;
          for (const { topic, until } of restrictions) {
            if (!planned.topics.includes(topic)) continue;
            expect(planned.dueAt.getTime()).toBeGreaterThanOrEqual(until.getTime());
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it("has no more messages on a local day than the cap, cautions not counted", () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const days = planPatient(input)
          .filter((each) => isSent(each) && each.planned.kind !== "caution")
          .map(({ planned }) => dayOf(planned.dueAt));
        for (const day of days) {
          expect(days.filter((other) => other === day).length).toBeLessThanOrEqual(input.cap);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("is never early, nor outside the send window, nor stale", () => {
    fc.assert(
      fc.property(inputs, (input) => {
        for (const { planned } of planPatient(input).filter(isSent)) {
          expect(planned.dueAt.getTime()).toBeGreaterThanOrEqual(Date.parse(planned.trace.trueAt));
          expect(planned.dueAt < planned.expiresAt).toBe(true);
          expect(isOpen(input.sendWindow, ZONE, planned.dueAt)).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("loses no permission: each is sent, said by another, or out of date by what it shows", () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const all = planPatient(input);
        for (const { planned, treatmentId } of all) {
          if (planned.kind !== "permission" || planned.status === "scheduled") continue;
          const { statusReason, trace, topics: own } = planned;
          if (statusReason === "no_consent" || statusReason === "expired") continue;
          if (statusReason === "collapsed" && trace.supersededBy === undefined) {
            // By a later step of its own treatment, as at every late enrolment.
            continue;
          }
          const by = trace.supersededBy ?? [];
          expect(by.length).toBeGreaterThan(0);
          expect(by.every((each) => each.treatmentId !== treatmentId)).toBe(true);
          const covers = own.every((topic) => by.some((each) => each.topics.includes(topic)));
          expect(covers).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("tells of a topic that ends at last, where its own treatment can reach the patient", () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const all = planPatient({ ...input, cap: 50 });
        const restrictions = restrictionsIn(input);
        for (const topic of TOPICS) {
          const last = restrictions
            .filter((each) => each.topic === topic)
            .toSorted((one, other) => other.until.getTime() - one.until.getTime())[0];
          if (last === undefined || last.endedBy === null || last.until <= input.now) continue;
          const owner = input.treatments.find(({ id }) => id === last.treatmentId);
          if (owner?.reach.care.sms !== "usable") continue;
          const told = all.some(
            (each) =>
              isSent(each) &&
              each.planned.kind === "permission" &&
              each.planned.topics.includes(topic),
          );
          expect(told).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("is the same whatever the order of the treatments", () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const key = ({ treatmentId, slot }: Slotted) => `${treatmentId} ${slot}`;
        const sorted = (plans: Slotted[]) =>
          plans.toSorted((one, other) => (key(one) < key(other) ? -1 : 1));
        const turned = { ...input, treatments: input.treatments.toReversed() };
        expect(sorted(planPatient(turned))).toEqual(sorted(planPatient(input)));
      }),
      { numRuns: 300 },
    );
  });
});
