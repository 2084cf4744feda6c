import type { ChannelName } from "./channel.ts";
import { addOffset, parseOffset } from "./offset.ts";
import { type Overrides, withOverrides } from "./overrides.ts";
import type { Protocol, StepKind } from "./protocol.ts";
import type { ReminderStatus } from "./reminder.ts";
import { type Restriction, restrictionsOf } from "./restrictions.ts";
import { stepTrueAt } from "./stepTime.ts";

/** A message of a treatment, by what the patient's page depends on. */
export interface TimelineReminder {
  step: string;
  kind: StepKind;
  topics: readonly string[];
  channel: ChannelName;
  dueAt: Date;
  status: ReminderStatus;
  statusReason: string | null;
}

/** An active treatment: its steps as they were at its enrolment, and its messages. */
export interface TimelineTreatment {
  id: string;
  protocol: Protocol;
  overrides: Overrides;
  performedAt: Date;
  /** The IANA zone in which its calendar offsets are reckoned. */
  timeZone: string;
  reminders: readonly TimelineReminder[];
}

/** A message that took back what a cancelled treatment had permitted. */
export interface Withdrawal {
  topics: readonly string[];
  /** When it was, or is, to go out. */
  dueAt: Date;
}

export interface TimelineInput {
  /** All active treatments of one patient in one clinic. */
  treatments: readonly TimelineTreatment[];
  /** What the patient was asked to wait with until the clinic has spoken, and why is not shown. */
  withdrawals: readonly Withdrawal[];
  /** Whether the patient told of an alarming sign that the clinic has not settled yet. */
  permissionsPaused: boolean;
  now: Date;
}

/** The end of the waiting time of some topics, and the permission step whose words go with it. */
export interface Release {
  topics: string[];
  at: Date;
  treatmentId: string;
  protocol: string;
  step: string;
  /** Whether `at` has come. */
  over: boolean;
  /** Nothing of it is permitted, whatever the time, until the clinic has spoken to the patient. */
  held: boolean;
}

/** A step whose words hold at present. */
export interface StepOfTreatment {
  treatmentId: string;
  protocol: string;
  step: string;
}

/** A message that is still to come, over each of its channels. */
export interface Upcoming {
  kind: StepKind;
  topics: readonly string[];
  channels: ChannelName[];
  at: Date;
}

/** What a patient may be told at one instant. */
export interface Timeline {
  /** Oldest first. */
  treatments: { id: string; protocol: string; title: string; performedAt: Date }[];
  /** By time, the earliest first. */
  releases: Release[];
  /** Topics that no treatment restricts, and that wait until the clinic has spoken all the same. */
  withdrawn: string[];
  /** Topics without a time: the practitioner is to be asked. */
  askFirst: string[];
  /** The expectations that hold now, of the latest treatment first; none while permissions pause. */
  normal: StepOfTreatment[];
  /** The cautions that hold now, of the latest treatment first. */
  instructions: StepOfTreatment[];
  upcoming: Upcoming[];
}

/** One treatment's restriction of a topic. */
interface End extends Restriction {
  treatment: TimelineTreatment;
  /** No message permits it: no step does, or the clinic has cancelled the permission. */
  closed: boolean;
}

/**
 * What holds for a patient at `now` over all active treatments. A topic waits for the last of the
 * treatments that restrict it. It has no time, and goes to the practitioner, as long as one of them
 * restricts it without a step that permits it, or where the clinic took that step's message back.
 */
export function timelineOf(input: TimelineInput): Timeline {
  const { treatments, withdrawals, permissionsPaused, now } = input;
  const ordered = treatments.toSorted((a, b) => a.performedAt.getTime() - b.performedAt.getTime());
  const releases: Release[] = [];
  const askFirst: string[] = [];
  for (const [topic, ends] of endsByTopic(ordered)) {
    const end = releaseOf(ends, now);
    if (end === null) {
      askFirst.push(topic);
      continue;
    }
    const held =
      permissionsPaused || isHeld(topic, ordered) || isWithdrawal(topic, withdrawals, ordered);
    const same = releases.find((each) => isSame(each, end) && each.held === held);
    if (same === undefined) releases.push({ ...end, topics: [topic], over: end.at <= now, held });
    else same.topics.push(topic);
  }
  const told = new Set([...releases.flatMap(({ topics }) => topics), ...askFirst]);
  const withdrawn = withdrawals
    .flatMap(({ topics }) => topics)
    .filter((topic) => !told.has(topic) && isWithdrawal(topic, withdrawals, ordered));
  const newest = ordered.toReversed().filter(isNewestOfKind);
  return {
    treatments: ordered.map(({ id, protocol, performedAt }) => ({
      id,
      protocol: protocol.name,
      title: protocol.title,
      performedAt,
    })),
    releases: releases.sort((a, b) => a.at.getTime() - b.at.getTime()),
    withdrawn: [...new Set(withdrawn)],
    askFirst,
    // Somebody with an alarming sign is not to read that all is normal.
    normal: permissionsPaused ? [] : newest.flatMap((each) => expectationsOf(each, now)),
    instructions: newest.flatMap((each) => cautionsOf(each, now)),
    upcoming: upcomingOf(ordered, now).filter(
      ({ kind }) => !(permissionsPaused && kind === "permission"),
    ),
  };
}

function endsByTopic(treatments: readonly TimelineTreatment[]): Map<string, End[]> {
  const byTopic = new Map<string, End[]>();
  for (const treatment of treatments) {
    const protocol = withOverrides(treatment.protocol, treatment.overrides);
    for (const each of restrictionsOf(protocol, treatment.performedAt, treatment.timeZone)) {
      const closed = each.endedBy === null || isWithdrawn(treatment, each.endedBy);
      const ends = byTopic.get(each.topic) ?? [];
      byTopic.set(each.topic, [...ends, { ...each, treatment, closed }]);
    }
  }
  return byTopic;
}

