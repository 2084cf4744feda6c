import { addOffset, parseOffset } from "./offset.ts";
import type { Protocol, Step } from "./protocol.ts";

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
    if (step === undefined) {
      return [{ step: key, message: `is not a step of ${protocol.name}` }];
    }
    const message = "goes out at once and cannot be moved";
    return step.kind === "retraction" ? [{ step: key, message }] : [];
  });
}

/**
 * The steps that overrides make true sooner than the protocol's `floor` lets a clinician decide
 * alone. The two are compared from the treatment on in UTC: clock changes favour neither.
 */
export function belowFloor(protocol: Protocol, overrides: Overrides, performedAt: Date): Step[] {
  const length = (text: string) => {
    const offset = parseOffset(text);
    return offset === null ? 0 : addOffset(performedAt, offset, "UTC").getTime();
  };
  return protocol.steps.filter((step) => {
    const after = overrides[step.key];
    return after !== undefined && length(after) < length(step.floor ?? step.after);
  });
}
