import type { ChannelName } from "./channel.ts";
import type { PatientPlanInput, PatientTreatment, TakenBack } from "./patient.ts";
import { type PlanInput, planStep } from "./plan.ts";
import type { PlannedReminder } from "./reminder.ts";
import { earlierOf } from "./sendWindow.ts";
import { type Untrue, untrueOf } from "./told.ts";

/** A retraction to store, and the treatment whose permission it takes back. */
export interface PlannedRetraction {
  treatmentId: string;
  planned: PlannedReminder;
}

/** What is to be done about the permissions that went out and are wrong. */
export interface TakingBack {
  untrue: Untrue[];
  /** Retractions that wait and would say what does not hold any more. */
  skip: TakenBack[];
  plan: PlannedRetraction[];
  /** Those that no message takes back: somebody has to tell the patient. */
  untold: Untrue[];
}

/**
 * Takes back what is wrong of what a patient was told, once: where a message that asks to wait for
 * all of it at least as long has gone out since, or waits, no other one is planned. One retraction
 * can speak for the permissions of several treatments. Where the patient stopped the channel that a
 * retraction was to go by, no other channel carries it instead.
 */
export function takeBack(input: PatientPlanInput): TakingBack {
  const untrue = untrueOf(input);
  const skip = input.takenBack.filter((each) => isObsolete(each, untrue));
  const standing: Standing[] = input.takenBack.filter(
    (each) => !skip.includes(each) && stands(each),
  );
  const plan: PlannedRetraction[] = [];
  const untold = new Set<Untrue>();
  for (const each of untrue.toSorted(saysMoreFirst)) {
    if (standing.some((other) => covers(other, each))) continue;
    const planned = retractionsOf(each, input);
    const going = planned.filter(({ status }) => status === "scheduled");
    if (going.length === 0) untold.add(each);
    standing.push(...going.map(({ topics }) => ({ topics, until: each.until, at: null })));
    // What cannot be sent is kept once, to show why.
    const known = input.takenBack.some((it) => isSame(it, each) && it.reason !== "superseded");
    const kept = going.length > 0 || !known;
    if (kept) plan.push(...planned.map((it) => ({ treatmentId: each.treatmentId, planned: it })));
  }
  // What another permission's message turned out to say, too, is told by it.
  const silent = [...untold].filter((each) => !standing.some((other) => covers(other, each)));
  return { untrue, skip, plan, untold: untrue.filter((each) => silent.includes(each)) };
}

/**
 * Whether a retraction that did not go would say what holds, and what no other one has said since or
 * is going to say.
 */
export function isStillNeeded(id: string, input: PatientPlanInput): boolean {
  const retraction = input.takenBack.find((each) => each.id === id);
  if (retraction === undefined) return false;
  const untrue = untrueOf(input).find((each) => isAbout(retraction, each));
  if (untrue === undefined || !isSameWait(retraction.until, untrue.until)) return false;
  const others = input.takenBack.filter((each) => each.id !== id && stands(each));
  return !others.some((other) => covers(other, untrue));
}

/** Whether a retraction waits or went out, or is not wanted: then no other one is needed. */
function stands({ waits, withdrawn, at, ended }: TakenBack): boolean {
  return waits || withdrawn || (at !== null && !ended);
}

/** What a retraction asks for; `at` is null where it has not gone out yet. */
type Standing = Pick<TakenBack, "topics" | "until" | "at">;

function covers({ topics, until, at }: Standing, untrue: Untrue): boolean {
  const since = at === null || at >= untrue.toldAt;
  return since && lasts(until, untrue.until) && untrue.topics.every((it) => topics.includes(it));
}

/**
 * Whether one who waits until `one` waits until `other`, too; null is until the clinic has spoken. By
 * the minute, as messages say it: a correction by seconds is none to a patient.
 */
function lasts(one: Date | null, other: Date | null): boolean {
  return one === null || (other !== null && minuteOf(one) >= minuteOf(other));
}

const isSameWait = (one: Date | null, other: Date | null) => lasts(one, other) && lasts(other, one);

