import { addOffset } from "./offset.ts";
import type { Protocol, Step } from "./protocol.ts";
import { offsetOf } from "./stepTime.ts";

/** Offsets that a clinician set for one treatment, by step: `{ "retinol-ok": "72h" }`. */
export type Overrides = Readonly<Record<string, string>>;

/** The protocol, or steps of it, as it holds for a treatment: an overridden step has its own `after`. */
export function withOverrides<P extends Pick<Protocol, "steps">>(
  protocol: P,
  overrides: Overrides,
): P {
  const steps = protocol.steps.map((step) => {
    const after = overrides[step.key];
    return after === undefined ? step : { ...step, after };
  });
  return { ...protocol, steps };
}

/** Overrides with changes laid over them; null takes a step's override away. */
export function mergeOverrides(
  overrides: Overrides,
  changes: Readonly<Record<string, string | null>>,
): Overrides {
  const merged = Object.entries({ ...overrides, ...changes });
  return Object.fromEntries(
    merged.flatMap(([step, after]) => (after === null ? [] : [[step, after]])),
  );
}

/** What is wrong with overrides, by step: a step that is not there, or that nobody can move. */
export function overrideProblems(
  protocol: Protocol,
  overrides: Overrides,
): { step: string; message: string }[] {
  return Object.keys(overrides).flatMap((key) => {
    const step = protocol.steps.find((each) => each.key === key);
    const message = step === undefined ? `is not a step of ${protocol.name}` : whyUnmovable(step);
    return message === null ? [] : [{ step: key, message }];
  });
}

/** Why nobody can set a step's `after`; null where somebody can. */
export function whyUnmovable({ kind, window }: Step): string | null {
  if (kind === "retraction") return "goes out at once and cannot be moved";
  // Its leave to come at any hour is for a patient at the desk, and would hold at night, too.
  return window === "any" ? "goes out at the desk, at any hour, and cannot be moved" : null;
}

/** A step that overrides move further than a clinician decides alone, and why that is too far. */
export interface BeyondClinician {
  step: Step;
  why: "below_floor" | "not_a_permission";
}

/** What is wanted of the steps that a clinician may not move so alone, for the words of a refusal. */
const WANTED: Record<BeyondClinician["why"], string> = {
  below_floor: "make these steps true sooner than their floor",
  not_a_permission: "move these steps, which are no permissions",
};

/** Why overrides are not taken: an admin is needed, or what the admin has to say. */
export interface RefusedOverrides {
  why: BeyondClinician["why"];
  lacks: "admin" | "reason";
  /** What was wanted, to be put after "only an admin may". */
  wanted: string;
}

/**
 * The rule for what a clinician may not decide alone: a permission that is to be true sooner than
 * its floor, or any other step at another time, needs an admin, and a reason, which is null where
 * none is given. Null where the overrides are taken.
 */
export function refusedOverrides(
  beyond: readonly BeyondClinician[],
  { admin, reason }: { admin: boolean; reason: string | null },
): RefusedOverrides | null {
  for (const why of ["below_floor", "not_a_permission"] as const) {
    const steps = beyond.filter((each) => each.why === why).map(({ step }) => nameOf(step));
    if (steps.length === 0) continue;
    const wanted = `${WANTED[why]}: ${steps.join(", ")}`;
    if (!admin) return { why, lacks: "admin", wanted };
    if (reason === null) return { why, lacks: "reason", wanted };
  }
  return null;
}

function nameOf({ key, kind, floor, after }: Step): string {
  return `${key} (${kind === "permission" ? (floor ?? after) : after})`;
}

/**
 * What a clinician may not decide alone. A permission may wait longer, and come sooner down to its
 * `floor`. Any other step keeps its time: a caution that comes later leaves the patient without it
 * meanwhile, which no longer wait makes good. What counts is when the two offsets have passed since
 * `performedAt` in `timeZone`, the treatment's: two days over which the clocks go forward are less
 * than 48 hours.
 */
export function beyondClinician(
  protocol: Protocol,
  overrides: Overrides,
  { performedAt, timeZone }: { performedAt: Date; timeZone: string },
): BeyondClinician[] {
  const passedAt = (after: string) => addOffset(performedAt, offsetOf(after), timeZone).getTime();
  return protocol.steps.flatMap((step): BeyondClinician[] => {
    const after = overrides[step.key];
    if (after === undefined) return [];
    if (step.kind !== "permission") {
      return passedAt(after) === passedAt(step.after) ? [] : [{ step, why: "not_a_permission" }];
    }
    const tooSoon = passedAt(after) < passedAt(step.floor ?? step.after);
    return tooSoon ? [{ step, why: "below_floor" }] : [];
  });
}
