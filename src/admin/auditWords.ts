import { CHANNEL_WORDS, CHANNELS } from "../domain/channel.ts";
import type { ClinicEvent } from "../ledger/events.ts";
import { REASON_WORDS } from "./eventWords.ts";
import { localText } from "./pieces.tsx";
import { FACT_NAMES } from "./settingsFacts.ts";

/** What more there is to say of an event, part by part. Times are of `zone`. */
export function detailWords(
  { type, detail }: Pick<ClinicEvent, "type" | "detail">,
  names: ReadonlyMap<string, string>,
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
    type.startsWith("import ") && countWords(detail),
    names.get(subjectOf(detail) ?? "") ?? null,
    channelWords(text("channel")),
    text("role") !== null && `as ${roleWords(type, text("role") ?? "")}`,
    type === "answered" && readingWords(detail),
    reason !== null && (REASON_WORDS[reason] ?? reason),
    text("source"),
    text("code") !== null && `code ${text("code")}`,
    due !== null && `due ${due}`,
    time("waitUntil") !== null && `wait until ${time("waitUntil")}`,
  ];
  return parts.filter((part) => typeof part === "string").filter((part) => part !== "");
}

/** What became of the rows of a file. */
function countWords(detail: Record<string, unknown>): string {
  const counts = [
    ["rows", "rows"],
    ["enrolled", "enrolled"],
    ["known", "enrolled already"],
    ["bad", "with something wrong"],
  ] as const;
  return counts
    .filter(([name]) => typeof detail[name] === "number")
    .map(([name, words]) => `${String(detail[name])} ${words}`)
    .join(", ");
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

function channelWords(name: string | null): string | null {
  const channel = CHANNELS.find((each) => each === name);
  return channel === undefined ? null : CHANNEL_WORDS[channel].many;
}

/** Whom an event is about, as an actor is written; null where it is about nobody. */
export function subjectOf({ userId, keyId }: Record<string, unknown>): string | null {
  if (typeof userId === "string") return `staff:${userId}`;
  return typeof keyId === "string" ? `key:${keyId}` : null;
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
