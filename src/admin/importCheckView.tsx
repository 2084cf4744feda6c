import type { RowProblem } from "../domain/importRow.ts";
import type { RowCounts, ToldRow } from "../ledger/importRows.ts";
import type { Import } from "../ledger/imports.ts";
import type { Place } from "./guard.ts";
import { CellOf } from "./importColumnsView.tsx";
import { CancelImport, importPath } from "./importView.tsx";
import { many, placeOfProblem } from "./importWords.ts";
import { Page } from "./layout.tsx";
import { Notice, Row, Table } from "./pieces.tsx";

interface CheckProps {
  place: Place;
  import: Import;
  counts: RowCounts;
  /** The first of the rows that cannot be enrolled, and of those that can and are worth a look. */
  badRows: readonly ToldRow[];
  notedRows: readonly ToldRow[];
}

/** What was found of all rows, before anything is enrolled. */
export function CheckPage({ place, import: file, counts, badRows, notedRows }: CheckProps) {
  const path = importPath(file);
  const { ready, bad } = counts;
  return (
    <Page
      title="Import: look before you enrol"
      place={place}
      visitor={place.visitor}
      current="import"
    >
      <p>All {many(file.rowCount, "row")} were checked. Nothing is enrolled yet.</p>
      <Counts counts={counts} />
      {ready === 0 ? (
        <Notice tone="warn">
          {bad === 0
            ? "Every row is enrolled already: there is nothing to do."
            : bad === file.rowCount
              ? "No row can be enrolled as it is."
              : "There is nothing to enrol: rows are enrolled already, or have something wrong."}
        </Notice>
      ) : (
        <form method="post" action={`${path}/run`} class="confirm-import">
          <p>
            {counts.dueNow > 0 && (
              <>
                <strong>{many(counts.dueNow, "message goes", "messages go")} out at once</strong>,
                because their time has come already.{" "}
              </>
            )}
            {bad > 0 && "Rows with something wrong are left out: mend them, and bring them again."}
          </p>
          <input type="hidden" name="at" value={file.settings?.at} />
          <button type="submit">{`Enrol ${many(ready, "treatment")}`}</button>
        </form>
      )}
      {badRows.length > 0 && <BadRows file={file} rows={badRows} total={bad} />}
      {notedRows.length > 0 && <NotedRows file={file} rows={notedRows} total={counts.noted} />}
      <h2>Not as you meant it?</h2>
      <p>
        <a href={`${path}/columns`}>Change how the file is read</a>
      </p>
      <CancelImport import={file} label="Throw this file away">
        Nothing of it was enrolled.
      </CancelImport>
    </Page>
  );
}

function Counts({ counts }: { counts: RowCounts }) {
  const later = counts.dueDay - counts.dueNow;
  const figures = [
    { count: counts.ready, words: "will be enrolled", always: true },
    { count: counts.bad, words: "cannot be enrolled", always: true },
    { count: counts.known, words: "enrolled already", always: true },
    { count: counts.twice, words: "stand in an earlier row" },
    { count: counts.dueNow, words: "messages go out at once", always: true },
    { count: later, words: "more messages within a day" },
    { count: counts.silent, words: "get no message" },
    { count: counts.noted, words: "are worth a look" },
  ];
  return (
    <dl class="cards figures">
      {figures
        .filter(({ count, always }) => always || count > 0)
        .map(({ count, words }) => (
          <div class="card" key={words}>
            <dt>{words}</dt>
            <dd class="figure">{count.toLocaleString("en")}</dd>
          </div>
        ))}
    </dl>
  );
}

interface RowsProps {
  file: Import;
  /** The first of them, and how many there are. */
  rows: readonly ToldRow[];
  total: number;
}

function BadRows({ file, rows, total }: RowsProps) {
  return (
    <>
      <h2>{many(total, "row", "rows")} with something wrong</h2>
      <p>
        <a href={`${importPath(file)}/bad.csv`} download>
          Download them with the reasons
        </a>
        , mend them there, and bring that file as the next import. They are deleted here with all
        others when this import ends.
      </p>
      <ToldRows label="Rows with something wrong" why="What is wrong" file={file} rows={rows} />
      {total > rows.length && <p>These are the first {rows.length}; the file has all of them.</p>}
    </>
  );
}

/** What would be enrolled, and is not as one may expect. */
function NotedRows({ file, rows, total }: RowsProps) {
  return (
    <>
      <h2>{many(total, "row is", "rows are")} worth a look</h2>
      <p>Enrolled with the others, unless you take it out of your file and bring that again.</p>
      <ToldRows label="Rows worth a look" why="What to know" file={file} rows={rows} />
      {total > rows.length && <p>These are the first {rows.length} of them.</p>}
    </>
  );
}

/** What is to be told of rows, one line each. */
function ToldRows({
  label,
  why,
  file,
  rows,
}: Pick<RowsProps, "file" | "rows"> & { label: string; why: string }) {
  const columns = file.settings?.columns ?? {};
  const cellOf = (row: ToldRow, { field }: RowProblem) =>
    field === "row" ? undefined : row.cells[columns[field] ?? -1];
  return (
    <Table label={label} head={[{ name: "Row", holds: "numbers" }, "Column, and what it has", why]}>
      {rows.flatMap((row) =>
        row.problems.map((problem) => (
          <Row key={`${row.number} ${problem.field} ${problem.message}`}>
            <td class="number">{row.number}</td>
            <td>
              <bdi>{placeOfProblem(problem, file.headers, columns)}</bdi>
              {problem.field !== "row" && (
                <small class="it-has">
                  <CellOf text={cellOf(row, problem)} />
                </small>
              )}
            </td>
            <td>{problem.message}</td>
          </Row>
        )),
      )}
    </Table>
  );
}
