import { createHash } from "node:crypto";
import type { ImportColumns, ImportField } from "../domain/importColumns.ts";
import type { RowProblem } from "../domain/importRow.ts";
import type { ConsentText } from "../ledger/consentTexts.ts";

/** What each field of a row is called. */
export const FIELD_LABELS: Record<ImportField, string> = {
  firstName: "First name",
  phone: "Phone",
  email: "Email",
  externalId: "Number in your own records",
  performedAt: "When the treatment was done",
  time: "Time of day, where the date is alone",
  protocol: "Treatment",
  timeZone: "Time zone",
  locale: "Language",
  careSms: "Agrees to texts",
  careEmail: "Agrees to emails",
  rebook: "Agrees to marketing",
  consentAt: "When the patient agreed",
};

/** The column of a file, by the name that its first row gives it; and by its place where that is no other's. */
export function headerOf(headers: readonly string[], column: number): string {
  const name = headers[column] ?? "";
  if (name === "") return `Column ${column + 1}`;
  return isDoubled(headers, name) ? `${name} (column ${column + 1})` : name;
}

/** The names that several columns of a file have, each as it stands there first. */
export function doubledHeaders(headers: readonly string[]): string[] {
  const folded = headers.map((name) => name.toLowerCase());
  const isFirst = (name: string, index: number) => folded.indexOf(name.toLowerCase()) === index;
  return headers.filter(
    (name, index) => name !== "" && isDoubled(headers, name) && isFirst(name, index),
  );
}

function isDoubled(headers: readonly string[], name: string): boolean {
  const folded = name.toLowerCase();
  return headers.filter((other) => other.toLowerCase() === folded).length > 1;
}

/** Where a problem is: the column by its name while the file is there, else by what it is. */
export function placeOfProblem(
  { field }: RowProblem,
  headers: readonly string[],
  columns: ImportColumns,
): string {
  if (field === "row") return "the row";
  const column = columns[field];
  return column === undefined || headers.length === 0
    ? FIELD_LABELS[field]
    : headerOf(headers, column);
}

/** What an admin confirms of a file that does not say it itself; kept as it stood there. */
export interface ConfirmWords extends ConsentText {
  care: string;
  offers: string;
}

/** The words at the boxes. Whoever changes a word changes the version with it. */
export function confirmWords(clinic: string): ConfirmWords {
  const care =
    `Every patient in this file has agreed that ${clinic} sends them automated messages about their ` +
    "aftercare in the ways ticked above, to the number or address in the file. We can show for each " +
    "of them when and how they agreed.";
  const offers =
    `Every patient in this file has also agreed that ${clinic} sends them automated marketing ` +
    "messages in these ways, such as invitations to book again, and did not have to in order to be " +
    "treated. We can show this, too.";
  const words = `care: ${care}\noffers: ${offers}`;
  const hash = createHash("sha256").update(words).digest("hex");
  return { care, offers, words, version: `import-${hash.slice(0, 16)}` };
}

/** A number of things: `1 row`, `1,200 rows`. */
export function many(count: number, one: string, more = `${one}s`): string {
  return `${count.toLocaleString("en")} ${count === 1 ? one : more}`;
}
