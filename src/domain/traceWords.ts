import { CHANNEL_WORDS } from "./channel.ts";
import { wallClockAt } from "./localTime.ts";
import { momentWords } from "./momentWords.ts";
import { addOffset } from "./offset.ts";
import { type Paused, pauseWords, staleWords } from "./pauseWords.ts";
import { type ChannelUse, localZoneOf, type Superseding, type Trace } from "./reminder.ts";
import { offsetOf, stepTrueAt } from "./stepTime.ts";
import { describeWait } from "./waits.ts";

/** A reminder whose time is to be explained. */
export interface Explained extends Paused {
  statusReason: string | null;
  dueAt: Date;
  /** When it last went out; null where it has not. */
  sentAt: Date | null;
}

/**
 * How a reminder came to be due when it is, and what became of it, in English sentences: from the
 * treatment to the present, each with its local time.
 */
export function traceWords(reminder: Explained): string[] {
  const { trace } = reminder;
  return [
    ...(trace.retracts === undefined ? offsetWords(trace) : retractionWords(trace)),
    ...waitWords(trace),
    ...windowWords(trace),
    ...capWords(trace),
    ...insteadWords(reminder),
    ...laterWords(reminder),
    channelWords(trace),
    ...pauseWords(reminder),
    ...endWords(reminder),
  ];
}

/** The place that names a zone: "New York". */
export function placeOfZone(zone: string): string {
  return zone.split("/").at(-1)?.replaceAll("_", " ") ?? zone;
}

/** The zone by its place: "New York time". */
export function zoneWords(zone: string): string {
  return zone.includes("/") ? `${placeOfZone(zone)} time` : zone;
}

function offsetWords(trace: Trace): string[] {
  const { timeZone: zone, timeZoneFrom, after, at, overridden, protocol } = trace;
  const anchor = new Date(trace.anchor);
  const offset = offsetOf(after);
  const done =
    `The treatment was done at ${momentWords(anchor, zone)}, ${zoneWords(zone)} ` +
    `(the ${timeZoneFrom}'s time zone); its protocol is ${protocol.name}, version ${protocol.version}.`;
  const set =
    overridden === undefined
      ? []
      : [
          `For this treatment the wait was set to ${longWait(after)}; ` +
            `the protocol says ${longWait(overridden.after)}.`,
        ];
  if (offset.amount === 0 && at === null) {
    return [done, ...set, "This step is true as soon as the treatment is done."];
  }
  const passed = addOffset(anchor, offset, zone);
  const calendar = offset.unit === "d" || offset.unit === "w" || offset.unit === "mo";
  const wait = offset.amount === 0 ? "At once" : `${longWait(after)} after that`;
  const reckoned = calendar ? `, by the calendar, the clock time kept` : "";
  const sum = `${capital(wait)} is ${momentWords(passed, zone)}${reckoned}${clockChange(trace, passed)}.`;
  if (at === null) return [done, ...set, sum];
  const own = stepTrueAt({ after, at }, anchor, zone);
  const next = `The step asks for ${at} by the clock, which next comes at ${momentWords(own, zone)}.`;
  return [done, ...set, sum, next];
}

/** What the clocks were changed by in between: elapsed hours then end at another clock time. */
function clockChange({ anchor, timeZone }: Trace, passed: Date): string {
  const start = new Date(anchor).getTime();
  const offset = (instant: number) => wallClockAt(instant, timeZone) - instant;
  const minutes = (offset(passed.getTime()) - offset(start)) / 60_000;
  if (minutes === 0) return "";
  const way = minutes > 0 ? "forward" : "back";
  return `; the clocks went ${way} by ${minuteWords(Math.abs(minutes))} in between`;
}

function retractionWords(trace: Trace): string[] {
  const { retracts, waitUntil, anchor } = trace;
  const zone = localZoneOf(trace);
  const asked =
    waitUntil === null || waitUntil === undefined
      ? "asks the patient to wait until the clinic has spoken"
      : `asks the patient to wait until ${momentWords(new Date(waitUntil), zone)}`;
  return [
    `It takes back the permission ${retracts}, which went out and is not true, and ${asked}.`,
    `It was decided at ${momentWords(new Date(anchor), zone)}, ${zoneWords(zone)}, and is true at once.`,
  ];
}

function waitWords({ waits = [], trueAt, timeZone }: Trace): string[] {
  if (waits.length === 0) return [];
  const each = waits.map(({ protocol, topic, until }) => {
    return `${protocol} restricts ${topic} until ${momentWords(new Date(until), timeZone)}`;
  });
  return [
    `Another treatment of the patient holds it back: ${each.join("; ")}. ` +
      `So it is true from ${momentWords(new Date(trueAt), timeZone)}.`,
  ];
}

function windowWords(trace: Trace): string[] {
  const { window, movedBy, movedMinutes } = trace;
  const zone = localZoneOf(trace);
  const planned = new Date(new Date(trace.trueAt).getTime() + movedMinutes * 60_000);
  const moved = `${momentWords(planned, zone)}, ${minuteWords(movedMinutes)} later`;
  const local =
    trace.local === undefined
      ? []
      : [
          `The patient's clocks show ${zoneWords(zone)} by now: hours and days are looked at there.`,
        ];
  const hours = window === "closed" ? "the clinic sends nothing on that day" : hoursWords(window);
  switch (movedBy) {
    case "nothing":
      if (window === "any") {
        return [...local, "It may go at any hour: the patient is still at the desk."];
      }
      return [...local, ...(window === "closed" ? [] : [`That is inside the ${hours}.`])];
    case "window":
      return [
        ...local,
        window === "closed"
          ? `But ${hours}; the next opening is at ${moved}.`
          : `That is outside the ${hours}; the next opening is at ${moved}.`,
      ];
    case "late enrolment":
      return [...local, `That had passed when it was planned, so it became due at once: ${moved}.`];
    case "late enrolment and window":
      return [
        ...local,
        `That had passed when it was planned, at an hour when nothing is sent; ` +
          `the next opening was at ${moved}.`,
      ];
  }
}

