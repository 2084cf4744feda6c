import { listToldRows, type ToldRow } from "../ledger/importRows.ts";
import type { Import } from "../ledger/imports.ts";
import type { Queries } from "../ledger/ledger.ts";
import { csvLine } from "./csv.ts";
import { headerOf, placeOfProblem } from "./importWords.ts";

/** Rows of one query. */
const BATCH = 1_000;

/**
 * The rows of an import that cannot be enrolled, as a file that can be mended and brought again: with
 * the columns that they came with, and what is wrong with each behind them.
 */
export async function* badRowLines(db: Queries, file: Import): AsyncGenerator<string> {
  const { headers } = file;
  // As they were, so that they are known again; only one without a name gets one.
  const names = headers.map((name, column) => name || headerOf(headers, column));
  // With this mark in front, spreadsheets read the file as UTF-8.
  yield `\uFEFF${csvLine([...names, "row in the first file", "what is wrong"])}`;
  let after = 0;
  let rows: ToldRow[];
  do {
    rows = await listToldRows(db, file, { state: "bad", after, limit: BATCH });
    yield rows.map((row) => lineOf(row, file)).join("");
    after = rows.at(-1)?.number ?? after;
  } while (rows.length === BATCH);
}

function lineOf({ number, cells, problems }: ToldRow, { headers, settings }: Import): string {
  const columns = settings?.columns ?? {};
  const why = problems.map((each) => `${placeOfProblem(each, headers, columns)} ${each.message}`);
  const own = headers.map((_, column) => cells[column] ?? "");
  return csvLine([...own, String(number), why.join("; ")]);
}
