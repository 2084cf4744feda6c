import type { Content } from "../content/content.ts";
import { parseOffset } from "../domain/offset.ts";
import type { Step, StepKind } from "../domain/protocol.ts";
import { type SendWindowText, WEEKDAYS } from "../domain/sendWindow.ts";
import { waitWords } from "./careWords.ts";
import type { Tone } from "./pieces.tsx";

/** How staff read each kind of step. */
export const KIND_WORDS: Record<StepKind, { word: string; tone: Tone }> = {
  caution: { word: "avoid", tone: "warn" },
  permission: { word: "may again", tone: "good" },
  expectation: { word: "good to know", tone: "plain" },
  checkin: { word: "how is it?", tone: "plain" },
  rebook: { word: "marketing", tone: "plain" },
  retraction: { word: "taken back", tone: "bad" },
};

/** What a step is about, in words: `gym, pools, saunas`. */
export function topicsInWords(content: Content, topics: readonly string[]): string {
  const words = content.pageWords("en", "en");
  return topics.map((topic) => words.topic(topic)).join(", ");
}

/** When a step becomes true: `at once`, `24 hours after`, `1 day after, at 10:00`. */
export function whenInWords({ after, at, kind }: Pick<Step, "after" | "at" | "kind">): string {
  if (kind === "retraction") return "at once, where it is needed";
  const passed = parseOffset(after)?.amount === 0 ? "at once" : `${waitWords(after)} after`;
  return at === undefined ? passed : `${passed}, then at ${at}`;
}

/** The hours in which a step is sent. */
export function windowInWords(window: Step["window"]): string {
  if (window === undefined) return "the clinic's hours";
  if (window === "any") return "any hour";
  return `within ${hoursInWords(window)} and the clinic's hours`;
}

/** Hours as people say them: `09:00-20:00`, or by weekday. */
function hoursInWords(window: SendWindowText): string {
  if (typeof window === "string") return window;
  return WEEKDAYS.flatMap((day) => (window[day] ? [`${day} ${window[day]}`] : [])).join(", ");
}

/** The languages in which there are messages. */
export function languagesOf(content: Content): string[] {
  const tags = [...content.protocols.keys()].flatMap((name) => content.locales(name));
  return [...new Set(tags)].sort();
}

const languages = new Intl.DisplayNames("en", { type: "language" });

/** A language tag as people say it: `Spanish`. */
export function languageInWords(locale: string): string {
  return languages.of(locale) ?? locale;
}
