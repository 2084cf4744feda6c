import type { ChannelName } from "./channel.ts";
import { type ChannelChoice, chooseChannels, type Reach } from "./consent.ts";
import { DAY_MS, instantShowing, parseLocalTime, startOfDay, wallClockAt } from "./localTime.ts";
import { addOffset, parseOffset } from "./offset.ts";
import type { Protocol, Step } from "./protocol.ts";
import type { PlannedReminder, SkipReason, Trace } from "./reminder.ts";
import {
  describeHours,
  narrowSendWindow,
  nextOpening,
  parseSendWindow,
  type SendWindow,
} from "./sendWindow.ts";

/** All that a plan depends on; the same input gives the same plan. */
export interface PlanInput {
  protocol: Protocol;
  performedAt: Date;
  /** The present instant: what has gone stale by now is skipped. */
  now: Date;
  /** IANA zone, and whose it is: the patient's where given, else the clinic's. */
  timeZone: string;
  timeZoneFrom: Trace["timeZoneFrom"];
  /** The clinic's send window. */
  sendWindow: SendWindow;
  /** The patient's channels in order of preference, and what may be sent over each. */
  channels: readonly ChannelName[];
  reach: Reach;
}

/**
 * How long after a step has become true its `window: any` holds, and how long it may then take: for
 * a patient at the desk, not for one whose treatment is entered, or whose text is retried, at night.
 */
const AT_THE_DESK_MS = 3_600_000;

/** A step with all that can be said of it without the other steps. */
interface Timed {
  step: Step;
  trueAt: Date;
  expiresAt: Date;
  /** When it can be sent, or null where no opening comes before it is stale. */
  opening: { from: Date; until: Date } | null;
  window: SendWindow | "any";
  choice: ChannelChoice;
}

/**
 * Expands a treatment into its reminders, in the order of the protocol's steps. Nothing in the
 * result is due before its step has become true, outside its send window, or once it is stale;
 * what cannot be sent is there as `skipped`, with the reason.
 */
export function planTreatment(input: PlanInput): PlannedReminder[] {
  const planned = input.protocol.steps.filter(({ kind }) => kind !== "retraction");
  const steps = planned.map((step) => timeStep(step, input));
  const collapsed = collapsedSteps(steps, input.now);
  return steps.flatMap((timed) => remindersOf(timed, collapsed.has(timed.step), input));
}

/**
 * The instant at which a step becomes true: its offset has passed since `performedAt` and, where it
 * has `at`, the clocks of `zone` next show that time.
 */
export function stepTrueAt(step: Step, performedAt: Date, zone: string): Date {
  const passed = addOffset(performedAt, offsetOf(step.after), zone);
  const minutes = step.at === undefined ? null : parseLocalTime(step.at);
  if (minutes === null) return passed;
  const floor = passed.getTime();
  const today = startOfDay(wallClockAt(floor, zone));
  for (let day = 0; ; day++) {
    const shown = instantShowing(today + day * DAY_MS + minutes * 60_000, zone, floor);
    if (shown >= floor) return new Date(shown);
  }
}

function timeStep(step: Step, input: PlanInput): Timed {
  const { now, timeZone } = input;
  const trueAt = stepTrueAt(step, input.performedAt, timeZone);
  const expiresAt = addOffset(trueAt, offsetOf(step.expires), timeZone);
  const earliest = trueAt > now ? trueAt : now;
  const atDesk = step.window === "any" && earliest.getTime() - trueAt.getTime() <= AT_THE_DESK_MS;
  const window = atDesk ? "any" : windowOf(step, input.sendWindow);
  const opening =
    window === "any"
      ? { from: earliest, until: new Date(earliest.getTime() + AT_THE_DESK_MS) }
      : nextOpening(window, timeZone, earliest);
  const fresh = opening !== null && opening.from < expiresAt;
  const choice = chooseChannels(step, input.channels, input.reach);
  return { step, trueAt, expiresAt, opening: fresh ? opening : null, window, choice };
}

/**
 * The hours in which a step may be sent: the clinic's, narrowed by its own. For one that may go out
 * at any hour they are the clinic's, once the patient has left the desk.
 */
export function windowOf(step: Pick<Step, "window">, clinic: SendWindow): SendWindow {
  if (step.window === undefined || step.window === "any") return clinic;
  return narrowSendWindow(clinic, parseSendWindow(step.window));
}

/**
 * Of the steps already due and still fresh, those that a later one makes pointless: each of their
 * topics has a later step among them. Steps that became true together stand together, and one that
 * cannot be sent to this patient makes nothing pointless.
 */
function collapsedSteps(steps: readonly Timed[], now: Date): Set<Step> {
  const sendable = steps.filter(({ opening, choice }) => opening !== null && choice.skip === null);
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
  const until = opening?.until ?? expiresAt;
  const stale = opening === null ? "expired" : null;
  const reason: SkipReason | null = stale ?? (collapsed ? "collapsed" : choice.skip);
  const planned = {
    step: step.key,
    kind: step.kind,
    topics: step.topics,
    dueAt,
    sendUntil: until < expiresAt ? until : expiresAt,
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
  const { step, trueAt, window } = timed;
  const { protocol, timeZone } = input;
  const movedMinutes = Math.round((dueAt.getTime() - trueAt.getTime()) / 60_000);
  return {
    protocol: { name: protocol.name, version: protocol.version },
    anchor: input.performedAt.toISOString(),
    after: step.after,
    at: step.at ?? null,
    trueAt: trueAt.toISOString(),
    timeZone,
    timeZoneFrom: input.timeZoneFrom,
    window: window === "any" ? "any" : describeHours(window, timeZone, trueAt),
    movedMinutes,
    // The seconds between the treatment and its enrolment at the desk are no delay.
    movedBy: movedMinutes === 0 ? "nothing" : movedBy(trueAt, dueAt, input.now),
    channels: timed.choice.considered,
  };
}

function movedBy(trueAt: Date, dueAt: Date, now: Date): Trace["movedBy"] {
  if (trueAt >= now) return "window";
  return dueAt > now ? "late enrolment and window" : "late enrolment";
}

function offsetOf(text: string) {
  const offset = parseOffset(text);
  if (offset === null) throw new Error(`not an offset: ${text}`);
  return offset;
}
