import type { ClinicEvent } from "../ledger/events.ts";
import { localText } from "./pieces.tsx";
import { FACT_NAMES } from "./settingsFacts.ts";

/** Every type of event, and how people read it. */
export const EVENT_WORDS: Readonly<Record<string, string>> = {
  enrolled: "Enrolled",
  "patient changed": "Patient changed",
  "treatment corrected": "Treatment corrected",
  "treatment cancelled": "Treatment cancelled",
  cancelled: "Reminder cancelled",
  replayed: "Reminder sent once more",
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
};

/** Who acts in the history without being a person or a key. */
export const OTHER_ACTORS: Readonly<Record<string, string>> = {
  patient: "the patient",
  worker: "Aftercare (sending)",
  rescuer: "Aftercare (looking after what got stuck)",
  receipt: "Aftercare (told by the provider)",
  "command line": "the command line",
  "first start": "the first start",
};

const REASONS: Readonly<Record<string, string>> = {
  expired: "too late to be of use",
  opted_out: "the patient has opted out",
  no_consent: "no consent",
  superseded: "something newer says it instead",
  collapsed: "a later message says it",
  no_address: "no number or address",
  paused: "permissions are paused by an alarm",
  no_postal_address: "the clinic has no postal address",
};

/** The names of people and keys by their ids. */
export interface Names {
  staff: ReadonlyMap<string, string>;
  keys: ReadonlyMap<string, string>;
}

/** Who did it, by name. */
export function actorWords(actor: string, { staff, keys }: Names): string {
  const [kind, id = ""] = actor.split(/:(.*)/s);
  if (kind === "staff") return staff.get(id) ?? "somebody who is not known any more";
  if (kind === "key") return `key: ${keys.get(id) ?? "not known any more"}`;
  return OTHER_ACTORS[actor] ?? actor;
}

/** What happened, in a few words. */
export function eventWords({ type }: Pick<ClinicEvent, "type">): string {
  return EVENT_WORDS[type] ?? type;
}

/** What more there is to say of an event, part by part. Times are of `zone`. */
export function detailWords(
  { type, detail }: Pick<ClinicEvent, "type" | "detail">,
  names: Names,
  zone: string,
): string[] {
  const text = (name: string) => {
    const value = detail[name];
    return typeof value === "string" ? value : null;
  };
  const time = (name: string) => {
    const at = new Date(text(name) ?? Number.NaN);
    return Number.isNaN(at.getTime()) ? null : localText(at, zone);
  };
  const reason = text("reason");
  const due = time("dueAt");
  const fields = Array.isArray(detail["fields"]) ? detail["fields"].map(String) : [];
  const parts = [
    typeof detail["reminders"] === "number" && `${detail["reminders"]} reminders planned`,
    fields.length > 0 && fields.map((field) => factWords(type, field)).join(", "),
    type === "treatment corrected" && correctionWords(detail, zone),
    nameOf(detail, names),
    channelWords(text("channel")),
    text("role") !== null && `as ${roleWords(type, text("role") ?? "")}`,
    type === "answered" && readingWords(detail),
    reason !== null && (REASONS[reason] ?? reason),
    text("source"),
    text("code") !== null && `code ${text("code")}`,
    due !== null && `due ${due}`,
    time("waitUntil") !== null && `wait until ${time("waitUntil")}`,
  ];
  return parts.filter((part) => typeof part === "string").filter((part) => part !== "");
}

function factWords(type: string, field: string): string {
  return type.startsWith("clinic") ? (FACT_NAMES[field] ?? field) : spaced(field);
}

/** `firstName` as people write it. */
function spaced(field: string): string {
  return field.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function roleWords(type: string, role: string): string {
  if (type.startsWith("key")) return role === "admin" ? "admin" : "front desk software";
  return role === "admin" ? "admin" : "front desk";
}

function channelWords(channel: string | null): string | null {
  if (channel === null) return null;
  return channel === "sms" ? "text messages" : "emails";
}

function nameOf(detail: Record<string, unknown>, { staff, keys }: Names): string | null {
  const { userId, keyId } = detail;
  if (typeof userId === "string") return staff.get(userId) ?? null;
  if (typeof keyId === "string") return keys.get(keyId) ?? null;
  return null;
}

function readingWords({ alarm, reading }: Record<string, unknown>): string | null {
  if (alarm === true) return "an alarm";
  return typeof reading === "string" && reading !== "answer" ? reading : null;
}

function correctionWords({ was, is }: Record<string, unknown>, zone: string): string | null {
  const at = (side: unknown) => {
    const value = (side as { performedAt?: unknown } | null)?.performedAt;
    return typeof value === "string" ? localText(new Date(value), zone) : null;
  };
  const [before, after] = [at(was), at(is)];
  if (before === null || after === null) return null;
  return before === after ? "other waits" : `from ${before} to ${after}`;
}
