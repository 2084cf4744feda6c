import type { ChannelName } from "./channel.ts";
import { type ChannelChoice, chooseChannels, type Reach } from "./consent.ts";
import { addOffset } from "./offset.ts";
import { heldBack, type Other, type Standing } from "./overlap.ts";
import { type Overrides, withOverrides } from "./overrides.ts";
import type { Protocol, Step } from "./protocol.ts";
import {
  localZoneOf,
  type PlannedReminder,
  type SkipReason,
  type Told,
  type Trace,
  type Zone,
} from "./reminder.ts";
import {
  describeHours,
  earlierOf,
  narrowSendWindow,
  nextOpening,
  parseSendWindow,
  type SendWindow,
} from "./sendWindow.ts";
import { offsetOf, stepTrueAt } from "./stepTime.ts";

/** When a clinic sends: its send window, and the narrower one of its `rebook` steps. */
export interface ClinicHours {
  sendWindow: SendWindow;
  rebookWindow: SendWindow;
}

/** All that a plan depends on; the same input gives the same plan. */
export interface PlanInput extends ClinicHours {
  /** As its file has it; `overrides` are laid over it here. */
  protocol: Protocol;
  overrides?: Overrides;
  performedAt: Date;
  /** The present instant: what has gone stale by now is skipped. */
  now: Date;
  /**
   * The zone of the enrolment, in which offsets go by the calendar: what was told at the desk stays
   * true wherever the patient goes.
   */
  timeZone: string;
  timeZoneFrom: Trace["timeZoneFrom"];
  /** Where the patient's clocks are now, if in another zone: hours and days are looked at there. */
  local?: Zone;
  /** The patient's channels in order of preference, and what may be sent over each. */
  channels: readonly ChannelName[];
  reach: Reach;
  /** What the patient's other active treatments restrict. */
  others?: readonly Other[];
  /** What the patient's other treatments have permitted already, so that it need not be said again. */
  heard?: readonly Told[];
  /** The patient told of an alarming sign: nothing is permitted until the clinic has looked. */
  paused?: boolean;
}

/**
 * How long after a step has become true its `window: any` holds, and how long it may then take: for
 * a patient at the desk, not for one whose treatment is entered, or whose text is retried, at night.
 */
const AT_THE_DESK_MS = 3_600_000;

/** A step with all that can be said of it without the other steps of its treatment. */
interface Timed {
  step: Step;
  /** When it is true, by its own offset and by the patient's other treatments. */
  trueAt: Date;
  standing: Standing;
  expiresAt: Date;
  /** When it can be sent, or null where no opening comes before it is stale. */
  opening: { from: Date; until: Date } | null;
  window: SendWindow | "any";
  choice: ChannelChoice;
  skip: SkipReason | null;
}

/**
 * Expands a treatment into its reminders, in the order of the protocol's steps. Nothing in the
 * result is due before its step has become true, outside its send window, or once it is stale;
 * what cannot be sent is there as `skipped`, with the reason. Retractions are never part of it.
 */
export function planTreatment(input: PlanInput): PlannedReminder[] {
  const { steps } = withOverrides(input.protocol, input.overrides ?? {});
  const timed = steps
    .filter(({ kind }) => kind !== "retraction")
    .map((step) => timeStep(step, input));
  const collapsed = collapsedSteps(timed, input.now);
  return timed.flatMap((each) => remindersOf(each, collapsed.has(each.step), input));
}

/** One step as if it were the only one of its treatment: what is said apart from the plan. */
export function planStep(step: Step, input: PlanInput): PlannedReminder[] {
  return remindersOf(timeStep(step, input), false, input);
}

function timeStep(step: Step, input: PlanInput): Timed {
  const { now, timeZone } = input;
  const local = localZoneOf(input);
  const own = stepTrueAt(step, input.performedAt, timeZone);
  const standing = heldBack(step, own, input.others ?? [], input.heard ?? []);
  const { trueAt } = standing;
  const expiresAt = addOffset(trueAt, offsetOf(step.expires), timeZone);
  const earliest = trueAt > now ? trueAt : now;
  const atDesk = isForDesk(step) && earliest.getTime() - trueAt.getTime() <= AT_THE_DESK_MS;
  const window: Timed["window"] = atDesk ? "any" : windowOf(step, input);
  const opening =
    window === "any"
      ? { from: earliest, until: new Date(earliest.getTime() + AT_THE_DESK_MS) }
      : nextOpening(window, local, earliest);
  const fresh = opening !== null && opening.from < expiresAt;
  const choice = chooseChannels(step, input.channels, input.reach);
  const paused = input.paused === true && step.kind === "permission";
  const superseded = standing.supersededBy.length > 0;
  const skip = choice.skip ?? (superseded ? "superseded" : paused ? "paused" : null);
  const timed = { step, trueAt, standing, expiresAt, window, choice, skip };
  return { ...timed, opening: fresh ? opening : null };
}