const minuteOf = (instant: Date) => Math.floor(instant.getTime() / 60_000);

/** Of what waits, what names another time than it should, or is not needed any more. */
function isObsolete(each: TakenBack, untrue: readonly Untrue[]): boolean {
  if (!each.waits || each.until === null) return false;
  const now = untrue.find((it) => isAbout(each, it));
  return now === undefined || !isSameWait(each.until, now.until);
}

function isAbout(each: TakenBack, { treatmentId, step }: Untrue): boolean {
  return each.treatmentId === treatmentId && each.step === step;
}

/** Whether the same could not be sent before. */
function isSame(each: TakenBack, untrue: Untrue): boolean {
  return (
    isAbout(each, untrue) &&
    each.plannedAt >= untrue.toldAt &&
    each.until?.getTime() === untrue.until?.getTime()
  );
}

function saysMoreFirst(one: Untrue, other: Untrue): number {
  return other.topics.length - one.topics.length || timeOf(other) - timeOf(one);
}

const timeOf = ({ until }: Untrue) => until?.getTime() ?? Infinity;

function retractionsOf(untrue: Untrue, input: PatientPlanInput): PlannedReminder[] {
  const { now, sendWindow, rebookWindow, takenBack } = input;
  const treatment = [...input.treatments, ...input.cancelled].find(
    ({ id }) => id === untrue.treatmentId,
  );
  if (treatment === undefined) return [];
  const stopped = takenBack.find(
    (each) =>
      isAbout(each, untrue) &&
      each.plannedAt >= untrue.toldAt &&
      each.reason === "opted_out" &&
      treatment.reach.care[each.channel] === "opted_out",
  );
  const { until, step } = untrue;
  // What came to nothing is not tried again in the same way: it would come to nothing again.
  const ended = takenBack.filter((each) => each.ended && isSame(each, untrue));
  const tried = ended.flatMap((each) => each.tried);
  // Nor is what nobody could send in its time: it would come later each time.
  if (ended.some(({ reason }) => reason === "expired")) return [];
  const own = planInputOf(treatment, { now, sendWindow, rebookWindow });
  const planned = planRetraction(step, until, own, tried);
  return stopped === undefined
    ? planned
    : planned.slice(0, 1).map((each) => asStopped(each, stopped));
}

/** What was to go by a channel that the patient stopped is kept, and does not go. */
function asStopped(planned: PlannedReminder, { channel }: TakenBack): PlannedReminder {
  return { ...planned, channel, status: "skipped", statusReason: "opted_out" };
}

function planInputOf(
  treatment: PatientTreatment,
  shared: Pick<PlanInput, "now" | "sendWindow" | "rebookWindow">,
): PlanInput {
  return { ...treatment, ...shared };
}

/**
 * The message that takes back the permission of `step`, which went out too early: at the next
 * opening from now on, to ask the patient to wait until `until`; null where nobody knows until when.
 * Until then it has something to say, and not after; where nobody knows until when, its step says how long.
 * It does not go by channels that were `tried` in vain. Empty where the protocol has no retraction of
 * that step, or no channel is left. `input` is that of the permission's treatment.
 */
export function planRetraction(
  step: string,
  until: Date | null,
  input: PlanInput,
  tried: readonly ChannelName[] = [],
): PlannedReminder[] {
  const retraction = input.protocol.steps.find(({ retracts }) => retracts === step);
  if (retraction === undefined) return [];
  const channels = retraction.channels.filter((channel) => !tried.includes(channel));
  if (channels.length === 0) return [];
  const { now } = input;
  return planStep({ ...retraction, channels }, { ...input, performedAt: now, others: [] }).map(
    (planned) => {
      const expiresAt = until ?? planned.expiresAt;
      const sendUntil = earlierOf(planned.sendUntil, expiresAt);
      const trace = { ...planned.trace, retracts: step, waitUntil: until?.toISOString() ?? null };
      const told = { ...planned, expiresAt, sendUntil, trace };
      const late = planned.status === "scheduled" && planned.dueAt >= expiresAt;
      return late ? { ...told, status: "skipped", statusReason: "expired" } : told;
    },
  );
}
