import { alarmsBy } from "./alarmWords.ts";
import { commandOf, hasQuestion } from "./command.ts";
import type { Step } from "./protocol.ts";
import { isBareStop, revokes } from "./revocation.ts";
import { lineOf } from "./words.ts";

/** What a patient's text was read as. */
export const INBOUND_READINGS = ["stop", "start", "help", "alarm", "answer", "reply"] as const;

export type InboundReading = (typeof INBOUND_READINGS)[number];

/** What Twilio's Advanced Opt-Out took a text for, where it did: its parameter `OptOutType`. */
export const OPT_OUT_TYPES = ["STOP", "START", "HELP"] as const;

export type OptOutType = (typeof OPT_OUT_TYPES)[number];

/** What each answer to a check-in means. */
export type CheckinAnswers = NonNullable<Step["answers"]>;

/** A text, and what it has to be read with. */
export interface InboundContext {
  /** What the patient wrote: without a word where a picture came alone. */
  body: string;
  /** How many pictures came with it, which nobody sees here. */
  pictures: number;
  optOutType: OptOutType | null;
  /** Words and phrases that alarm, in every language: nobody minds theirs when it hurts. */
  alarmWords: readonly string[];
  /** Of every check-in that it may answer: a number can be a family's. */
  answers: readonly CheckinAnswers[];
}

/** How a text was read. It can be two things at once: somebody in pain can say stop as well. */
export interface InboundRead {
  reading: InboundReading;
  /** No more texts to this number. */
  stops: boolean;
  /** Texts to this number again. */
  starts: boolean;
  /** The clinic must know at once, and no permission goes out. */
  alarms: boolean;
  /** The answer to a check-in that it is. */
  answer: CheckinDigit | null;
  /** Somebody at the clinic has to look at it: there is more in it than what the program has done. */
  person: boolean;
}

/** What a check-in can be answered with. */
export type CheckinDigit = keyof CheckinAnswers;

/**
 * Not YES, although Twilio takes it for START
 * (https://help.twilio.com/articles/223134027): patients say yes to many things, and that alone is
 * no consent to be texted again. Where Twilio lets the number through again by it, nothing is lost:
 * the stop in the ledger stands until the patient says START.
 */
const START = new Set(
  `start, unstop, resume, restart, start again, start texts, start the texts, start the texts again,
  start messages, resume texts, resume messages, subscribe, iniciar, reanudar, empezar, comenzar,
  alta, reiniciar, suscribir, suscribirme, reanudar mensajes, start all, activar, yes start,
  start texting me, start texting me again, text me again`
    .split(",")
    .map((each) => each.trim()),
);

const HELP = new Set(["help", "info", "information", "ayuda", "informacion"]);

/**
 * Reads a patient's text. Twilio's word for a keyword goes before ours; an alarm is heard beside
 * anything, because nothing is lost by a call too many. Only a bare command needs nobody: whoever
 * says more than that wants to be heard. A question is no START.
 */
export function readInbound(context: InboundContext): InboundRead {
  const { body, pictures, optOutType, answers, alarmWords } = context;
  const command = commandOf(body);
  // Of the clinic's own, perhaps, which only Twilio knows.
  const keyword = optOutType !== null && !command.includes(" ");
  const ours = optOutType === null;
  const stops = optOutType === "STOP" || (optOutType !== "START" && !keyword && revokes(body));
  const starts =
    optOutType === "START" || (ours && !stops && START.has(command) && !hasQuestion(body));
  const helps = !stops && (optOutType === "HELP" || (ours && HELP.has(command)));
  const answer = ours && answers.length > 0 ? checkinDigit(body) : null;
  const says = alarmsBy(body, alarmWords);
  const alarms = says || (answer !== null && answers.some((each) => each[answer] === "alarm"));
  const settled =
    keyword ||
    answer !== null ||
    (stops && isBareStop(body)) ||
    (starts && START.has(command)) ||
    (helps && HELP.has(command));
  return {
    reading: says ? "alarm" : readingOf({ stops, starts, helps, answers: answer !== null }),
    stops,
    starts,
    alarms,
    answer,
    person: alarms || pictures > 0 || !settled,
  };
}

function readingOf(is: Record<"stops" | "starts" | "helps" | "answers", boolean>): InboundReading {
  if (is.stops) return "stop";
  if (is.starts) return "start";
  if (is.helps) return "help";
  return is.answers ? "answer" : "reply";
}

/** The answer to a check-in that a text is, or null: "1", "2." and "(2)" are. */
function checkinDigit(body: string): CheckinDigit | null {
  const line = lineOf(body);
  return line === "1" || line === "2" ? line : null;
}

/** The texts that a patient's own can be answered with. */
export const REPLY_NAMES = ["stop", "start", "help", "alarm", "reply", "answer"] as const;

export type ReplyName = (typeof REPLY_NAMES)[number];

/** What decides how a text is answered. */
export interface ReplyState {
  /** Twilio has answered already: it does so wherever it says what it took a text for. */
  answeredByProvider: boolean;
  /** Whether the number had stopped the texts of this clinic before, and had been told so. */
  stoppedBefore: boolean;
  confirmedBefore: boolean;
  /** When a reply of this number to this clinic was last acknowledged. */
  acknowledgedAt: Date | null;
}

/** A reply is acknowledged at most once in so many milliseconds: 24 hours, not a calendar day. */
export const ACKNOWLEDGE_EVERY_MS = 86_400_000;

/**
 * What a text is answered with, in one message. A stop is confirmed once (47 CFR 64.1200(a)(12)),
 * and whoever has stopped gets no acknowledgements after it; only what was asked for, HELP, and what
 * an emergency demands. That goes out beside the provider's own answer, too, unless the provider has
 * just blocked the number.
 */
export function repliesTo(read: InboundRead, state: ReplyState, now: Date): ReplyName[] {
  const { reading, stops, starts, alarms, answer, person } = read;
  if (state.answeredByProvider) return alarms && !stops ? ["alarm"] : [];
  const confirms = stops && !state.confirmedBefore;
  if (alarms) return confirms ? ["stop", "alarm"] : ["alarm"];
  if (stops) return confirms ? ["stop"] : [];
  if (starts) return ["start"];
  if (reading === "help") return ["help"];
  const { acknowledgedAt } = state;
  const since = acknowledgedAt === null ? Infinity : now.getTime() - acknowledgedAt.getTime();
  if (state.stoppedBefore || since < ACKNOWLEDGE_EVERY_MS) return [];
  return [answer !== null && !person ? "answer" : "reply"];
}