/** A step that somebody moved away from the treatment is not for a patient at the desk any more. */
function isForDesk({ window, after }: Step): boolean {
  return window === "any" && offsetOf(after).amount === 0;
}

/**
 * The hours in which a step may be sent: the clinic's, and for a `rebook` step its narrower ones,
 * narrowed by its own. For one that may go out at any hour they are the clinic's, once the patient
 * has left the desk.
 */
export function windowOf(
  step: { kind: Step["kind"]; window?: Step["window"] | undefined },
  clinic: ClinicHours,
): SendWindow {
  const { sendWindow, rebookWindow } = clinic;
  const hours = step.kind === "rebook" ? narrowSendWindow(sendWindow, rebookWindow) : sendWindow;
  if (step.window === undefined || step.window === "any") return hours;
  return narrowSendWindow(hours, parseSendWindow(step.window));
}

/**
 * Of the steps already due and still fresh, those that a later one makes pointless: each of their
 * topics has a later step among them. Steps that became true together stand together, and one that
 * cannot be sent to this patient makes nothing pointless.
 */
function collapsedSteps(steps: readonly Timed[], now: Date): Set<Step> {
  const sendable = steps.filter(({ opening, skip }) => opening !== null && skip === null);
  const due = sendable.filter(({ trueAt }) => trueAt <= now);
  const latest = new Map<string, number>();
  for (const { step, trueAt } of due) {
    for (const topic of step.topics) {
      latest.set(topic, Math.max(latest.get(topic) ?? -Infinity, trueAt.getTime()));
    }
  }
  const overtaken = due.filter(({ step, trueAt }) =>
    step.topics.every((topic) => (latest.get(topic) ?? 0) > trueAt.getTime()),
  );
  return new Set(overtaken.map(({ step }) => step));
}

function remindersOf(timed: Timed, collapsed: boolean, input: PlanInput): PlannedReminder[] {
  const { step, opening, expiresAt, choice } = timed;
  const dueAt = opening?.from ?? timed.trueAt;
  const stale = opening === null ? "expired" : null;
  const reason: SkipReason | null = stale ?? (collapsed ? "collapsed" : timed.skip);
  const planned = {
    step: step.key,
    kind: step.kind,
    topics: step.topics,
    dueAt,
    sendUntil: opening === null ? expiresAt : earlierOf(opening.until, expiresAt),
    expiresAt,
    status: reason === null ? ("scheduled" as const) : ("skipped" as const),
    statusReason: reason,
    trace: traceOf(timed, dueAt, input),
  };
  const all = step.send === "all" && choice.usable.length > 0;
  const lists = all ? choice.usable.map((channel) => [channel]) : [choice.usable];
  return lists.map((channels) => {
    const channel = channels[0] ?? step.channels[0] ?? "sms";
    return { ...planned, channel, channels };
  });
}

function traceOf(timed: Timed, dueAt: Date, input: PlanInput): Trace {
  const { step, trueAt, window, standing } = timed;
  const { protocol, timeZone } = input;
  const local = localZoneOf(input);
  const movedMinutes = Math.round((dueAt.getTime() - trueAt.getTime()) / 60_000);
  const written = protocol.steps.find(({ key }) => key === step.key)?.after ?? step.after;
  return {
    protocol: { name: protocol.name, version: protocol.version },
    anchor: input.performedAt.toISOString(),
    after: step.after,
    at: step.at ?? null,
    trueAt: trueAt.toISOString(),
    timeZone,
    timeZoneFrom: input.timeZoneFrom,
    ...(local !== timeZone && { local: input.local }),
    window: window === "any" ? "any" : describeHours(window, local, trueAt),
    movedMinutes,
    // The seconds between the treatment and its enrolment at the desk are no delay.
    movedBy: movedMinutes === 0 ? "nothing" : movedBy(trueAt, dueAt, input.now),
    channels: timed.choice.considered,
    ...(input.overrides?.[step.key] !== undefined && { overridden: { after: written } }),
    ...(standing.waits.length > 0 && { waits: standing.waits }),
    ...(standing.supersededBy.length > 0 && { supersededBy: standing.supersededBy }),
  };
}

function movedBy(trueAt: Date, dueAt: Date, now: Date): Trace["movedBy"] {
  if (trueAt >= now) return "window";
  return dueAt > now ? "late enrolment and window" : "late enrolment";
}
