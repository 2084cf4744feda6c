/**
 * A text as it is compared: in lower case, without accents, apostrophes and invisible characters,
 * cut at the marks that end a thought. Each part is its words joined by single spaces; "S.T.O.P" is
 * one word.
 */
export function partsOf(text: string): string[] {
  return joinSpelled(fold(text))
    .split(/[.!?¡¿;:,()\n\r\u2026]+/)
    .map((part) => part.replace(/[^\p{L}\p{N}]+/gu, " ").trim())
    .filter((part) => part !== "");
}

/** The words of a text in one line, as they are compared. */
export function lineOf(text: string): string {
  return partsOf(text).join(" ");
}

function fold(text: string): string {
  return text
    .replace(/['\u2019\u2018`\u00B4]/g, "")
    .normalize("NFKD")
    .replace(/[\p{M}\p{Cf}]/gu, "")
    .toLowerCase();
}

/** Letters that stand alone, three or more in a row, are a word that was spelled out. */
function joinSpelled(text: string): string {
  const spelled = /(?<![\p{L}\p{N}])\p{L}(?:[ .\-_*]+\p{L}){2,}(?![\p{L}\p{N}])/gu;
  return text.replace(spelled, (letters) => letters.replace(/[^\p{L}]/gu, ""));
}
