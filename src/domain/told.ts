import { withOverrides } from "./overrides.ts";
import { type PatientPlanInput, restrictionsBy } from "./patient.ts";
import type { Told } from "./reminder.ts";
import type { OwnRestriction } from "./restrictions.ts";
import { stepTrueAt } from "./stepTime.ts";

/** A permission that went out and is not true: all or some of its topics have to wait. */
export interface Untrue {
  treatmentId: string;
  step: string;
  /** Those of its topics that are to wait. */
  topics: string[];
  /** When it went out. */
  toldAt: Date;
  /** Until when they are; null where nobody knows. */
  until: Date | null;
}

/**
 * The permissions that went out and are wrong now, whoever's treatment they are of: its own
 * treatment restricts their topics still, or another active one did so when they went out and still
 * does. What restricts a topic only since is no fault of theirs: its own caution says so. Where one
 * is wrong, it is so until the last of all treatments is over. Those of a retracted treatment are
 * wrong, until a message has said so, on every topic that no other treatment has freed meanwhile.
 */
export function untrueOf(input: PatientPlanInput): Untrue[] {
  if (input.told.length === 0) return [];
  const restrictions = input.treatments.flatMap(restrictionsBy);
  return input.told.flatMap((told) => {
    const found = isRetracted(told, input)
      ? withdrawn(told, restrictions, input.now)
      : tooEarly(told, restrictions, input);
    if (found === null || found.topics.length === 0) return [];
    const { treatmentId, step, at: toldAt } = told;
    return [{ treatmentId, step, toldAt, ...found }];
  });
}

/** The permissions that the patient has heard and that hold, each with those topics only. */
export function heardOf({ told, takenBack }: PatientPlanInput, untrue: readonly Untrue[]): Told[] {
  return told.flatMap((each) => {
    if (!each.sure) return [];
    const wrong = untrue
      .filter(({ treatmentId, step }) => treatmentId === each.treatmentId && step === each.step)
      .flatMap(({ topics }) => topics);
    const since = takenBack.filter(({ waits, at }) => waits || (at !== null && at >= each.at));
    const topics = each.topics.filter(
      (topic) => !wrong.includes(topic) && !since.some((by) => by.topics.includes(topic)),
    );
    return topics.length === 0 ? [] : [{ ...each, topics }];
  });
}

type Waiting = Pick<Untrue, "topics" | "until">;

function tooEarly(
  told: Told,
  restrictions: readonly OwnRestriction[],
  { treatments, now }: PatientPlanInput,
): Waiting | null {
  const own = trueAtOf(told, treatments);
  const early = own !== null && own > now ? own : null;
  const others = restrictions.filter(
    ({ treatmentId, until }) => treatmentId !== told.treatmentId && until > now,
  );
  const topics = told.topics.filter(
    (topic) =>
      early !== null || others.some((other) => other.topic === topic && other.from <= told.at),
  );
  const untils = others.filter(({ topic }) => topics.includes(topic)).map(({ until }) => until);
  const latest = latestOf(early === null ? untils : [early, ...untils]);
  return latest === null ? null : { topics, until: latest };
}

/** Whether its treatment was retracted, and nothing has gone out for that yet. */
function isRetracted(told: Told, { retracted, takenBack }: PatientPlanInput): boolean {
  const since = retracted.get(told.treatmentId);
  if (since === undefined) return false;
  return !takenBack.some((each) => {
    const isAbout = each.treatmentId === told.treatmentId && each.step === told.step;
    const said = !each.ended && each.at !== null && each.at >= told.at;
    return isAbout && each.plannedAt >= since && (each.withdrawn || said);
  });
}

function withdrawn({ topics }: Told, restrictions: readonly OwnRestriction[], now: Date): Waiting {
  const about = (topic: string) => restrictions.filter((each) => each.topic === topic);
  const freed = (topic: string) => {
    const all = about(topic);
    return all.length > 0 && all.every(({ until }) => until <= now);
  };
  const left = topics.filter((topic) => !freed(topic));
  const untils = left.flatMap(about).map(({ until }) => until);
  return { topics: left, until: latestOf(untils.filter((until) => until > now)) };
}

/** When a step is true by its own treatment; null where that is not active. */
function trueAtOf(told: Told, treatments: PatientPlanInput["treatments"]): Date | null {
  const treatment = treatments.find(({ id }) => id === told.treatmentId);
  if (treatment === undefined) return null;
  const { steps } = withOverrides(treatment.protocol, treatment.overrides ?? {});
  const step = steps.find(({ key }) => key === told.step);
  return step === undefined ? null : stepTrueAt(step, treatment.performedAt, treatment.timeZone);
}

function latestOf(instants: readonly Date[]): Date | null {
  if (instants.length === 0) return null;
  return new Date(Math.max(...instants.map((each) => each.getTime())));
}
