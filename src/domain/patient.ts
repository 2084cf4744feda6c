import type { ChannelName } from "./channel.ts";
import { withOverrides } from "./overrides.ts";
import type { ClinicHours, PlanInput } from "./plan.ts";
import type { Told } from "./reminder.ts";
import { type OwnRestriction, restrictionsOf } from "./restrictions.ts";

/** What has become of the newest reminder of a slot. */
export type Said =
  /** It is still to be said. `channel` is the one it is stored with; null where it is not stored yet. */
  | { kind: "waits"; channel: ChannelName | null }
  | { kind: "left"; at: Date; channel: ChannelName }
  /** The clinic cancelled it, and not its treatment: it does not want it said. */
  | { kind: "withdrawn" }
  | { kind: "ended" };

/** A treatment of a patient, with all that its own plan depends on. */
export interface PatientTreatment
  extends Omit<PlanInput, "now" | "others" | "heard" | "paused" | keyof ClinicHours> {
  id: string;
  /** What has become of its reminders so far, by slot. */
  said: ReadonlyMap<string, Said>;
}

/** A message that takes back a permission, whatever became of it. */
export interface TakenBack {
  id: string;
  treatmentId: string;
  /** The permission's. */
  step: string;
  topics: readonly string[];
  channel: ChannelName;
  /** Until when the patient is asked to wait; null where nobody knows. */
  until: Date | null;
  plannedAt: Date;
  waits: boolean;
  /** It failed, was undelivered or skipped: nobody can count on it. */
  ended: boolean;
  /** The channels on which it was tried in vain at the patient's present addresses. */
  tried: readonly ChannelName[];
  /** The clinic cancelled it, and not its treatment: it has told the patient, or wants nothing said. */
  withdrawn: boolean;
  /** When it went out, or may have; null where it did not. */
  at: Date | null;
  reason: string | null;
}

/** All that the plan of a patient depends on. */
export interface PatientPlanInput extends ClinicHours {
  /** The active ones. */
  treatments: readonly PatientTreatment[];
  /** These restrict nothing; but what they said may not be true. */
  cancelled: readonly PatientTreatment[];
  /** The newest of each step. */
  told: readonly Told[];
  takenBack: readonly TakenBack[];
  /** Those of the cancelled that were never true, and since when: what they permitted is taken back. */
  retracted: ReadonlyMap<string, Date>;
  now: Date;
  /** The most messages on one local day of the patient, cautions not counted. */
  cap: number;
  /** The patient told of an alarming sign: nothing is permitted until the clinic has looked. */
  paused: boolean;
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
 * What a treatment restricts. Where the clinic cancelled the permission of a topic, no step ends
 * the restriction: like one that is not there, its silence is meant.
 */
export function restrictionsBy(treatment: PatientTreatment): OwnRestriction[] {
  const { id: treatmentId, performedAt, timeZone, said } = treatment;
  const protocol = withOverrides(treatment.protocol, treatment.overrides ?? {});
  const withdrawn = (step: string) => {
    const channels = protocol.steps.find(({ key }) => key === step)?.channels ?? [];
    const slots = new Set(channels.map((channel) => slotOf(protocol, step, channel)));
    const own = [...slots].flatMap((slot) => said.get(slot) ?? []);
    return own.length > 0 && own.every(({ kind }) => kind === "withdrawn");
  };
  return restrictionsOf(protocol, performedAt, timeZone).map((restriction) => {
    const { endedBy } = restriction;
    const ends = endedBy !== null && !withdrawn(endedBy);
    return { ...restriction, treatmentId, endedBy: ends ? endedBy : null };
  });
}
