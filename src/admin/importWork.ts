import { createHash } from "node:crypto";
import type { Enrolment } from "../domain/enrolment.ts";
import { type ImportContext, type ReadRow, readImportRow } from "../domain/importRow.ts";
import { DAY_MS } from "../domain/localTime.ts";
import { AppError, describeError } from "../errors.ts";
import { foldEmail } from "../ledger/addresses.ts";
import type { Clinic } from "../ledger/clinics.ts";
import { enrol } from "../ledger/enrol.ts";
import { planEnrolment } from "../ledger/enrolmentPlan.ts";
import {
  endRow,
  type Finding,
  findSameTreatment,
  type ImportedTreatment,
  type OpenRow,
  type RowEnd,
  recordFindings,
  takeRows,
} from "../ledger/importRows.ts";
import { endImport, findImport, type Import, moveImport } from "../ledger/imports.ts";
import { isOutage } from "../ledger/outage.ts";
import { notesOf } from "./importNotes.ts";
import type { AdminParts } from "./parts.ts";

/** Rows of one request: it is answered within a second or so, on the embedded engine, too. */
const CHECKED_AT_ONCE = 100;
const ENROLLED_AT_ONCE = 25;

/** What the work on an import needs. */
export type ImportParts = Pick<
  AdminParts,
  "ledger" | "content" | "clock" | "log" | "metrics" | "onDue"
>;

/** An import, whose it is, and who goes on with it. */
interface Job {
  import: Import;
  clinic: Clinic;
  actor: string;
}

const BROKEN =
  "could not be taken, for a reason that is in the server’s log: enrol this one by hand";

/** Looks at the next rows of an import; after the last of them it waits for somebody to say yes. */
export async function checkSome(parts: ImportParts, job: Job): Promise<void> {
  const { ledger } = parts;
  const { settings } = job.import;
  if (settings === null) return;
  const rows = await takeRows(ledger.db, job.import, "new", CHECKED_AT_ONCE);
  const findings: Finding[] = [];
  for (const row of rows) findings.push(await lookAt(parts, job, row));
  if (findings.length > 0) {
    await recordFindings(ledger.db, job.import, { at: settings.at, findings });
  }
  if (rows.length === CHECKED_AT_ONCE) return;
  const next = { from: "checking", to: "checked", at: settings.at } as const;
  await moveImport(ledger.db, job.import, next);
}

async function lookAt(parts: ImportParts, job: Job, row: OpenRow): Promise<Finding> {
  const { ledger, clock } = parts;
  const now = clock.now();
  const nothing = { key: null, problems: [], dueNow: 0, dueDay: 0, silent: false };
  const found = { number: row.number, ...nothing };
  const read = readRow(parts, job, row, now);
  if ("problems" in read) return { ...found, state: "bad", problems: read.problems };
  const key = keyOf(read.enrolment);
  try {
    const { id: clinicId } = job.clinic;
    if ((await findSameTreatment(ledger.db, clinicId, key, read.enrolment)) !== null) {
      return { ...found, key, state: "known" };
    }
    const plan = await planEnrolment(ledger.db, { clinic: job.clinic, ...read }, now);
    const due = plan.reminders.filter(({ status }) => status === "scheduled");
    const until = (ms: number) =>
      due.filter(({ dueAt }) => dueAt.getTime() <= now.getTime() + ms).length;
    return {
      ...found,
      key,
      state: "ready",
      problems: notesOf(plan, read.enrolment, job.clinic),
      dueNow: until(0),
      dueDay: until(DAY_MS),
      silent: due.length === 0,
    };
  } catch (error) {
    leaveOut(parts, job, row, error);
    return { ...found, state: "bad", problems: [{ field: "row", message: BROKEN }] };
  }
}

/**
 * Enrols the next rows of an import, each by itself: what is enrolled stays, whatever comes after it.
 * After the last of them the import ends. Goes no further where somebody has cancelled it meanwhile.
 */
