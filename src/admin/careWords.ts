import { DateTime } from "luxon";
import type { ChannelName } from "../domain/channel.ts";
import type { Purpose } from "../domain/consent.ts";
import type { InboundReading } from "../domain/inbound.ts";
import { describeWait } from "../domain/waits.ts";
import type { Event } from "../ledger/events.ts";
import { localText } from "./pieces.tsx";

/** What each channel carries, and several of it. */
export const CHANNEL_WORDS: Record<ChannelName, { one: string; many: string }> = {
  sms: { one: "text message", many: "text messages" },
  email: { one: "email", many: "emails" },
};

export const PURPOSE_WORDS: Record<Purpose, string> = {
  care: "aftercare",
  rebook: "marketing",
};

/** What a patient's text was taken for. */
export const READING_WORDS: Record<InboundReading, string> = {
  stop: "said stop",
  start: "said start",
  help: "asked for help",
  alarm: "told of an alarming sign",
  answer: "answered a check-in",
  reply: "replied",
};

/** The key of a step as words: `retinol-ok` is "retinol ok". */
export function stepWords(step: string): string {
  return step.replaceAll("-", " ");
}

/** `1 message`, `3 messages`. */
export function countWords(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** A wait such as `48h` in words: "48 hours". */
export function waitWords(after: string): string {
  return describeWait(after, "en").long;
}

/** An instant with the place of its zone: "Wed 25 Nov 2026, 15:30 (New York)". */
export function placedText(at: Date, zone: string): string {
  return `${localText(at, zone)} (${placeOfZone(zone)})`;
}

/** The place that names a zone: "New York". */
export function placeOfZone(zone: string): string {
  return zone.split("/").at(-1)?.replaceAll("_", " ") ?? zone;
}

/** The day of an instant: "Wednesday 25 November 2026". */
export function dayText(at: Date, zone: string): string {
  return DateTime.fromJSDate(at, { zone }).setLocale("en-GB").toFormat("cccc d LLLL yyyy");
}

/** The time of day of an instant: "15:30". */
export function clockText(at: Date, zone: string): string {
  return DateTime.fromJSDate(at, { zone }).toFormat("HH:mm");
}

const REASONS: Readonly<Record<string, string>> = {
  expired: "out of date",
  opted_out: "the patient stopped these messages",
  no_consent: "no consent",
  superseded: "another message stands in its place",
  collapsed: "another message says it",
  no_address: "no address takes it",
  paused: "held back after an alarming reply",
  bad_address: "the address takes no messages",
  filtered: "a carrier filtered it",
  refused: "the provider refused it",
  no_postal_address: "marketing email needs the clinic's postal address",
};

/** Why a reminder stands as it does, in words; a provider's code stays a code. */
export function reasonWords(reason: string): string {
  return REASONS[reason] ?? `code ${reason}`;
}

const STOPS: Readonly<Record<string, string>> = {
  text: "by a text of the patient",
  "patient page": "on the patient's own page",
  "unsubscribe link": "by the link in an email",
  "told the clinic": "by word to the clinic",
};

/** How an opt-out was said. */
export function stopWords(source: string): string {
  return STOPS[source] ?? `told by the provider (${source})`;
}

const PROGRAM: Readonly<Record<string, string>> = {
  patient: "the patient",
  "command line": "the command line",
};

/** Who did something; `names` are those of people and keys. */
export function actorWords(actor: string, names: ReadonlyMap<string, string>): string {
  const name = names.get(actor);
  if (name !== undefined) return actor.startsWith("key:") ? `the key “${name}”` : name;
  if (actor.startsWith("staff:")) return "somebody of the clinic";
  if (actor.startsWith("key:")) return "a key";
  return PROGRAM[actor] ?? "Aftercare";
}

const EVENTS: Readonly<Record<string, string>> = {
  enrolled: "Enrolled",
  "treatment cancelled": "Treatment cancelled",
  "treatment corrected": "Treatment corrected",
  cancelled: "Cancelled",
  replayed: "Replayed",
  "sent now": "Made due at once",
  skipped: "Not sent",
  "planned again": "Planned again",
  "retraction planned": "Planned, to take a permission back",
  held: "Held, because its channel is paused",
  postponed: "Moved to a later time",
  "next channel": "Given to the next channel",
  failed: "Failed",
  undelivered: "Came back undelivered",
  unknown: "In doubt: it may have gone out",
  rescued: "Taken up again after a disturbance",
  "proved sent": "Proved to have gone out",
  adopted: "Found at the provider: it had gone out",
  resent: "Not found at the provider: it is sent again",
  answered: "The patient replied",
  handled: "The reply was handled",
};

/** What happened, in words. */
export function eventWords({ type, detail }: Event, zone: string): string {
  const said = EVENTS[type] ?? type;
  const reason = detail["reason"];
  const dueAt = detail["dueAt"];
  const due = typeof dueAt === "string" ? `, due ${localText(new Date(dueAt), zone)}` : "";
  if (typeof reason !== "string") return `${said}${due}`;
  return `${said}${due}: ${REASONS[reason] ?? reason}`;
}
