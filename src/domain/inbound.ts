import { alarmsBy } from "./alarmWords.ts";
import { commandOf, hasQuestion } from "./command.ts";
import type { Step } from "./protocol.ts";
import { revokes } from "./revocation.ts";
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
  body: string;
  optOutType: OptOutType | null;
  /** Words and phrases that alarm, in every language: nobody minds theirs when it hurts. */
  alarmWords: readonly string[];
  /** What the patient was asked last, where that was a question. */
  answers: CheckinAnswers | null;
}

/** How a text was read. It can be two things at once: somebody in pain can say stop as well. */
export interface InboundRead {
  reading: InboundReading;
  /** No more texts to this number. */
  stops: boolean;
  /** The clinic must know at once, and no permission goes out. */
  alarms: boolean;
}

/**
 * Not YES, although Twilio takes it for START
 * (https://help.twilio.com/articles/223134027): patients say yes to many things, and that alone is
 * no consent to be texted again. Where Twilio lets the number through again by it, nothing is lost:
 * the stop in the ledger stands until the patient says START.
 */
const START = new Set(
  `start, unstop, resume, restart, start again, start texts, start messages, resume texts,
  resume messages, subscribe, iniciar, reanudar, empezar, comenzar, alta, reiniciar, suscribir,
  suscribirme, reanudar mensajes, start all, activar,
  yes start, start texting me, start texting me again, text me again`
    .split(",")
    .map((each) => each.trim()),
);

const HELP = new Set(["help", "info", "information", "ayuda", "informacion"]);

/**
 * Reads a patient's text. Twilio's word goes before ours, except that an alarm is heard beside
 * anything: nothing is lost by a call too many.
 */
export function readInbound(context: InboundContext): InboundRead {
  const { body, optOutType, answers, alarmWords } = context;
  const alarms = alarmsBy(body, alarmWords);
  if (optOutType === "START") return { reading: "start", stops: false, alarms: false };
  if (optOutType === "HELP") return { reading: "help", stops: false, alarms: false };
  const stops = optOutType === "STOP" || revokes(body);
  if (stops) return { reading: alarms ? "alarm" : "stop", stops, alarms };

  const command = commandOf(body);
  if (START.has(command) && !hasQuestion(body)) return { reading: "start", stops, alarms };
  if (HELP.has(command)) return { reading: "help", stops, alarms };
  const digit = checkinDigit(body);
  if (answers !== null && digit !== null) {
    return { reading: "answer", stops, alarms: answers[digit] === "alarm" };
  }
  return { reading: alarms ? "alarm" : "reply", stops, alarms };
}

/** The answer to a check-in that a text is, or null: "1", "2." and "(2)" are. */
export function checkinDigit(body: string): "1" | "2" | null {
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
 * an emergency demands.
 */
export function repliesTo(read: InboundRead, state: ReplyState, now: Date): ReplyName[] {
  if (state.answeredByProvider) return [];
  const confirms = read.stops && !state.confirmedBefore;
  if (read.alarms) return confirms ? ["stop", "alarm"] : ["alarm"];
  switch (read.reading) {
    case "stop":
      return confirms ? ["stop"] : [];
    case "start":
    case "help":
      return [read.reading];
    case "answer":
    case "reply":
    case "alarm": {
      const { acknowledgedAt } = state;
      const since = acknowledgedAt === null ? Infinity : now.getTime() - acknowledgedAt.getTime();
      if (state.stoppedBefore || since < ACKNOWLEDGE_EVERY_MS) return [];
      return [read.reading === "answer" ? "answer" : "reply"];
    }
  }
}

/** Whether somebody at the clinic has to look at a text: what the program has done is done. */
export function needsPerson({ reading, alarms }: InboundRead): boolean {
  return alarms || reading === "reply";
}
