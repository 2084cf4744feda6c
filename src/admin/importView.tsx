import type { ComponentChildren } from "preact";
import type { RowCounts, ToldRow } from "../ledger/importRows.ts";
import type { Import } from "../ledger/imports.ts";
import type { ImportState } from "../ledger/tables.ts";
import type { Place } from "./guard.ts";
import { MAX_ROWS } from "./importFile.ts";
import { many, placeOfProblem } from "./importWords.ts";
import { Page } from "./layout.tsx";
import { clinicPath } from "./paths.ts";
import { Badge, Empty, LocalTime, Notice, Row, Table, type Tone } from "./pieces.tsx";

/** The address of an import. */
export function importPath({ clinicId, id }: Pick<Import, "clinicId" | "id">): string {
  return clinicPath(clinicId, `import/${id}`);
}

const STATES: Record<ImportState, { word: string; tone: Tone }> = {
  columns: { word: "columns to be named", tone: "warn" },
  checking: { word: "being checked", tone: "warn" },
  checked: { word: "waits for your yes", tone: "warn" },
  running: { word: "enrolling", tone: "warn" },
  done: { word: "done", tone: "good" },
  cancelled: { word: "cancelled", tone: "plain" },
  expired: { word: "not finished in a day", tone: "plain" },
};

/** The page on which a file is brought, with the imports before it. */
export function StartPage({
  place,
  imports,
  refused,
}: {
  place: Place;
  imports: readonly Import[];
  refused?: string | undefined;
}) {
  const { clinic, visitor } = place;
  return (
    <Page title="Import" place={place} visitor={visitor} current="import">
      <p>
        Bring patients and their treatments as a CSV file, as other programs export it. Every row is
        checked first, and nothing is enrolled before you say so.
      </p>
      {refused !== undefined && (
        <Notice tone="bad">
          <strong>This file was not taken.</strong> {refused}
        </Notice>
      )}
      <form method="post" action={clinicPath(clinic.id, "import")} encType="multipart/form-data">
        <label class="drop">
          <span>
            <strong>Choose the file, or drop it here</strong>
            <small>
              CSV in UTF-8, with the names of the columns in its first row; up to{" "}
              {MAX_ROWS.toLocaleString("en")} rows and 5 MB.
            </small>
          </span>
          <input
            type="file"
            name="file"
            accept=".csv,.tsv,.txt,text/csv,text/tab-separated-values,text/plain"
            required
          />
        </label>
        <button type="submit">Go on</button>
      </form>
      <p>
        <small>
          What is in the file is deleted when its import ends, or after 24 hours if nobody finishes
          it. A row that is enrolled already is never enrolled twice, also not from another file.
        </small>
      </p>
      <h2>Imports so far</h2>
      {imports.length === 0 ? (
        <Empty>No file was brought yet.</Empty>
      ) : (
        <Table
          label="Imports so far"
          head={[
            "Brought",
            { name: "Rows", holds: "numbers" },
            "State",
            { name: "Enrolled", holds: "numbers" },
            { name: "Page", holds: "acts" },
          ]}
        >
          {imports.map((each) => (
            <Row key={each.id}>
              <td>
                <LocalTime at={each.createdAt} zone={clinic.timeZone} />
              </td>
              <td class="number">{each.rowCount.toLocaleString("en")}</td>
              <td>
                <Badge tone={STATES[each.state].tone}>{STATES[each.state].word}</Badge>
              </td>
              <td class="number">
                {each.endedAt === null ? "" : each.enrolled.toLocaleString("en")}
              </td>
              <td>
                <a href={importPath(each)}>
                  {each.endedAt === null ? "Go on with it" : "Look at it"}
                </a>
              </td>
            </Row>
          ))}
        </Table>
      )}
    </Page>
  );
}

interface WorkProps {
  import: Import;
  counts: RowCounts;
}

