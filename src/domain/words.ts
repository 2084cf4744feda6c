/** A sentence as it is compared: its thoughts, and whether it asks. */
export interface Sentence {
  /** What stands between commas, colons, brackets and dashes: words joined by single spaces. */
  thoughts: string[];
  asks: boolean;
}

/** What a phone sends where somebody taps a heart on our text: those are our words, not theirs. */
const REACTION =
  /^\s*(?:liked|loved|disliked|laughed at|emphasi[sz]ed|questioned|removed an? [a-z ]+ from|reacted .{1,12} to|(?:no )?(?:le|me) (?:ha )?(?:gust|encant)[^\s“"«]+|reaccion\S+ .{1,20})\s*[“"«].*[”"»]\s*$/is;

/**
 * A text in sentences, as it is compared: in lower case, without accents, apostrophes and invisible
 * characters. "S.T.O.P" is one word, "stopppp" is "stop", and a stop sign is the word.
 */
export function sentencesOf(text: string): Sentence[] {
  if (REACTION.test(text)) return [];
  const found = joinSpelled(fold(text)).match(/[¿¡]{0,3}[^.!?¿¡\n\r]+[.!?]*/g) ?? [];
  return found
    .map((sentence) => ({
      asks: /[?¿]/.test(sentence),
      thoughts: sentence
        .split(/[.!?¿¡;:,()]+|\s[-\u2013]+\s|\u2014/)
        .map((thought) => thought.replace(/[^\p{L}\p{N}]+/gu, " ").trim())
        .filter((thought) => thought !== ""),
    }))
    .filter(({ thoughts }) => thoughts.length > 0);
}

/** The words of a text in one line, as they are compared. */
export function lineOf(text: string): string {
  return sentencesOf(text)
    .flatMap(({ thoughts }) => thoughts)
    .join(" ");
}

function fold(text: string): string {
  return text
    .replace(/['`\u00B4\u02BC\u2018\u2019\u2032\uFF07]/g, "")
    .replaceAll("\u{1F6D1}", " stop ")
    .normalize("NFKD")
    .replace(/[\p{M}\p{Cf}]/gu, "")
    .toLowerCase()
    .replace(/(\p{L})\1{2,}/gu, "$1");
}

/** Letters that stand alone, three or more in a row, are a word that was spelled out. */
function joinSpelled(text: string): string {
  const spelled = /(?<![\p{L}\p{N}])\p{L}(?:[ .\-_*]+\p{L}){2,}(?![\p{L}\p{N}])/gu;
  return text.replace(spelled, (letters) => letters.replace(/[^\p{L}]/gu, ""));
}
