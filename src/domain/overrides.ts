import type { Protocol } from "./protocol.ts";

/** Offsets that a clinician set for one treatment, by step: `{ "retinol-ok": "72h" }`. */
export type Overrides = Readonly<Record<string, string>>;

/** The protocol as it holds for a treatment: each overridden step has its own `after`. */
export function withOverrides(protocol: Protocol, overrides: Overrides): Protocol {
  const steps = protocol.steps.map((step) => {
    const after = overrides[step.key];
    return after === undefined ? step : { ...step, after };
  });
  return { ...protocol, steps };
}
