import { asks, bare, commandOf } from "./command.ts";
import {
  ALWAYS,
  ASKS,
  CARE,
  EMAIL,
  FIRM,
  LIMITED_EN,
  LIMITED_ES,
  NEGATED_EN,
  NEGATED_ES,
  SENTENCES_EN,
  SENTENCES_ES,
  TEXTS,
  TOLD,
  URGES,
  WHOLE,
} from "./stopWords.ts";
import { type Sentence, sentencesOf } from "./words.ts";

/** In so few words a stop stands by itself, whatever is around it: "OMG STOP", "stop Ana". */
const FEW = 4;

/**
 * Whether a text revokes the consent to text: 47 CFR 64.1200(a)(10) takes any reasonable means, so a
 * plain sentence counts like the word STOP. A text to someone who said stop breaks the law, and who
 * was misread gets a confirmation that says how to come back. What is asked, or narrowed down to an
 * hour, is not plain: a person reads it.
 */
export function revokes(text: string): boolean {
  const sentences = sentencesOf(text);
  const command = commandOf(text);
  if (ALWAYS.has(command)) return true;
  if (!asks(sentences) && (WHOLE.has(command) || stopsInFewWords(command))) return true;
  const thoughts = sentences.flatMap((each) => each.thoughts);
  return startsOrEndsWithStop(sentences) || thoughts.some(saysStop);
}

/** Whether a text is nothing but the word for it, so that nobody has to read it. */
export function isBareStop(text: string): boolean {
  return WHOLE.has(commandOf(text));
}

/** "Stop. Who is this?", but not "2 days, no more?" or "Stop: retinol, right?". */
function startsOrEndsWithStop(sentences: readonly Sentence[]): boolean {
  const first = sentences[0];
  const last = sentences.at(-1);
  const [word = "", next = ""] = first?.thoughts ?? [];
  // Not last: "dolor: alto" is a pain.
  const said = FIRM.has(bare(word)) || bare(word) === "alto";
  const starts = said && !isAsked(first) && !isCare(next.split(" ")[0] ?? "");
  return starts || (!isAsked(last) && FIRM.has(bare(last?.thoughts.at(-1) ?? "")));
}

function isAsked(sentence: Sentence | undefined): boolean {
  return sentence !== undefined && asks([sentence]);
}

function stopsInFewWords(command: string): boolean {
  const all = command.split(" ");
  const [first = "", ...rest] = all;
  if (all.length > FEW) return false;
  if (first === "stop" || first === "alto") return !rest.some(isCare);
  const before = all.slice(0, -1);
  const told = TOLD.test(before.at(-1) ?? "") || NEGATED_EN.test(before.join(" "));
  return all.at(-1) === "stop" && !told;
}

function isCare(word: string): boolean {
  return CARE.test(word);
}

function saysStop(thought: string): boolean {
  if (ASKS.test(thought) || isOfEmails(thought)) return false;
  const says = (sentences: readonly RegExp[], negated: RegExp, limited: RegExp) =>
    sentences.some((sentence) => {
      const found = sentence.exec(thought);
      if (found === null) return false;
      const before = thought.slice(0, found.index).trimEnd();
      if (limited.test(thought.slice(found.index + found[0].length))) return false;
      return !negated.test(before) || URGES.test(before);
    });
  return says(SENTENCES_EN, NEGATED_EN, LIMITED_EN) || says(SENTENCES_ES, NEGATED_ES, LIMITED_ES);
}

/** Emails are another channel, which a word to this number does not stop. */
function isOfEmails(thought: string): boolean {
  const without = thought.replaceAll(EMAIL, "");
  return without !== thought && !TEXTS.test(without);
}
