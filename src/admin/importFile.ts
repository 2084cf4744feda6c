import { isUtf8 } from "node:buffer";
import { Readable } from "node:stream";
import { CsvError, parse } from "csv-parse";
import type { FileRow } from "../ledger/imports.ts";

/** The largest file, in bytes. */
export const MAX_FILE_BYTES = 5 * 1024 * 1024;

/** The most rows of a file, the headers not counted, and the most columns. */
export const MAX_ROWS = 10_000;
const MAX_COLUMNS = 100;

/** The longest row, in characters: a quote that is never closed makes one of the rest of the file. */
const MAX_ROW_LENGTH = 20_000;

/** The parser gets a file in pieces, so that others are answered meanwhile. */
const PIECE_BYTES = 64 * 1024;

/** What can stand between cells. */
const SEPARATORS = [",", ";", "\t"];

/** A file that was read, or why it cannot be, and what to do about that. */
export type ReadFile = { headers: string[]; rows: FileRow[] } | { refused: string };

const AS_UTF8 =
  "Save it as “CSV UTF-8” (in Excel: Save as, then “CSV UTF-8 (Comma delimited)”; in LibreOffice: " +
  "Save as Text CSV, character set Unicode (UTF-8)), and bring that file.";

/** Reads a file of comma-, semicolon- or tab-separated values in UTF-8. Refusals quote none of it. */
export async function readImportFile(bytes: Buffer): Promise<ReadFile> {
  const foreign = foreignForm(bytes);
  if (foreign !== null) return { refused: foreign };
  const start = startOf(bytes);
  const rows: FileRow[] = [];
  let headers: string[] | null = null;
  const parser = parse({
    delimiter: start.separator,
    relax_column_count: true,
    max_record_size: MAX_ROW_LENGTH,
    // A tab is a blank, too, and an empty cell between two of them would be trimmed away.
    trim: start.separator !== "\t",
  });
  try {
    let number = 0;
    for await (const record of piecesOf(bytes.subarray(start.length)).pipe(parser)) {
      const cells = record as string[];
      number++;
      if (cells.every((cell) => cell.trim() === "")) continue;
      if (headers === null) {
        headers = cells.map((cell) => cell.trim());
        continue;
      }
      if (rows.length === MAX_ROWS) return { refused: tooMany() };
      rows.push({ number, cells });
    }
  } catch (error) {
    if (error instanceof CsvError) return { refused: unreadable(error) };
    throw error;
  }
  if (headers === null || rows.length === 0) {
    return {
      refused: "There is no row in it: the first row names the columns, the others follow.",
    };
  }
  if (headers.length > MAX_COLUMNS) {
    return {
      refused: `It has more than ${MAX_COLUMNS} columns. Take out those that are not needed.`,
    };
  }
  return { headers, rows };
}

/** What a file is that is no text in UTF-8, and what to do about it; null where it is one. */
function foreignForm(bytes: Buffer): string | null {
  if (bytes.length === 0) return "It is empty.";
  const begins = (...with_: number[]) => with_.every((byte, index) => bytes[index] === byte);
  if (begins(0x50, 0x4b) || begins(0xd0, 0xcf, 0x11, 0xe0)) {
    return `It is a workbook of a spreadsheet, not a CSV file. ${AS_UTF8}`;
  }
  if (begins(0xff, 0xfe) || begins(0xfe, 0xff) || halfEmpty(bytes)) {
    return `It is in UTF-16 (“Unicode text”), and only UTF-8 is read. ${AS_UTF8}`;
  }
  if (!isUtf8(bytes)) {
    return (
      "It is not in UTF-8, and names would be spoiled. It looks like Windows-1252 or a relative of " +
      `it, in which Excel saves plain “CSV”. ${AS_UTF8}`
    );
  }
  // No text has it, and no database keeps it.
  return bytes.includes(0) ? `It is no text. ${AS_UTF8}` : null;
}

/** Latin letters in UTF-16 have an empty byte each. */
function halfEmpty(bytes: Buffer): boolean {
  const some = bytes.subarray(0, 1_000);
  return some.filter((byte) => byte === 0).length > some.length / 4;
}

/** The separator of a file, and how many bytes stand before its first row. */
function startOf(bytes: Buffer): { separator: string; length: number } {
  const mark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  const text = bytes.subarray(mark, mark + MAX_ROW_LENGTH).toString();
  // A line by which a file tells Excel its separator; Excel does not show it as a row.
  const told = /^"?sep=([,;\t])"?\r?\n/i.exec(text);
  if (told !== null) return { separator: told[1] ?? ",", length: mark + told[0].length };
  const unquoted = text.replace(/"(?:[^"]|"")*"/g, "");
  const first = /^[^\r\n]*/.exec(unquoted.trimStart())?.[0] ?? "";
  const counts = SEPARATORS.map((each) => ({ each, count: first.split(each).length }));
  const { each: separator } = counts.reduce((one, other) =>
    other.count > one.count ? other : one,
  );
  return { separator, length: mark };
}

function piecesOf(bytes: Buffer): Readable {
  const pieces = [];
  for (let from = 0; from < bytes.length; from += PIECE_BYTES) {
    pieces.push(bytes.subarray(from, from + PIECE_BYTES));
  }
  return Readable.from(pieces);
}

const tooMany = () =>
  `It has more than ${MAX_ROWS.toLocaleString("en")} rows. Make several files of it, and bring one after the other.`;

/** The parser's own messages quote the file. */
function unreadable(error: CsvError): string {
  const line = typeof error["lines"] === "number" ? ` about line ${error["lines"]}` : "";
  return error.code === "CSV_MAX_RECORD_SIZE"
    ? `A row${line} is too long: most likely a quote is opened in it and never closed.`
    : `The quotes do not match${line}. A text with a quote in it has to double it, and stand in quotes.`;
}
