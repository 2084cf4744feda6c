import { plainWords } from "./importColumns.ts";
import type { Protocol } from "./protocol.ts";
import { namesOf } from "./treatmentName.ts";

/** What stands in a cell without the apostrophe by which a spreadsheet is told that it is text. */
export function unmarked(cell: string): string {
  return cell.replace(/^'(?=[=+\-@\t\r])/, "").trim();
}

const YES = ["yes", "y", "true", "t", "1", "x", "ok", "agreed", "si", "s", "verdadero", "acepta"];
const NO = ["", "no", "n", "false", "f", "0", "none", "falso", "never", "nunca"];

/** Whether a cell says yes; null where it says neither. An empty one is no: nobody has agreed in it. */
export function readYesNo(cell: string): boolean | null {
  if (/^[✓✔☑]\uFE0F?$/u.test(cell)) return true;
  if (/^[-–—✗✘☐]$/u.test(cell)) return false;
  const word = plainWords(cell);
  if (YES.includes(word)) return true;
  // What has signs only, and none of those above, says nothing.
  return NO.includes(word) && (word !== "" || cell === "") ? false : null;
}

const LANGUAGES: Readonly<Record<string, string>> = {
  english: "en",
  ingles: "en",
  spanish: "es",
  espanol: "es",
  castellano: "es",
};

/** The tag of a language that is written as people and other programs write it: `Español`, `en_US`. */
export function localeOf(cell: string): string {
  const named = LANGUAGES[plainWords(cell)];
  if (named !== undefined) return named;
  const [language = "", ...more] = cell.split(/[-_]/);
  return [language.toLowerCase(), ...more].join("-");
}

/** The protocol that a cell names: by its name, its title or what else the treatment is called. */
export function findProtocol(
  cell: string,
  protocols: ReadonlyMap<string, Protocol>,
): Protocol | undefined {
  const said = lettersOf(cell);
  if (said === "") return undefined;
  const all = [...protocols.values()];
  const found = all.filter((each) => namesOf(each).some((name) => lettersOf(name) === said));
  // What two treatments are called names neither.
  return found.length === 1 ? found[0] : undefined;
}

const lettersOf = (text: string) => plainWords(text).replaceAll(" ", "");
