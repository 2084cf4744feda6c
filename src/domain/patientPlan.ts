import { type Counted, daysBetween, spreadOverDays } from "./dailyCap.ts";
import type { Other } from "./overlap.ts";
import {
  type PatientPlanInput,
  type PatientTreatment,
  restrictionsBy,
  type Said,
  slotOf,
} from "./patient.ts";
import { planTreatment, windowOf } from "./plan.ts";
import type { StepKind } from "./protocol.ts";
import { localZoneOf, type PlannedReminder, type Superseding, type Told } from "./reminder.ts";
import { earlierOf, type Opening } from "./sendWindow.ts";
import { heardOf, type Untrue, untrueOf } from "./told.ts";

/** A planned reminder, which one of its patient it is, and what has become of it so far. */
export interface Slotted {
  /** Of all the patient's: its treatment and its slot. */
  key: string;
  treatmentId: string;
  slot: string;
  said: Said;
  treatment: PatientTreatment;
  planned: PlannedReminder;
}

/** What has been said, and what is restricted: the same however often the plan is made. */
interface Known {
  untrue: readonly Untrue[];
  heard: readonly Told[];
  restrictions: readonly Omit<Other, "speaks">[];
}

/**
 * The plans of all a patient's active treatments, each as if it had not been made yet: what another
 * treatment restricts is not permitted, one message goes out where two would permit the same at the
 * same moment, and no local day has more than the cap. By treatment, then in the order of its steps.
 *
 * Nothing gives way to a message that does not go out: where the plan counts on one that turns out
 * to be stale, too much for its day, stopped or ended, it is made again without counting on it.
 */
export function planPatient(input: PatientPlanInput): Slotted[] {
  const untrue = untrueOf(input);
  const restrictions = input.treatments.flatMap((treatment) =>
    restrictionsBy(treatment).map((each) => ({ ...each, protocol: treatment.protocol.name })),
  );
  const known = { untrue, heard: heardOf(input, untrue), restrictions };
  const silent = new Set<string>();
  for (;;) {
    const plans = planWithout(silent, known, input);
    const found = unsaid(plans, known.heard).filter((step) => !silent.has(step));
    if (found.length === 0) return plans;
    for (const step of found) silent.add(step);
  }
}

/** The plans, where nobody counts on the `silent` permission steps. */
function planWithout(
  silent: ReadonlySet<string>,
  known: Known,
  input: PatientPlanInput,
): Slotted[] {
  const { treatments, now, sendWindow, rebookWindow, paused } = input;
  const restrictions = known.restrictions.map((each): Other => {
    const speaks = each.endedBy !== null && !silent.has(stepOf(each.treatmentId, each.endedBy));
    return { ...each, speaks };
  });
  const plans = treatments.flatMap((treatment) => {
    const { id: treatmentId } = treatment;
    const others = restrictions.filter((other) => other.treatmentId !== treatmentId);
    const heard = known.heard.filter((told) => told.treatmentId !== treatmentId);
    const shared = { now, sendWindow, rebookWindow, paused, others, heard };
    return planTreatment({ ...shared, ...treatment }).map((planned) =>
      slotted(planned, treatment, known.untrue),
    );
  });
  return capped(merged(renewed(plans, silent), silent), input);
}

function slotted(
  planned: PlannedReminder,
  treatment: PatientTreatment,
  untrue: readonly Untrue[],
): Slotted {
  const { id: treatmentId, protocol } = treatment;
  const { step } = planned;
  const slot = slotOf(protocol, step, planned.channel);
  const stored = treatment.said.get(slot) ?? { kind: "waits", channel: null };
  const wrong = untrue.some((each) => each.treatmentId === treatmentId && each.step === step);
  // What went out and is wrong is to be said once more, when it is true.
  const again = stored.kind === "left" && wrong;
  const said: Said = again ? { kind: "waits", channel: stored.channel } : stored;
  const key = `${treatmentId} ${slot}`;
  return { key, treatmentId, slot, said, treatment, planned: unlessStopped(planned, said) };
}

/** What was to go by a channel that the patient stopped does not go by another one instead. */
function unlessStopped(planned: PlannedReminder, said: Said): PlannedReminder {
  const open = planned.status === "scheduled" || planned.statusReason === "paused";
  if (!open || said.kind !== "waits") return planned;
  const found = planned.trace.channels.find(({ channel }) => channel === said.channel);
  if (found?.use !== "opted_out") return planned;
  return { ...planned, status: "skipped", statusReason: "opted_out" };
}

/** The steps that others give way to, and that are not said. */
function unsaid(plans: readonly Slotted[], heard: readonly Told[]): string[] {
  const speaks = ({ treatmentId, step }: Superseding): boolean => {
    if (step === null) return true;
    if (heard.some((told) => told.treatmentId === treatmentId && told.step === step)) return true;
    return plans.some((each) => {
      return each.treatmentId === treatmentId && each.planned.step === step && isSaid(each);
    });
  };
  const isSaid = ({ said, planned }: Slotted): boolean => {
    if (said.kind !== "waits") return said.kind === "left";
    // It comes after the pause, which holds back whoever would speak instead, too.
    if (planned.status === "scheduled" || planned.statusReason === "paused") return true;
    const by = planned.trace.supersededBy ?? [];
    return by.length > 0 && by.every(speaks);
  };
  return plans
    .filter(({ said, planned }) => said.kind === "waits" && planned.status === "skipped")
    .flatMap(({ planned }) => planned.trace.supersededBy ?? [])
    .flatMap((by) => (by.step === null || speaks(by) ? [] : [stepOf(by.treatmentId, by.step)]));
}

