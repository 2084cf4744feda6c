import { DateTime } from "luxon";
import type { Purpose } from "../domain/consent.ts";
import type { InboundReading } from "../domain/inbound.ts";
import { placeOfZone } from "../domain/traceWords.ts";
import { describeWait } from "../domain/waits.ts";
import { localText } from "./pieces.tsx";

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

/** Names of messages, as they stand in a sentence: “What your skin may look like now”, “…”. */
export function quotedWords(names: readonly string[]): string {
  return names.map((name) => `“${name}”`).join(", ");
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

/** The day of an instant: "Wednesday 25 November 2026". */
export function dayText(at: Date, zone: string): string {
  return DateTime.fromJSDate(at, { zone }).setLocale("en-GB").toFormat("cccc d LLLL yyyy");
}

/** The time of day of an instant: "15:30". */
export function clockText(at: Date, zone: string): string {
  return DateTime.fromJSDate(at, { zone }).toFormat("HH:mm");
}

/** The time of day to the second: "15:30:05". */
export function timeText(at: Date, zone: string): string {
  return DateTime.fromJSDate(at, { zone }).toFormat("HH:mm:ss");
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
