import { describe, expect, it } from "vitest";
import type { PatientPlanInput, Said } from "../../src/domain/patient.ts";
import { planPatient } from "../../src/domain/patientPlan.ts";
import { patientOf, type TreatmentFacts } from "./patient.ts";

const STEPS: TreatmentFacts["steps"] = [
  { key: "avoid", kind: "caution", topics: ["gym"] },
  { key: "looks", kind: "expectation", topics: ["redness"], after: "2w", expires: "1w" },
  { key: "ask", kind: "checkin", topics: ["redness"], after: "1mo" },
];

/** What becomes of a step of each treatment: `planned`, or the reason why it is not. */
function fates(input: PatientPlanInput, step: string): Record<string, string> {
  const own = planPatient(input).filter(({ planned }) => planned.step === step);
  return Object.fromEntries(
    own.map(({ treatmentId, planned }) => [treatmentId, planned.statusReason ?? "planned"]),
  );
}

/** Two treatments of one kind, two weeks apart, as they are planned at the second. */
function course(second: Partial<TreatmentFacts> = {}, protocols = "one"): PatientPlanInput {
  const now = "2026-06-14T10:00Z";
  const input = patientOf(
    [
      { id: "a", performedAt: "2026-05-31T12:00Z", steps: STEPS },
      { id: "b", performedAt: "2026-06-14T09:30Z", steps: STEPS, ...second },
    ],
    now,
  );
  const treatments = input.treatments.map((treatment) => {
    const name = protocols === "one" ? "one" : treatment.protocol.name;
    return { ...treatment, protocol: { ...treatment.protocol, name } };
  });
  return { ...input, treatments };
}

const saidOf = (step: string, said: Said) => new Map([[step, said]]);
const left = { kind: "left", at: new Date("2026-06-14T10:00Z"), channel: "sms" } as const;

describe("a course of treatments", () => {
  it("has what is normal told by the latest one, by its own times", () => {
    const input = course();
    expect(fates(input, "looks")).toEqual({ a: "superseded", b: "planned" });
    const [a] = planPatient(input).filter(({ planned }) => planned.step === "looks");
    expect(a?.planned.trace.supersededBy).toMatchObject([{ treatmentId: "b", step: "looks" }]);
    expect(fates(input, "ask")).toEqual({ a: "planned", b: "planned" });
  });

  it("is one of one kind: what another kind says of the skin is not the same", () => {
    expect(fates(course({}, "two"), "looks")).toEqual({ a: "planned", b: "planned" });
  });

  it("has the earlier one speak where the latest one does not", () => {
    const mute = { reach: { consent: { care: [], rebook: [] } } };
    expect(fates(course(mute), "looks")).toEqual({ a: "planned", b: "no_consent" });
    const ended = { said: saidOf("looks", { kind: "ended" }) };
    expect(fates(course(ended), "looks")).toMatchObject({ a: "planned" });
    expect(fates(course({ said: saidOf("looks", left) }), "looks")).toMatchObject({
      a: "superseded",
    });
  });

  it("that was entered twice is told of once, but for what went out, maybe to a wrong address", () => {
    const twin = { performedAt: "2026-05-31T12:00Z" };
    const both = course(twin);
    expect(Object.values(fates(both, "looks")).sort()).toEqual(["planned", "superseded"]);
    const begun = course({ ...twin, said: saidOf("looks", left) });
    expect(fates(begun, "looks")).toMatchObject({ a: "planned" });
  });
});
