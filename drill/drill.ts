import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TakenMail } from "../tests/support/fakeSmtp.ts";
import type { TakenMessage } from "../tests/support/fakeTwilioMessage.ts";
import { until } from "../tests/support/poll.ts";
import {
  enrolAtClosed,
  enrolPatients,
  isOfClosed,
  newEnrolment,
  REMINDERS_EACH,
} from "./enrolment.ts";
import type { Fault } from "./faults/fault.ts";
import { type Deployment, type Installation, openInstallation } from "./installation.ts";
import { countUnsettled, readLedger } from "./ledger.ts";
import type { Progress } from "./progress.ts";
import { type Evidence, isGood, judge, type Received, type Verdict } from "./verdict.ts";

/** One row of the table. */
export interface Row {
  fault: string;
  result:
    | { kind: "done"; verdict: Verdict; tookMs: number }
    | { kind: "does not apply"; reason: string };
  good: boolean;
  /** What else is to be said of it. */
  notes: string[];
}

/** What is not settled so long after the last enrolment is lost. */
const DEADLINE_MS = 6 * 60_000;

/** Settled means that nothing has arrived for this long, too. */
const QUIET_MS = 3_000;

/** What is due later belongs to steps of hours after the drill. */
const HORIZON_MS = 2.5 * 3_600_000;

const CLOSED_PATIENTS = 20;

/** Runs one fault on a fresh deployment, with at least so many reminders promised. */
export async function drill(
  fault: Fault,
  deployment: Deployment,
  reminders: number,
  progress: Progress,
): Promise<Row> {
  const reason = fault.notOn?.[deployment];
  if (reason !== undefined) {
    const result = { kind: "does not apply" as const, reason };
    return { fault: fault.name, result, good: true, notes: [] };
  }
  const begun = Date.now();
  const enrolment = newEnrolment(reminders);
  progress.begin(fault.name, enrolment.patients * REMINDERS_EACH);
  const installation = await openInstallation(deployment, enrolment, (line) =>
    progress.stage(line),
  );
  const tick = setInterval(() => progress.received(installation.received()), 250);
  try {
    const notes = await flow(fault, installation, new Date(begun + HORIZON_MS), progress);
    progress.stage("comparing");
    // Before the ledger is read, so that it has had its time to keep each of them.
    const receipts = receiptsAnswered(installation);
    const ledger = await readLedger(installation.open, new Date(begun + HORIZON_MS)).catch(
      (error: unknown) => {
        notes.push(`the ledger could not be read: ${String(error)}`);
        return [];
      },
    );
    const evidence = { ...gather(installation), receipts, ledger };
    const verdict = judge(evidence);
    if (verdict.receiptsForgotten > 0)
      notes.push(`${verdict.receiptsForgotten} receipts forgotten`);
    const good = isGood(verdict) && notes.length === 0;
    if (!good) notes.push(`see ${await keepErrors(installation, evidence)}`);
    progress.stage(`received ${verdict.received} of ${verdict.promised}, lost ${verdict.lost}`);
    const tookMs = Date.now() - begun;
    return { fault: fault.name, result: { kind: "done", verdict, tookMs }, good, notes };
  } finally {
    clearInterval(tick);
    progress.end();
    await installation.close();
  }
}

/** Lets messages flow and the fault strike, until all is settled; returns what went wrong in that. */
async function flow(
  fault: Fault,
  installation: Installation,
  horizon: Date,
  progress: Progress,
): Promise<string[]> {
  const { enrolment } = installation;
  const notes: string[] = [];
  await fault.prepare?.(installation);
  await enrolAtClosed(installation.closed, CLOSED_PATIENTS);
  progress.stage("enrolling");
  let injected = false;
  const injection = (async () => fault.inject?.(installation))()
    .catch((error: unknown) => notes.push(`the fault failed: ${String(error)}`))
    .finally(() => {
      injected = true;
    });
  await enrolPatients(installation.open, enrolment);

  progress.stage("settling");
  let quietSince = Date.now();
  let seen = 0;
  await until(
    "all is settled",
    async () => {
      const exchanged = installation.received() + installation.twilio.callbacks.length;
      if (seen !== exchanged) quietSince = Date.now();
      seen = exchanged;
      if (!injected || (await countUnsettled(installation.open, horizon)) > 0) return false;
      return Date.now() - quietSince >= QUIET_MS;
    },
    { deadlineMs: DEADLINE_MS, everyMs: 1_000 },
  ).catch(() => notes.push("not all was settled at the deadline"));
  await injection;

  if (enrolment.unanswered > 0) notes.push(`${enrolment.unanswered} enrolments went unanswered`);
  if (enrolment.refused > 0 && !fault.stopsApiOn?.includes(installation.deployment)) {
    notes.push(`${enrolment.refused} requests to enrol were refused`);
  }
  for (const each of new Set([installation.api, ...installation.workers])) {
    const end = each.unasked();
    if (end !== null) notes.push(end);
  }
  return notes;
}

/** The attempts whose delivery the program has been told of, and has confirmed that it was. */
function receiptsAnswered({ twilio }: Installation): Evidence["receipts"] {
  return new Set(
    twilio.callbacks
      .filter(({ status, httpStatus }) => status === "delivered" && httpStatus === 204)
      .map(({ url }) => lastPartOf(url)),
  );
}

function gather(installation: Installation): Omit<Evidence, "ledger" | "receipts"> {
  const { enrolment, cancelled, twilio, smtp } = installation;
  return {
    promised: enrolment.enrolled.flatMap(({ promised }) =>
      promised.map(({ id, dueAt, trace }) => ({
        reminderId: id,
        dueAt: Date.parse(dueAt),
        trueAt: Date.parse(trace.trueAt),
      })),
    ),
    received: [...twilio.messages.map(textOf), ...smtp.messages.map(mailOf)],
    cancelled,
  };
}

function textOf({ params, at }: TakenMessage): Received {
  const from = lastPartOf(params.StatusCallback ?? "");
  return { channel: "sms", from, at, toClosed: isOfClosed(params.To ?? "") };
}

/** A callback's address ends in the id of its attempt. */
const lastPartOf = (url: string) => url.slice(url.lastIndexOf("/") + 1);

function mailOf({ messageId, envelope, at }: TakenMail): Received {
  const from = /^<([^@]*)@/.exec(messageId ?? "")?.[1] ?? "";
  return { channel: "email", from, at, toClosed: envelope.to.some(isOfClosed) };
}

/** Keeps what the processes wrote to standard error, and the ledger; returns where. */
async function keepErrors(installation: Installation, { ledger }: Evidence): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), "aftercare-drill-failed-"));
  for (const each of new Set([installation.api, ...installation.workers])) {
    await writeFile(path.join(directory, `${each.name.replace(" ", "-")}.log`), each.errors());
  }
  await writeFile(path.join(directory, "reminders.json"), JSON.stringify(ledger, null, 1));
  return directory;
}
