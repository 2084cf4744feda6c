/** An instant in a patient's calendar. */
export interface CalendarEvent {
  /** The same for the same event for good, so that a newer file replaces an older one's. */
  uid: string;
  at: Date;
  summary: string;
  description: string;
  /** When it was made, and when what it says last changed. */
  createdAt: Date;
  changedAt: Date;
  /** Whether it rings, and stands as certain. */
  settled: boolean;
}

/** RFC 5545, section 3.1: octets of a line, without its end. */
const LINE_OCTETS = 75;

/** Long enough to be seen in a day's view; it takes up no time of the patient's. */
const SHOWN_FOR = "PT15M";

/** The largest SEQUENCE (RFC 5545, section 3.3.8). */
const MAX_INTEGER = 2_147_483_647;

/**
 * A calendar file (RFC 5545) with these events, of which there must be one at least. Times are in
 * UTC, which every calendar shows in the zone of its owner; there are no zones to get wrong.
 * SEQUENCE is the seconds from an event's making to its last change: it only grows.
 */
export function calendarFile(
  events: readonly CalendarEvent[],
  language: string,
  now: Date,
): string {
  const lines = [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//Aftercare//Patient page//EN",
    "CALSCALE:GREGORIAN",
    "METHOD:PUBLISH",
    ...events.flatMap((event) => eventLines(event, language, now)),
    "END:VCALENDAR",
  ];
  return lines.map((line) => `${fold(line)}\r\n`).join("");
}

function eventLines(event: CalendarEvent, language: string, now: Date): string[] {
  const { createdAt, changedAt, settled } = event;
  const age = Math.floor((changedAt.getTime() - createdAt.getTime()) / 1_000);
  const summary = escapeText(event.summary);
  const text = (name: string, value: string) => `${name};LANGUAGE=${language}:${value}`;
  return [
    "BEGIN:VEVENT",
    `UID:${escapeText(event.uid)}`,
    `DTSTAMP:${utc(now)}`,
    `CREATED:${utc(createdAt)}`,
    `LAST-MODIFIED:${utc(changedAt)}`,
    `SEQUENCE:${Math.min(Math.max(age, 0), MAX_INTEGER)}`,
    `DTSTART:${utc(event.at)}`,
    `DURATION:${SHOWN_FOR}`,
    text("SUMMARY", summary),
    text("DESCRIPTION", escapeText(event.description)),
    `STATUS:${settled ? "CONFIRMED" : "TENTATIVE"}`,
    "TRANSP:TRANSPARENT",
    "CLASS:PRIVATE",
    ...(settled ? alarmLines(text("DESCRIPTION", summary)) : []),
    "END:VEVENT",
  ];
}

function alarmLines(description: string): string[] {
  return ["BEGIN:VALARM", "ACTION:DISPLAY", description, "TRIGGER:PT0S", "END:VALARM"];
}

/** `20261125T203000Z` (RFC 5545, section 3.3.5, form 2). */
function utc(instant: Date): string {
  return `${instant.toISOString().slice(0, 19).replace(/[-:]/g, "")}Z`;
}

/** RFC 5545, section 3.3.11: marks of the format are escaped, a line end is `\n`, no controls. */
function escapeText(text: string): string {
  return text
    .replace(/[\\;,]/g, "\\$&")
    .replace(/\r\n?|\n/g, "\\n")
    .replace(/[\p{Cc}\p{Cs}]/gu, "");
}

/** Cuts a line after 75 octets at most, between characters; a space begins each that goes on. */
function fold(line: string): string {
  const parts: string[] = [];
  let part = "";
  let octets = 0;
  for (const character of line) {
    const size = Buffer.byteLength(character);
    if (octets + size > LINE_OCTETS) {
      parts.push(part);
      part = " ";
      octets = 1;
    }
    part += character;
    octets += size;
  }
  return [...parts, part].join("\r\n");
}