/** The page that stands while rows are looked at or enrolled; it goes on by itself where it can. */
export function WorkPage({ place, ...work }: WorkProps & { place: Place }) {
  const { import: file } = work;
  const running = file.state === "running";
  const title = running ? "Import: enrolling" : "Import: checking the rows";
  return (
    <Page title={title} place={place} visitor={place.visitor} current="import">
      <div
        id="work"
        hx-post={`${importPath(file)}/step`}
        hx-trigger="load, every 600ms"
        hx-sync="this:drop"
      >
        <Progress {...work} />
      </div>
      <noscript>
        <form method="post" action={`${importPath(file)}/step`}>
          <button type="submit">Go on</button>
          <p>
            <small>Your browser runs no scripts: press this until it is finished.</small>
          </p>
        </form>
      </noscript>
      <p>
        <small>
          {running
            ? "It goes on while this page is open. You can close it: whoever opens it again goes on where it stopped."
            : "Nothing is enrolled yet."}
        </small>
      </p>
      <CancelImport import={file} label={running ? "Stop here" : "Throw this file away"}>
        {running
          ? "What is enrolled stays enrolled, and its messages go out; the other rows are deleted."
          : "Nothing of it was enrolled."}
      </CancelImport>
    </Page>
  );
}

/** How far it is. */
export function Progress({ import: file, counts }: WorkProps) {
  const running = file.state === "running";
  const total = running ? counts.enrolled + counts.ready : file.rowCount;
  const done = running ? counts.enrolled : file.rowCount - counts.new;
  const of = `${done.toLocaleString("en")} of ${many(total, "row")}`;
  return (
    <>
      <progress value={done} max={Math.max(total, 1)} aria-label={`${of} done`} />
      <p>{running ? `Enrolled ${of}.` : `Checked ${of}.`}</p>
    </>
  );
}

/** A button that ends an import, beside what that means. */
export function CancelImport({
  import: file,
  label,
  children,
}: {
  import: Import;
  label: string;
  children: ComponentChildren;
}) {
  return (
    <form method="post" action={`${importPath(file)}/cancel`} class="cancel-import">
      <button type="submit" class="danger">
        {label}
      </button>
      <small>{children}</small>
    </form>
  );
}

/** What came of an import that has ended. */
export function ResultPage({
  place,
  import: file,
  badRows,
}: {
  place: Place;
  import: Import;
  badRows: readonly ToldRow[];
}) {
  const { clinic, visitor } = place;
  const { enrolled, known, bad, rowCount } = file;
  const left = rowCount - enrolled - known - bad;
  return (
    <Page title="Import: what came of it" place={place} visitor={visitor} current="import">
      <Notice tone={file.state === "done" ? "good" : "warn"}>
        {file.state === "done" && <strong>The import is done. </strong>}
        {file.state === "cancelled" && <strong>The import was cancelled. </strong>}
        {file.state === "expired" && (
          <strong>Nobody finished this import within a day, and it was ended. </strong>
        )}
        {enrolled > 0
          ? `${many(enrolled, "patient’s treatment is", "treatments are")} enrolled by it${file.state === "done" ? "." : ", and stay enrolled."}`
          : "Nothing was enrolled by it."}
      </Notice>
      <ul>
        {known > 0 && (
          <li>
            {many(known, "row was", "rows were")} enrolled already, or stood in the file twice.
          </li>
        )}
        {bad > 0 && <li>{many(bad, "row", "rows")} could not be enrolled.</li>}
        {left > 0 && (
          <li>
            {many(left, "row was", "rows were")} not enrolled. Bring the file again, and only what
            is missing is enrolled.
          </li>
        )}
        <li>What was in the file is deleted.</li>
      </ul>
      {badRows.length > 0 && (
        <>
          <h2>Rows that could not be enrolled</h2>
          <Table
            label="Rows that could not be enrolled"
            head={[{ name: "Row", holds: "numbers" }, "Where", "What is wrong"]}
          >
            {badRows.flatMap(({ number, problems }) =>
              problems.map((problem) => (
                <Row key={`${number} ${problem.field}`}>
                  <td class="number">{number}</td>
                  <td>{placeOfProblem(problem, [], {})}</td>
                  <td>{problem.message}</td>
                </Row>
              )),
            )}
          </Table>
          {bad > badRows.length && <p>These are the first {badRows.length} of them.</p>}
        </>
      )}
      <p class="actions">
        <a href={clinicPath(clinic.id, "import")} role="button">
          Bring another file
        </a>
        <a href={clinicPath(clinic.id, "patients")}>To the patients</a>
      </p>
    </Page>
  );
}