type ReleaseTime = Pick<Release, "at" | "treatmentId" | "protocol" | "step">;

/** When a topic is free, by its ends in all treatments; null where that has no time. */
function releaseOf(ends: readonly End[], now: Date): ReleaseTime | null {
  const byTime = ends.toSorted((a, b) => a.until.getTime() - b.until.getTime());
  const latest = byTime.at(-1);
  const last = byTime.findLast(({ closed }) => !closed);
  if (latest === undefined || last === undefined || last.endedBy === null) return null;
  const barred = ends.some(
    ({ closed, endedBy, until }) =>
      closed && (until > now || (endedBy !== null && until >= last.until)),
  );
  if (barred) return null;
  const { treatment, endedBy } = last;
  return {
    at: latest.until,
    treatmentId: treatment.id,
    protocol: treatment.protocol.name,
    step: endedBy,
  };
}

function isSame(release: Release, end: ReleaseTime): boolean {
  const { at, treatmentId, step } = release;
  return at.getTime() === end.at.getTime() && treatmentId === end.treatmentId && step === end.step;
}

/** A clinic that cancels every message of a step does not want it said. */
function isWithdrawn({ reminders }: TimelineTreatment, step: string): boolean {
  const own = reminders.filter((each) => each.step === step);
  return own.length > 0 && own.every(({ status }) => status === "cancelled");
}

/** Whether a permission of the topic was stopped by an alarming sign, and none has gone out since. */
function isHeld(topic: string, treatments: readonly TimelineTreatment[]): boolean {
  const permissions = treatments
    .flatMap(({ reminders }) => reminders)
    .filter(({ kind, topics }) => kind === "permission" && topics.includes(topic));
  const given = permissions.filter(({ status }) => status === "sent" || status === "delivered");
  return permissions
    .filter(({ status, statusReason }) => status === "skipped" && statusReason === "paused")
    .some(({ dueAt }) => !given.some((later) => later.dueAt > dueAt));
}

/** Whether it was taken back with a cancelled treatment, and no permission has gone out since. */
function isWithdrawal(
  topic: string,
  withdrawals: readonly Withdrawal[],
  treatments: readonly TimelineTreatment[],
): boolean {
  const given = treatments
    .flatMap(({ reminders }) => reminders)
    .filter(({ kind, topics }) => kind === "permission" && topics.includes(topic))
    .filter(({ status }) => status === "sent" || status === "delivered");
  return withdrawals
    .filter(({ topics }) => topics.includes(topic))
    .some(({ dueAt }) => !given.some((later) => later.dueAt > dueAt));
}

/** What a treatment says of the skin, the next one of its kind says anew. `newest` comes first. */
function isNewestOfKind(
  { protocol }: TimelineTreatment,
  index: number,
  newestFirst: readonly TimelineTreatment[],
): boolean {
  return newestFirst.findIndex((each) => each.protocol.name === protocol.name) === index;
}

/**
 * A caution holds from when it is true, as long as one of its topics is restricted. One that is about
 * nothing but what another one is about, too, adds nothing.
 */
function cautionsOf(treatment: TimelineTreatment, now: Date): StepOfTreatment[] {
  const { id, performedAt, timeZone } = treatment;
  const protocol = withOverrides(treatment.protocol, treatment.overrides);
  const restricted = new Set(
    restrictionsOf(protocol, performedAt, timeZone)
      .filter(({ until }) => until > now)
      .map(({ topic }) => topic),
  );
  const said = new Set<string>();
  return protocol.steps
    .filter(({ kind, topics }) => kind === "caution" && topics.some((it) => restricted.has(it)))
    .filter((step) => stepTrueAt(step, performedAt, timeZone) <= now)
    .filter(({ key }) => !isWithdrawn(treatment, key))
    .filter(({ topics }) => {
      const adds = topics.some((topic) => !said.has(topic));
      for (const topic of topics) said.add(topic);
      return adds;
    })
    .map(({ key }) => ({ treatmentId: id, protocol: protocol.name, step: key }));
}

/** An expectation holds from when it is true until it is stale. */
function expectationsOf(treatment: TimelineTreatment, now: Date): StepOfTreatment[] {
  const { id, protocol, overrides, performedAt, timeZone } = treatment;
  return withOverrides(protocol, overrides)
    .steps.filter(({ kind }) => kind === "expectation")
    .filter((step) => {
      const from = stepTrueAt(step, performedAt, timeZone);
      const expires = parseOffset(step.expires);
      return expires !== null && from <= now && now < addOffset(from, expires, timeZone);
    })
    .filter(({ key }) => !isWithdrawn(treatment, key))
    .map(({ key }) => ({ treatmentId: id, protocol: protocol.name, step: key }));
}

function upcomingOf(treatments: readonly TimelineTreatment[], now: Date): Upcoming[] {
  const found: (Upcoming & { key: string })[] = [];
  for (const { id, reminders } of treatments) {
    for (const { step, kind, topics, channel, dueAt, status } of reminders) {
      const waits = status === "scheduled" || status === "queued";
      if (!waits || dueAt <= now) continue;
      const key = `${id} ${step} ${dueAt.getTime()}`;
      const same = found.find((each) => each.key === key);
      if (same === undefined) found.push({ key, kind, topics, channels: [channel], at: dueAt });
      else same.channels.push(channel);
    }
  }
  return found
    .sort((a, b) => a.at.getTime() - b.at.getTime())
    .map(({ kind, topics, channels, at }) => ({ kind, topics, channels, at }));
}
