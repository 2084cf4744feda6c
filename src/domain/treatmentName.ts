import type { Protocol } from "./protocol.ts";

/** What a treatment is called, as far as its protocol says. */
type Named = Pick<Protocol, "name" | "title" | "names">;

/** What the treatment is called in a language (`es`, or `es-MX`): its first name there, else its title. */
export function treatmentName(protocol: Named, locale: string): string {
  const language = locale.split("-")[0]?.toLowerCase() ?? "";
  return protocol.names?.[language]?.[0] ?? protocol.title;
}

/** Every name by which a text could give the treatment away, in whatever language. */
export function namesOf(protocol: Named): string[] {
  return [protocol.title, protocol.name, ...Object.values(protocol.names ?? {}).flat()];
}

/**
 * The first of the treatment's names that a text says, however it is spelled: `micro needling` is
 * found in "Micro-Needling" and "microneedling", too, but `peel` is not found in "peeling". Null
 * where the text names none.
 */
export function nameIn(text: string, protocol: Named): string | null {
  const said = lettersOf(text);
  return namesOf(protocol).find((name) => says(said, lettersOf(name))) ?? null;
}

/** A letter or figure without its accent, and whether it begins or ends a word. */
interface Letter {
  letter: string;
  begins: boolean;
  ends: boolean;
}

/** The letters of a text without what stands between them, so that no spelling hides a name. */
function lettersOf(text: string): Letter[] {
  const bare = text
    .normalize("NFKD")
    .replace(/[\p{M}\p{Cf}]/gu, "")
    .toLowerCase();
  return (bare.match(/[\p{L}\p{N}]+/gu) ?? []).flatMap((word) => {
    const letters = Array.from(word);
    return letters.map((letter, index) => ({
      letter,
      begins: index === 0,
      ends: index === letters.length - 1,
    }));
  });
}

function says(text: readonly Letter[], name: readonly Letter[]): boolean {
  if (name.length === 0) return false;
  return text.some(
    ({ begins }, start) =>
      begins &&
      text[start + name.length - 1]?.ends === true &&
      name.every(({ letter }, index) => text[start + index]?.letter === letter),
  );
}
