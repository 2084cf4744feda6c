import { z } from "zod";
import type { Correction } from "../domain/correction.ts";
import type { Step } from "../domain/protocol.ts";
import { readWallTime, wallTimeOf } from "../domain/wallTime.ts";
import type { Event } from "../ledger/events.ts";
import type { Treatment } from "../ledger/treatments.ts";
import { reason } from "./acts.ts";
import { type ReadForm, readForm } from "./forms.ts";
import type { FoundTreatment } from "./treatmentOf.ts";

/** A correction that a form asks for, and why. */
interface Wanted {
  correction: Correction;
  reason: string;
}

const timeForm = z.object({ reason, at: z.string("is needed").max(30) });

/** The units of a wait, as a form offers them. */
export const WAIT_UNITS = [
  { value: "h", label: "hours" },
  { value: "d", label: "days, at the clock time of the treatment" },
  { value: "w", label: "weeks" },
  { value: "mo", label: "months" },
  { value: "m", label: "minutes" },
] as const;

const waitForm = z.object({
  reason,
  step: z.string("is needed").max(60),
  amount: z.coerce
    .number("must be a whole number")
    .int("must be a whole number")
    .min(0, "must not be less than 0")
    .max(10_000, "is too long")
    .optional(),
  unit: z.enum(["m", "h", "d", "w", "mo"], "must be chosen").default("h"),
  own: z.literal("yes").optional(),
});

/** `of` is the correction whose undoing was looked at: there may be another one since. */
const undoForm = z.object({ reason, of: z.string().optional() });

/** When the treatment was done in truth, by the clocks of its zone. */
export function readTime({ treatment }: FoundTreatment, body: unknown): ReadForm<Wanted> {
  const read = readForm(timeForm, body);
  if ("problems" in read) return read;
  const { at, reason: why } = read.value;
  const { timeZone, performedAt: before } = treatment;
  const performedAt = readWallTime(at, timeZone);
  if (performedAt === null) return { problems: { at: "must be a day and a time" } };
  if (wallTimeOf(performedAt, timeZone) === wallTimeOf(before, timeZone)) {
    return { problems: { at: "is when it was done already, as far as is known" } };
  }
  return { value: { correction: { performedAt, changes: {} }, reason: why } };
}

/** Another wait for one of the steps, or the protocol's own again. */
export function readWait({ protocol, treatment }: FoundTreatment, body: unknown): ReadForm<Wanted> {
  const read = readForm(waitForm, body);
  if ("problems" in read) return read;
  const { step: key, amount, unit, own, reason: why } = read.value;
  const step = protocol.steps.find((each) => each.key === key);
  if (step === undefined) return { problems: { step: "must be chosen" } };
  if (own === undefined && amount === undefined) return { problems: { amount: "is needed" } };
  const after = own === "yes" ? null : `${amount}${unit}`;
  if (after === (treatment.overrides[key] ?? null) || after === waitOf(step, treatment)) {
    return { problems: { amount: "is its wait already" } };
  }
  return { value: { correction: { performedAt: null, changes: { [key]: after } }, reason: why } };
}

/** What takes a correction back, and which one that is: the id of its event. */
export interface Undo extends Correction {
  of: string;
}

/** The last correction taken back, where there is one. */
export function readUndo(
  _found: FoundTreatment,
  body: unknown,
  undo: Undo | null,
): ReadForm<Wanted> {
  const read = readForm(undoForm, body);
  if ("problems" in read) return read;
  if (undo === null) return { problems: { "": "There is no correction to undo." } };
  if (read.value.of !== undo.of) {
    return { problems: { "": "Something was corrected since. Look again at what is put back." } };
  }
  const { of: _of, ...correction } = undo;
  return { value: { correction, reason: read.value.reason } };
}

/** How long a step of a treatment waits. */
export function waitOf(step: Step, { overrides }: Pick<Treatment, "overrides">): string {
  return overrides[step.key] ?? step.after;
}

const correctedDetail = z.object({
  was: z.object({ performedAt: z.iso.datetime(), overrides: z.record(z.string(), z.string()) }),
});

/** What takes a treatment's last correction back; null where it was not corrected, or it is undone. */
export function undoOf(
  treatment: Treatment,
  events: readonly (Event & { id: number })[],
): Undo | null {
  const last = events.findLast(({ type }) => type === "treatment corrected");
  const read = correctedDetail.safeParse(last?.detail);
  if (last === undefined || !read.success) return null;
  const { was } = read.data;
  const performedAt = new Date(was.performedAt);
  const moved = performedAt.getTime() !== treatment.performedAt.getTime();
  const steps = new Set([...Object.keys(was.overrides), ...Object.keys(treatment.overrides)]);
  const changes = [...steps]
    .filter((step) => was.overrides[step] !== treatment.overrides[step])
    .map((step) => [step, was.overrides[step] ?? null] as const);
  if (!moved && changes.length === 0) return null;
  const correction = {
    performedAt: moved ? performedAt : null,
    changes: Object.fromEntries(changes),
  };
  return { ...correction, of: String(last.id) };
}
