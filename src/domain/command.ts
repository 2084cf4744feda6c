import { lineOf, type Sentence, sentencesOf } from "./words.ts";

/** What people put around a command. */
const POLITE =
  /^(?:please|pls|plz|thanks|thank|you|thx|ok|okay|hi|hello|hey|now|just|immediately|right|sorry|perdon|disculpe|favor|porfa|porfavor|gracias|ya|hola|ahora)$/;

/** How people lead up to one: "can you stop", "I've asked you to stop". */
const LEAD =
  /^(?:(?:please |just )*(?:(?:can|could|would|will) (?:you|u)|(?:i|ive|we|weve)(?: (?:have|already|just|did|repeatedly|clearly|would|really))* (?:said|say|(?:told|tell|asked|ask|want|need|like|begged)(?: (?:you|u|all|guys|people|already))+ to)|(?:you|u) (?:(?:need|have) to|can|may|should))(?: please| just)*) /;

/** A command without what is put around it, and said once: "can you stop, please" is "stop". */
export function bare(line: string): string {
  // One word, because "por fin" is no "fin".
  const words = line.replaceAll("por favor", "porfavor").replace(LEAD, "").split(" ");
  while (POLITE.test(words[0] ?? "")) words.shift();
  while (POLITE.test(words.at(-1) ?? "")) words.pop();
  return words.filter((word, index) => word !== words[index - 1]).join(" ");
}

/** The command that a whole text may be. */
export function commandOf(text: string): string {
  return bare(lineOf(text));
}

/** Whether a text asks something: "can you stop?" does not, it is a wish. */
export function asks(sentences: readonly Sentence[]): boolean {
  return sentences.some((each) => each.asks && !LEAD.test(`${each.thoughts.join(" ")} `));
}

/** Whether a text has a question in it. */
export function hasQuestion(text: string): boolean {
  return asks(sentencesOf(text));
}
