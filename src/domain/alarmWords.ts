import { lineOf } from "./words.ts";

/** Words that may stand between those of a phrase: "the pain is really severe" has "pain severe". */
const BETWEEN = new Set(
  `a an the is are am was were be been become becoming became very so really too my me i it its of in
  on at to have has had having getting get gets got gotten keeps keep still more much such quite
  pretty extremely bit lot little feel feels feeling felt some any this that these those all over and
  el la los las un una unos unas es esta estan muy mucho mucha tan bien mi mis me se le de del en con
  y que lo tengo tiene siento siente hay sigue siguen poco mas cada vez a al para por ha han`.split(
    /\s+/,
  ),
);

/** What a root can end in, in English and in Spanish. */
const ENDINGS = new Set(
  `e a o y s es as os ed d ing ings ish er ers ion ions ous ly ness ies ied
  ado ada ados adas ando iendo ar er ir an en on aron aba aban o io iones n`
    .split(/\s+/)
    .concat(""),
);

const CUT = /(?:ing|ed|ion|ado|ada|ando|iendo|ar|a|o|e|y)$/;

/** Shorter roots would be found in words of another meaning. */
const SHORTEST_ROOT = 4;

/**
 * Whether a text has one of these words or phrases in it, whatever its case, accents, inflection and
 * punctuation: "Throat: swollen" is written in a hurry. A negation does not take it back: "no fever"
 * and "the bleeding is not normal" look alike to a program. A false alarm costs a phone call, and an
 * alarm that was missed may cost more.
 */
export function alarmsBy(text: string, phrases: readonly string[]): boolean {
  const words = lineOf(text).split(" ");
  return phrases.some((phrase) => hasPhrase(words, lineOf(phrase).split(" ").map(wantedOf)));
}

/** Looks at each word of the text once, whatever stands in it: a text may be 10,000 characters long. */
function hasPhrase(words: readonly string[], phrase: readonly Wanted[]): boolean {
  // Whether all of the phrase before this word of it has been found, so that this one may come.
  const may = phrase.map((_, index) => index === 0);
  for (const word of words) {
    const passes = BETWEEN.has(word);
    // From its end, so that no word of the text counts for two of the phrase.
    for (let index = phrase.length - 1; index >= 0; index--) {
      const wanted = phrase[index];
      if (wanted === undefined || may[index] !== true) continue;
      const found = isForm(word, wanted);
      if (found && index === phrase.length - 1) return true;
      if (found) may[index + 1] = true;
      may[index] = index === 0 || (passes && !found);
    }
  }
  return false;
}

/** A word of a phrase, and what its longer forms begin with; null where it is too short for that. */
interface Wanted {
  word: string;
  root: string | null;
}

function wantedOf(word: string): Wanted {
  if (word.length < SHORTEST_ROOT) return { word, root: null };
  const cut = word.replace(CUT, "");
  return { word, root: cut.length >= SHORTEST_ROOT ? cut : word };
}

/** Whether `word` is the one wanted in another form: blisters, blistered and blistering of "blister". */
function isForm(word: string, { word: wanted, root }: Wanted): boolean {
  if (word === wanted || word === `${wanted}s`) return true;
  if (root === null) return false;
  if (root.length === SHORTEST_ROOT) return word === `${wanted}es`;
  return word.startsWith(root) && ENDINGS.has(word.slice(root.length));
}