export async function enrolSome(parts: ImportParts, job: Job): Promise<void> {
  const { ledger, clock } = parts;
  const { clinicId, id } = job.import;
  const rows = await takeRows(ledger.db, job.import, "ready", ENROLLED_AT_ONCE);
  let due = false;
  try {
    for (const row of rows) {
      const present = await findImport(ledger.db, clinicId, id);
      if (present?.state !== "running") return;
      const { dueNow, ...end } = await enrolRow(parts, job, row);
      due ||= dueNow;
      await endRow(ledger.db, job.import, end);
    }
  } finally {
    if (due) parts.onDue();
  }
  if (rows.length === ENROLLED_AT_ONCE) return;
  await endImport(ledger, job.import, { as: "done", actor: job.actor }, clock.now());
}

async function enrolRow(
  parts: ImportParts,
  job: Job,
  row: OpenRow,
): Promise<RowEnd & { dueNow: boolean }> {
  const { ledger, clock, metrics } = parts;
  const { clinic, actor } = job;
  const { id: importId } = job.import;
  const now = clock.now();
  const { number } = row;
  // A day may have passed since it was looked at.
  const read = readRow(parts, job, row, now);
  if ("problems" in read) {
    return { number, state: "bad", problems: read.problems, dueNow: false };
  }
  const key = keyOf(read.enrolment);
  // One of this import was enrolled by it before whoever did so could say so.
  const earlier = (same: { importId: string | null }): RowEnd & { dueNow: boolean } => {
    return { number, state: same.importId === importId ? "enrolled" : "known", dueNow: false };
  };
  try {
    const same = await findSameTreatment(ledger.db, clinic.id, key, read.enrolment);
    if (same !== null) return earlier(same);
    const result = await enrol(
      ledger,
      { clinic, actor, ...read, idempotency: { key, body: key } },
      now,
      ({ treatment }): ImportedTreatment => ({ treatmentId: treatment.id, importId }),
    );
    // The body is the key: there is no other one under it.
    if (result.kind === "conflict") return { number, state: "known", dueNow: false };
    if (result.kind === "repeated") return earlier(result.answer);
    metrics.enrolments.inc();
    return { number, state: "enrolled", created: true, dueNow: result.dueNow };
  } catch (error) {
    leaveOut(parts, job, row, error);
    const problems = [{ field: "row" as const, message: BROKEN }];
    return { number, state: "bad", problems, dueNow: false };
  }
}

/** One row that fails must not stop the others; an outage is not the row's fault, and is thrown. */
function leaveOut({ log }: ImportParts, job: Job, { number }: OpenRow, error: unknown): void {
  if (isOutage(error) || (error instanceof AppError && error.code === "ledger_unavailable")) {
    throw error;
  }
  const facts = { part: "import", importId: job.import.id, row: number };
  log.error({ ...facts, error: describeError(error) }, "a row of an import was left out");
}

function readRow(parts: ImportParts, job: Job, row: OpenRow, now: Date): ReadRow {
  const { settings, headers, id } = job.import;
  if (settings === null) return { problems: [{ field: "row", message: BROKEN }] };
  const context: ImportContext = {
    importId: id,
    settings,
    region: job.clinic.region,
    zone: job.clinic.timeZone,
    now,
    protocols: parts.content.protocols,
    width: headers.length,
  };
  return readImportRow(row.cells, context);
}

/**
 * Stands for the treatment that a row is about: the patient, as the ledger recognises one, with the
 * protocol and the time. People who share a number are told apart by their names.
 */
export function keyOf({ patient, protocol, performedAt }: Enrolment): string {
  const { externalId, firstName, phone, email } = patient;
  const who =
    externalId !== null
      ? ["id", externalId]
      : [firstName.normalize("NFKC").toLowerCase(), phone ?? foldEmail(email ?? "")];
  const facts = JSON.stringify([...who, protocol, performedAt.toISOString()]);
  return `import:${createHash("sha256").update(facts).digest("base64url")}`;
}
