import { chooseChannels } from "./consent.ts";
import { type Counted, daysBetween, spreadOverDays } from "./dailyCap.ts";
import type { Other } from "./overlap.ts";
import { withOverrides } from "./overrides.ts";
import { type ClinicHours, type PlanInput, planTreatment, windowOf } from "./plan.ts";
import { localZoneOf, type PlannedReminder } from "./reminder.ts";
import { restrictionsOf } from "./restrictions.ts";
import type { Opening } from "./sendWindow.ts";

/** An active treatment of a patient, with all that its own plan depends on. */
export interface ActiveTreatment
  extends Omit<PlanInput, "now" | "others" | "paused" | keyof ClinicHours> {
  id: string;
  /** What has become of its reminders so far, by slot. */
  said: ReadonlyMap<string, Said>;
}

/** What has become of the reminder of a slot: it is waiting, it has left, or it has ended unsent. */
export type Said = { kind: "waits" } | { kind: "left"; at: Date } | { kind: "ended" };

/** All that the plan of a patient depends on. */
export interface PatientPlanInput extends ClinicHours {
  treatments: readonly ActiveTreatment[];
  now: Date;
  /** The most messages on one local day of the patient, cautions not counted. */
  cap: number;
  /** The patient told of an alarming sign: nothing is permitted until the clinic has looked. */
  paused: boolean;
}

/** A planned reminder, and which one of its treatment it is. */
export interface Slotted {
  treatmentId: string;
  slot: string;
  planned: PlannedReminder;
}

/**
 * Which reminder of its treatment a step's message is: one a step, or one for each channel where
 * the step goes out on all of them.
 */
export function slotOf(protocol: PlanInput["protocol"], step: string, channel: string): string {
  const send = protocol.steps.find(({ key }) => key === step)?.send;
  return send === "all" ? `${step} ${channel}` : step;
}

/**
 * The plans of all a patient's active treatments, each as if it had not been made yet: what another
 * treatment restricts is not permitted, one message goes out where two would permit the same at the
 * same moment, and no local day has more than the cap. By treatment, then in the order of its steps.
 */
export function planPatient(input: PatientPlanInput): Slotted[] {
  const { treatments, ...shared } = input;
  const restrictions = treatments.flatMap(restrictionsBy);
  const plans = treatments.flatMap((treatment) => {
    const { id: treatmentId, protocol } = treatment;
    const others = restrictions.filter((other) => other.treatmentId !== treatmentId);
    return planTreatment({ ...shared, ...treatment, others }).map((planned) => {
      return { treatmentId, slot: slotOf(protocol, planned.step, planned.channel), planned };
    });
  });
  return capped(merged(plans, treatments), input);
}

/** What a treatment restricts, as the patient's other treatments see it. */
export function restrictionsBy(treatment: ActiveTreatment): Other[] {
  const { id: treatmentId, performedAt, timeZone, channels, reach } = treatment;
  const protocol = withOverrides(treatment.protocol, treatment.overrides ?? {});
  return restrictionsOf(protocol, performedAt, timeZone).map((restriction) => {
    const end = protocol.steps.find(({ key }) => key === restriction.endedBy);
    const sendable = end !== undefined && chooseChannels(end, channels, reach).skip === null;
    return { ...restriction, treatmentId, protocol: protocol.name, sendable };
  });
}

/** One message where two treatments permit the same at the same moment: the one that says more. */
function merged(plans: readonly Slotted[], treatments: readonly ActiveTreatment[]): Slotted[] {
  const order = new Map(treatments.map(({ id, performedAt }) => [id, performedAt.getTime()]));
  const says = ({ planned }: Slotted) => planned.topics.length;
  const open = plans
    .filter((each) => each.planned.kind === "permission" && each.planned.status === "scheduled")
    .filter((each) => waits(each, treatments))
    .toSorted((one, other) => {
      const later = (order.get(other.treatmentId) ?? 0) - (order.get(one.treatmentId) ?? 0);
      return says(other) - says(one) || later || (one.treatmentId < other.treatmentId ? -1 : 1);
    });
  const kept: Slotted[] = [];
  const replacedBy = new Map<Slotted, Slotted>();
  for (const each of open) {
    const twin = kept.find((other) => saysAll(other, each));
    if (twin === undefined) kept.push(each);
    else replacedBy.set(each, twin);
  }
  return plans.map((each) => {
    const twin = replacedBy.get(each);
    return twin === undefined ? each : collapsedInto(each, twin);
  });
}

function saysAll(one: Slotted, other: Slotted): boolean {
  return (
    one.treatmentId !== other.treatmentId &&
    one.planned.dueAt.getTime() === other.planned.dueAt.getTime() &&
    other.planned.topics.every((topic) => one.planned.topics.includes(topic))
  );
}

function collapsedInto(each: Slotted, { treatmentId, planned: twin }: Slotted): Slotted {
  const { planned } = each;
  const { topics, trace } = planned;
  const by = { treatmentId, protocol: twin.trace.protocol.name, step: twin.step, topics };
  return {
    ...each,
    planned: {
      ...planned,
      status: "skipped",
      statusReason: "collapsed",
      trace: { ...trace, supersededBy: [by] },
    },
  };
}

/** Moves what is too much for a local day to a later one; what is stale by then is skipped. */
function capped(plans: readonly Slotted[], input: PatientPlanInput): Slotted[] {
  const counted = plans.flatMap((each) => {
    const treatment = treatmentOf(each, input.treatments);
    return treatment === undefined ? [] : countedOf(each, treatment, input);
  });
  const moved = spreadOverDays(counted, input.cap);
  return plans.map((each) => {
    const opening = moved.get(idOf(each));
    return opening === undefined ? each : movedTo(each, opening);
  });
}

function countedOf(each: Slotted, treatment: ActiveTreatment, hours: ClinicHours): Counted[] {
  const said = treatment.said.get(each.slot) ?? { kind: "waits" };
  const { kind, step, trace, dueAt, expiresAt, status } = each.planned;
  if (said.kind === "ended" || (said.kind === "waits" && status === "skipped")) return [];
  const window = treatment.protocol.steps.find(({ key }) => key === step)?.window;
  return [
    {
      id: idOf(each),
      kind,
      trueAt: new Date(trace.trueAt),
      dueAt,
      expiresAt,
      claimedAt: said.kind === "left" ? said.at : null,
      window: windowOf({ kind, window }, hours),
      timeZone: localZoneOf(treatment),
    },
  ];
}

function movedTo(each: Slotted, opening: Opening | null): Slotted {
  const { planned } = each;
  if (opening === null) {
    return { ...each, planned: { ...planned, status: "skipped", statusReason: "expired" } };
  }
  const { dueAt, expiresAt, trace } = planned;
  const sendUntil = opening.until < expiresAt ? opening.until : expiresAt;
  const cappedDays = daysBetween(dueAt, opening.from, localZoneOf(trace));
  const moved = { ...planned, dueAt: opening.from, sendUntil, trace: { ...trace, cappedDays } };
  return { ...each, planned: moved };
}

function idOf({ treatmentId, slot }: Slotted): string {
  return `${treatmentId} ${slot}`;
}

function treatmentOf({ treatmentId }: Slotted, treatments: readonly ActiveTreatment[]) {
  return treatments.find(({ id }) => id === treatmentId);
}

function waits(each: Slotted, treatments: readonly ActiveTreatment[]): boolean {
  return (treatmentOf(each, treatments)?.said.get(each.slot)?.kind ?? "waits") === "waits";
}