const stepOf = (treatmentId: string, step: string) => `${treatmentId} ${step}`;

/** What tells of the skin, or warns: it is told anew by the next treatment of the same kind. */
const RENEWED: ReadonlySet<StepKind> = new Set(["caution", "expectation"]);

/**
 * A course is several treatments of one kind. What an earlier one would still say holds of the latest
 * by the times of that one, which says the same: "two weeks have passed" would be wrong two hours
 * after it. What permits has a rule of its own, by topics.
 */
function renewed(plans: readonly Slotted[], silent: ReadonlySet<string>): Slotted[] {
  const speaking = plans.filter(({ treatmentId, said, planned }) => {
    const goes = said.kind === "waits" && planned.status === "scheduled";
    return (goes || said.kind === "left") && !silent.has(stepOf(treatmentId, planned.step));
  });
  return plans.map((each) => {
    const { said, planned, slot } = each;
    const open = said.kind === "waits" && planned.status === "scheduled";
    if (!open || !RENEWED.has(planned.kind)) return each;
    const later = speaking.filter((other) => other.slot === slot && renews(other, each));
    const by = later.toSorted((one, other) => (renews(one, other) ? -1 : 1))[0];
    return by === undefined ? each : gaveWay(each, by, "superseded");
  });
}

/**
 * Whether `one` is of a later treatment of the kind. Of two at one instant, one of those that wait is:
 * what went out may have gone to an address that was wrong, and that the second entry puts right.
 */
function renews(one: Slotted, other: Slotted): boolean {
  if (one.treatmentId === other.treatmentId) return false;
  if (one.treatment.protocol.name !== other.treatment.protocol.name) return false;
  const by = one.treatment.performedAt.getTime() - other.treatment.performedAt.getTime();
  if (by !== 0) return by > 0;
  return one.said.kind === "waits" && one.treatmentId < other.treatmentId;
}

/** One message where two treatments permit the same at the same moment: the one that says more. */
function merged(plans: readonly Slotted[], silent: ReadonlySet<string>): Slotted[] {
  const open = plans
    .filter(({ planned }) => planned.kind === "permission" && planned.status === "scheduled")
    .filter(({ said }) => said.kind === "waits")
    .toSorted((one, other) => {
      const says = other.planned.topics.length - one.planned.topics.length;
      const later = other.treatment.performedAt.getTime() - one.treatment.performedAt.getTime();
      return says || later || (one.treatmentId < other.treatmentId ? -1 : 1);
    });
  const kept: Slotted[] = [];
  const replacedBy = new Map<Slotted, Slotted>();
  for (const each of open) {
    const twin = kept.find((other) => saysAll(other, each));
    if (twin !== undefined) replacedBy.set(each, twin);
    else if (!silent.has(stepOf(each.treatmentId, each.planned.step))) kept.push(each);
  }
  return plans.map((each) => {
    const twin = replacedBy.get(each);
    return twin === undefined ? each : gaveWay(each, twin, "collapsed");
  });
}

function saysAll(one: Slotted, other: Slotted): boolean {
  return (
    one.treatmentId !== other.treatmentId &&
    one.planned.dueAt.getTime() === other.planned.dueAt.getTime() &&
    other.planned.topics.every((topic) => one.planned.topics.includes(topic))
  );
}

function gaveWay(
  each: Slotted,
  { treatmentId, planned: speaker }: Slotted,
  statusReason: "superseded" | "collapsed",
): Slotted {
  const { planned } = each;
  const { topics, trace } = planned;
  const by = { treatmentId, protocol: speaker.trace.protocol.name, step: speaker.step, topics };
  return {
    ...each,
    planned: {
      ...planned,
      status: "skipped",
      statusReason,
      trace: { ...trace, supersededBy: [by] },
    },
  };
}

/** Moves what is too much for a local day to a later one; what is stale by then is skipped. */
function capped(plans: readonly Slotted[], input: PatientPlanInput): Slotted[] {
  const counted = plans.flatMap((each) => countedOf(each, input));
  const moved = spreadOverDays(counted, input.cap);
  return plans.map((each) => {
    const opening = moved.get(each.key);
    return opening === undefined ? each : movedTo(each, opening);
  });
}

function countedOf({ key, said, planned, treatment }: Slotted, input: PatientPlanInput): Counted[] {
  const { kind, step, trace, dueAt, expiresAt, status } = planned;
  const counts = said.kind === "left" || (said.kind === "waits" && status === "scheduled");
  if (!counts) return [];
  const window = treatment.protocol.steps.find((each) => each.key === step)?.window;
  return [
    {
      id: key,
      kind,
      trueAt: new Date(trace.trueAt),
      dueAt,
      expiresAt,
      claimedAt: said.kind === "left" ? said.at : null,
      window: windowOf({ kind, window }, input),
      timeZone: localZoneOf(treatment),
    },
  ];
}

function movedTo(each: Slotted, opening: Opening | null): Slotted {
  const { planned } = each;
  const { dueAt, expiresAt, trace } = planned;
  if (opening === null) {
    const dropped = { ...trace, cappedDays: null };
    return {
      ...each,
      planned: { ...planned, status: "skipped", statusReason: "expired", trace: dropped },
    };
  }
  const cappedDays = daysBetween(dueAt, opening.from, localZoneOf(trace));
  return {
    ...each,
    planned: {
      ...planned,
      dueAt: opening.from,
      sendUntil: earlierOf(opening.until, expiresAt),
      trace: { ...trace, cappedDays },
    },
  };
}
