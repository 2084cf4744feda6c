import { CHANNEL_WORDS } from "../domain/channel.ts";
import type { Event } from "../ledger/events.ts";
import type { Reminder } from "../ledger/reminders.ts";
import { causeOf } from "./causes.ts";
import { localText } from "./pieces.tsx";

/** Every type of event, and how people read it. */
export const EVENT_WORDS: Readonly<Record<string, string>> = {
  enrolled: "Enrolled",
  "patient changed": "Patient changed",
  "treatment corrected": "Treatment corrected",
  "treatment cancelled": "Treatment cancelled",
  cancelled: "Reminder cancelled",
  replayed: "Reminder replayed",
  "sent now": "Reminder sent ahead of its turn",
  "planned again": "Reminder planned again",
  "retraction planned": "Taking back what was said",
  skipped: "Reminder skipped",
  held: "Reminder held back",
  postponed: "Reminder postponed",
  "next channel": "Reminder goes by the next channel",
  undelivered: "Reminder not delivered",
  failed: "Reminder failed",
  unknown: "Not known whether it went out",
  rescued: "Reminder picked up again",
  adopted: "Found to have gone out",
  resent: "Found not to have gone out, and sent again",
  "proved sent": "Proved to have gone out",
  answered: "Patient wrote",
  handled: "Reply handled",
  "opted out": "Opted out",
  "opted in": "Opted in again",
  "permissions paused": "Permissions paused by an alarm",
  "permissions resumed": "Permissions go out again",
  "channel paused": "Channel paused",
  "channel resumed": "Channel works again",
  "clinic created": "Clinic made",
  "clinic changed": "Settings changed",
  "key created": "Key made",
  "key revoked": "Key revoked",
  "staff invited": "Somebody invited",
  "invitation withdrawn": "Invitation withdrawn",
  "staff appointed": "Joined the staff",
  "staff role changed": "Role changed",
  "staff removed": "Removed from the staff",
  "import uploaded": "File brought",
  "import done": "File imported",
  "import cancelled": "Import cancelled",
  "import expired": "Import not finished in a day, and ended",
};

/** Who acts in the history without being a person or a key. */
export const OTHER_ACTORS: Readonly<Record<string, string>> = {
  patient: "the patient",
  worker: "Aftercare (sending)",
  program: "Aftercare",
  rescuer: "Aftercare (looking after what got stuck)",
  receipt: "Aftercare (told by the provider)",
  "command line": "the command line",
  "first start": "the first start",
};

/** Why a reminder stands as it does. */
export const REASON_WORDS: Readonly<Record<string, string>> = {
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
  channel_paused: "its channel was paused",
  outside_hours: "it was outside the hours in which it may be sent",
  daily_cap: "the patient had as many messages that day as one gets at most",
};

/** Why a reminder stands as it does, in words; a provider's code stays a code. */
export function reasonWords(reason: string): string {
  return REASON_WORDS[reason] ?? `code ${reason}`;
}

/** Why a reminder stands as it does, and when what is held back would go if nothing held it. */
export function standingWords(
  { statusReason, dueAt, expiresAt }: Pick<Reminder, "statusReason" | "dueAt" | "expiresAt">,
  zone: string,
  now: Date,
): string {
  if (statusReason === null) return "";
  const why = reasonWords(statusReason);
  if (statusReason !== "paused" || expiresAt <= now) return why;
  return dueAt <= now
    ? `${why}; if resumed, it may go out at once`
    : `${why}; if resumed, it will be due ${localText(dueAt, zone)}`;
}

/** Who did something; `names` are those of people and keys, by their actors. */
export function actorWords(actor: string, names: ReadonlyMap<string, string>): string {
  const name = names.get(actor);
  if (actor.startsWith("staff:")) return name ?? "somebody who is not known any more";
  if (actor.startsWith("key:")) return keyWords(name);
  return OTHER_ACTORS[actor] ?? actor;
}

/** A key by its label; undefined where it is not known any more. */
export function keyWords(label: string | undefined): string {
  return label === undefined ? "a key that is not known any more" : `key “${label}”`;
}

/** What happened, in a few words. */
export function eventWords({ type }: Pick<Event, "type">): string {
  return EVENT_WORDS[type] ?? type;
}

/** The moves of a reminder whose reason is ours or the provider's, and not what a person wrote. */
const BY_THEMSELVES: ReadonlySet<string> = new Set([
  "postponed",
  "held",
  "next channel",
  "undelivered",
  "failed",
  "unknown",
]);

/** What happened to a reminder or a treatment, until when and why. The time is of `zone`. */
export function historyWords({ type, detail }: Event, zone: string): string {
  const { reason, channel } = detail;
  const dueAt = detail["dueAt"];
  const due = typeof dueAt === "string" ? `, due ${localText(new Date(dueAt), zone)}` : "";
  const why = typeof reason === "string" ? `: ${whyWords(type, reason, channel)}` : "";
  return `${eventWords({ type })}${due}${why}`;
}

function whyWords(type: string, reason: string, channel: unknown): string {
  if (!BY_THEMSELVES.has(type)) return REASON_WORDS[reason] ?? reason;
  if (reason === "channel_paused" && (channel === "sms" || channel === "email")) {
    return `${CHANNEL_WORDS[channel].many} were paused`;
  }
  const known = REASON_WORDS[reason];
  if (known !== undefined) return known;
  const { title } = causeOf("failed", reason);
  return `${title.charAt(0).toLowerCase()}${title.slice(1)} (code ${reason})`;
}
