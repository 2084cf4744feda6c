import { type FieldProblem, performedAtProblems } from "./enrolment.ts";
import {
  type BeyondClinician,
  beyondClinician,
  mergeOverrides,
  overrideProblems,
} from "./overrides.ts";
import type { Protocol } from "./protocol.ts";

/** What is to be corrected of a treatment. */
export interface Correction {
  /** When it was done in truth; null where that stays as it is. */
  performedAt: Date | null;
  /** Waits by step; null takes one that was set away. */
  changes: Readonly<Record<string, string | null>>;
}

/** What stands in the way of a correction. */
export interface CheckedCorrection {
  problems: FieldProblem[];
  /** What only an admin may decide of it; that a treatment was done at another time is one's, too. */
  beyond: BeyondClinician[];
}

/**
 * Looks at a correction of a treatment, of which `before` is what was known of it. Only what it sets
 * is looked at: an override of the past must not stand in the way of a correction.
 */
export function checkCorrection(
  protocol: Protocol,
  { performedAt, changes }: Correction,
  before: { performedAt: Date; timeZone: string },
  now: Date,
): CheckedCorrection {
  const overrides = mergeOverrides({}, changes);
  const wrong = overrideProblems(protocol, overrides);
  return {
    problems: [
      ...(performedAt === null ? [] : performedAtProblems(performedAt, now)),
      ...wrong.map(({ step, message }) => ({ path: `overrides.${step}`, message })),
    ],
    beyond: beyondClinician(protocol, overrides, {
      performedAt: performedAt ?? before.performedAt,
      timeZone: before.timeZone,
    }),
  };
}
