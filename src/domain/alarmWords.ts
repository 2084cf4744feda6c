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
  return phrases.some((phrase) => hasPhrase(words, lineOf(phrase).split(" ")));
}

function hasPhrase(words: readonly string[], phrase: readonly string[]): boolean {
  return words.some((_, start) => {
    let at = start;
    for (const [index, wanted] of phrase.entries()) {
      const skips = index > 0;
      while (skips && BETWEEN.has(words[at] ?? "") && !isForm(words[at] ?? "", wanted)) at += 1;
      if (!isForm(words[at] ?? "", wanted)) return false;
      at += 1;
    }
    return true;
  });
}

/** Whether `word` is `wanted` in another form: blisters, blistered and blistering of "blister". */
function isForm(word: string, wanted: string): boolean {
  if (word === wanted || word === `${wanted}s`) return true;
  if (wanted.length < SHORTEST_ROOT) return false;
  const cut = wanted.replace(CUT, "");
  const root = cut.length >= SHORTEST_ROOT ? cut : wanted;
  if (root.length === SHORTEST_ROOT) return word === `${wanted}es`;
  return word.startsWith(root) && ENDINGS.has(word.slice(root.length));
}