const hoursWords = (window: string) => `send window of that day, ${window.replace("-", "–")}`;

function capWords({ cappedDays }: Trace): string[] {
  if (cappedDays === undefined) return [];
  if (cappedDays === null) {
    return [
      "No day had room for it under the patient's daily cap before it would have been stale.",
    ];
  }
  const days = cappedDays === 1 ? "a day" : `${cappedDays} days`;
  return [`That day had as many messages as one patient gets at most, so it moved on by ${days}.`];
}

function insteadWords({ trace, status, statusReason }: Explained): string[] {
  if (status !== "skipped") return [];
  const by = trace.supersededBy ?? [];
  if (statusReason === "collapsed" && by.length === 0) {
    return ["A later message on the same topics was due, too, and says all that still matters."];
  }
  if (statusReason !== "superseded" && statusReason !== "collapsed") return [];
  if (by.length === 0) return ["A newer message stands in its place."];
  return by.map((each) => speakerWords(each, statusReason));
}

function speakerWords({ protocol, step, topics }: Superseding, reason: string): string {
  const what = topics.join(", ");
  if (step === null) {
    return `It is not sent: ${protocol} restricts ${what}, and never permits it.`;
  }
  if (reason === "collapsed") {
    return `It is not sent: the message ${step} of ${protocol} says the same of ${what} at the same moment.`;
  }
  return `It is not sent: the message ${step} of ${protocol} speaks of ${what} in its place.`;
}

/** When it was due before anything moved it; null where it stands so, or its trace does not say. */
export function firstDue({ trace, dueAt }: Pick<Explained, "trace" | "dueAt">): Date | null {
  if (trace.cappedDays !== undefined) return null;
  const planned = new Date(trace.trueAt).getTime() + trace.movedMinutes * 60_000;
  return Math.abs(dueAt.getTime() - planned) < 60_000 ? null : new Date(planned);
}

/** What moved it since it was planned: a retry, a replay, a channel that was paused. */
function laterWords(reminder: Explained): string[] {
  const { trace, status, dueAt } = reminder;
  if (status === "skipped" || firstDue(reminder) === null) return [];
  const zone = localZoneOf(trace);
  return [`Since then it was moved to ${momentWords(dueAt, zone)}; its history says why.`];
}

const USE_WORDS: Record<ChannelUse, string> = {
  usable: "can be used",
  no_consent: "no consent",
  no_address: "no address",
  opted_out: "the patient stopped it",
  dead_address: "the address takes no messages",
};

function channelWords({ channels }: Trace): string {
  const each = channels.map(
    ({ channel, use }) => `${CHANNEL_WORDS[channel].one} (${USE_WORDS[use]})`,
  );
  return `Its channels in order, as they were when it was planned: ${each.join(", ")}.`;
}

function endWords(reminder: Explained): string[] {
  const { trace, status, statusReason, dueAt, expiresAt, sentAt } = reminder;
  const zone = localZoneOf(trace);
  const sent = sentAt === null ? "sent" : `sent at ${momentWords(sentAt, zone)}`;
  switch (status) {
    case "scheduled":
    case "queued":
      return [
        `It is due at ${momentWords(dueAt, zone)}, ${zoneWords(zone)}, ` +
          `and out of date from ${momentWords(expiresAt, zone)} on.`,
      ];
    case "sending":
      return ["It is being sent."];
    case "sent":
      return [`It was ${sent}.`];
    case "delivered":
      return [`It was ${sent}, and arrived.`];
    case "undelivered":
      return [`It was ${sent}, and did not arrive.`];
    case "unknown":
      return ["It may have gone out: the provider is being asked."];
    case "failed":
      return ["It could not be sent."];
    case "cancelled":
      return ["It was cancelled before it was sent."];
    case "skipped":
      return statusReason === "expired"
        ? staleWords(reminder)
        : (SKIPPED[statusReason ?? ""] ?? []);
    default:
      return status satisfies never;
  }
}

const SKIPPED: Readonly<Record<string, string[]>> = {
  opted_out: ["It is not sent: the patient stopped these messages."],
  no_consent: ["It is not sent: the patient did not agree to such messages."],
  no_address: ["It is not sent: no number or address of the patient takes it."],
  paused: ["It is held back: the patient told of an alarming sign."],
};

/** A length of time: "13 hours 30 minutes". */
function minuteWords(minutes: number): string {
  const parts = [
    { amount: Math.floor(minutes / 1440), unit: "day" },
    { amount: Math.floor((minutes % 1440) / 60), unit: "hour" },
    { amount: minutes % 60, unit: "minute" },
  ];
  const said = parts.filter(({ amount }) => amount > 0);
  return said.map(({ amount, unit }) => `${amount} ${unit}${amount === 1 ? "" : "s"}`).join(" ");
}

const longWait = (after: string) => describeWait(after, "en").long;
const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
