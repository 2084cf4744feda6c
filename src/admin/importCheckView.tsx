import type { BadRow, RowCounts } from "../ledger/importRows.ts";
import type { Import } from "../ledger/imports.ts";
import type { Place } from "./guard.ts";
import { CellOf } from "./importColumnsView.tsx";
import { CancelImport, importPath } from "./importView.tsx";
import { many, placeOfProblem } from "./importWords.ts";
import { Page } from "./layout.tsx";
import { Notice, Table } from "./pieces.tsx";

interface CheckProps {
  place: Place;
  import: Import;
  counts: RowCounts;
  /** The first of the rows that cannot be enrolled. */
  badRows: readonly BadRow[];
}

/** What was found of all rows, before anything is enrolled. */
export function CheckPage({ place, import: file, counts, badRows }: CheckProps) {
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
          <button type="submit">{`Enrol ${many(ready, "treatment")}`}</button>
        </form>
      )}
      {badRows.length > 0 && <BadRows file={file} rows={badRows} total={bad} />}
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
  ];
  return (
    <dl class="cards">
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

function BadRows({ file, rows, total }: { file: Import; rows: readonly BadRow[]; total: number }) {
  const columns = file.settings?.columns ?? {};
  const cellOf = (row: BadRow, field: BadRow["problems"][number]["field"]) =>
    field === "row" ? undefined : row.cells[columns[field] ?? -1];
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
      <Table label="Rows with something wrong" head={["row", "column", "it has", "what is wrong"]}>
        {rows.flatMap((row) =>
          row.problems.map((problem) => (
            <tr key={`${row.number} ${problem.field}`}>
              <td class="number">{row.number}</td>
              <td>
                <bdi>{placeOfProblem(problem, file.headers, columns)}</bdi>
              </td>
              <td>{problem.field === "row" ? "" : <CellOf text={cellOf(row, problem.field)} />}</td>
              <td>{problem.message}</td>
            </tr>
          )),
        )}
      </Table>
      {total > rows.length && <p>These are the first {rows.length}; the file has all of them.</p>}
    </>
  );
}
