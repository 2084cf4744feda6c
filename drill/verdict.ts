import type { ReminderDetail } from "../tests/support/clinic.ts";
import { UNSETTLED } from "./ledger.ts";

/** A reminder that an enrolment's answer promised. Instants are milliseconds of the machine's clock. */
export interface Promised {
  reminderId: string;
  dueAt: number;
  trueAt: number;
}

/** A message that a provider took. */
export interface Received {
  channel: "sms" | "email";
  /** What it says of where it comes from: a text its attempt's id, a mail its reminder's. */
  from: string;
  at: number;
  /** Whether it went to a patient of the clinic that is closed. */
  toClosed: boolean;
}

/** A reminder that a cancel's answer gave as cancelled; `askedAt` is when the cancel was asked for. */
export interface Cancelled {
  reminderId: string;
  askedAt: number;
}

/** What a drill knows at its end. */
export interface Evidence {
  promised: readonly Promised[];
  received: readonly Received[];
  cancelled: readonly Cancelled[];
  /** The attempts whose delivery a receipt told, and was answered with yes. */
  receipts: ReadonlySet<string>;
  /** The ledger's word on all reminders that were due, promised or not. */
  ledger: readonly ReminderDetail[];
}

/** What came of one fault: numbers of reminders, but duplicates, which are messages. */
export interface Verdict {
  promised: number;
  /** Of those promised, how many a provider got at least once. */
  received: number;
  /** Of those promised, not received and ended with a reason: how many, by status and reason. */
  endedOtherwise: ReadonlyMap<string, number>;
  /** Messages beyond the first of a reminder, by cause. */
  duplicates: ReadonlyMap<string, number>;
  early: number;
  outsideWindow: number;
  afterCancel: number;
  lost: number;
  /** How many were at some time neither known to be sent nor known not to be, and came to an end. */
  unknownSettled: number;
  /** The most that a promised one came after it was due, in milliseconds. */
  worstLatenessMs: number;
  /** Attempts that are not `delivered` although a receipt that said so was answered with yes. */
  receiptsForgotten: number;
}

/** The one cause that excuses a duplicate: a mail server has no list of what it took. */
export const COULD_NOT_ASK = "the provider could not be asked";

/** Compares what was promised and what the ledger says with what the providers received. */
export function judge(evidence: Evidence): Verdict {
  const { promised, received, cancelled, receipts, ledger } = evidence;
  const known = new Map(ledger.map((reminder) => [reminder.id, reminder]));
  const ofAttempt = new Map(
    ledger.flatMap(({ id, attempts }) => attempts.map((attempt) => [attempt.id, id] as const)),
  );
  const arrivals = new Map<string, Received[]>();
  const duplicates = new Map<string, number>();
  for (const message of received.filter(({ toClosed }) => !toClosed)) {
    const id = message.channel === "sms" ? ofAttempt.get(message.from) : message.from;
    if (id === undefined || !known.has(id)) count(duplicates, "of nothing in the ledger");
    else arrivals.set(id, [...(arrivals.get(id) ?? []), message]);
  }
  for (const [id, messages] of arrivals) {
    messages.sort((one, other) => one.at - other.at);
    const excused = excusedMails(messages, known.get(id));
    for (const index of messages.slice(1).keys()) {
      count(duplicates, index < excused ? COULD_NOT_ASK : "unexplained");
    }
  }
  for (const id of ofSecondTreatments(ledger)) {
    if (arrivals.has(id)) count(duplicates, "enrolled twice");
  }

  const promises = new Map(promised.map((each) => [each.reminderId, each]));
  const endedOtherwise = new Map<string, number>();
  let lost = 0;
  for (const id of promises.keys()) {
    const reminder = known.get(id);
    if (reminder !== undefined && !UNSETTLED.has(reminder.status)) {
      if (arrivals.has(id)) continue;
      const end = endWithReason(reminder);
      if (end !== null) {
        count(endedOtherwise, end);
        continue;
      }
    }
    lost += 1;
  }

  const firsts = [...arrivals].map(([id, [first]]) => ({ id, at: first?.at ?? 0 }));
  const allowedFrom = (id: string) => {
    const trueAt = Date.parse(known.get(id)?.trace.trueAt ?? "");
    const promise = promises.get(id);
    return promise ? Math.max(promise.trueAt, promise.dueAt) : trueAt;
  };
  const lateness = firsts.map(({ id, at }) => at - (promises.get(id)?.dueAt ?? at));
  return {
    promised: promises.size,
    received: firsts.filter(({ id }) => promises.has(id)).length,
    endedOtherwise,
    duplicates,
    early: firsts.filter(({ id, at }) => at < allowedFrom(id)).length,
    outsideWindow: received.filter(({ toClosed }) => toClosed).length,
    afterCancel: cancelled.filter(({ reminderId, askedAt }) =>
      arrivals.get(reminderId)?.some(({ at }) => at >= askedAt),
    ).length,
    lost,
    unknownSettled: ledger.filter((each) => timesUnknown(each) > 0 && !UNSETTLED.has(each.status))
      .length,
    worstLatenessMs: lateness.reduce((worst, each) => Math.max(worst, each), 0),
    receiptsForgotten: ledger
      .flatMap(({ attempts }) => attempts)
      .filter(({ id, status }) => receipts.has(id) && status !== "delivered").length,
  };
}

/** Whether nothing happened that never may. */
export function isGood(verdict: Verdict): boolean {
  const { lost, early, afterCancel, outsideWindow, receiptsForgotten } = verdict;
  const never = [lost, early, afterCancel, outsideWindow, receiptsForgotten, unexplained(verdict)];
  return never.every((count) => count === 0);
}

/** How many duplicates have no excuse. */
export function unexplained({ duplicates }: Pick<Verdict, "duplicates">): number {
  const all = [...duplicates.values()].reduce((sum, each) => sum + each, 0);
  return all - (duplicates.get(COULD_NOT_ASK) ?? 0);
}

/** Each time that a mail was in doubt excuses one more, of a reminder that went by mail alone. */
function excusedMails(messages: readonly Received[], reminder: ReminderDetail | undefined): number {
  const byMail = messages.every(({ channel }) => channel === "email");
  return byMail && reminder ? timesUnknown(reminder) : 0;
}

function timesUnknown({ events }: ReminderDetail): number {
  return events.filter(({ type }) => type === "unknown").length;
}

/** The end of a reminder that is not said to be sent; null without a reason for it. */
function endWithReason({ status, statusReason }: ReminderDetail): string | null {
  if (status === "sent" || status === "delivered") return null;
  if (status === "cancelled") return status;
  return statusReason && `${status}: ${statusReason}`;
}

/** The reminders of treatments beyond the first of a patient: in a drill each has one. */
function ofSecondTreatments(ledger: readonly ReminderDetail[]): string[] {
  const first = new Map<string, string>();
  return ledger
    .filter(({ patientId, treatmentId }) => {
      if (!first.has(patientId)) first.set(patientId, treatmentId);
      return first.get(patientId) !== treatmentId;
    })
    .map(({ id }) => id);
}

function count(counts: Map<string, number>, what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1);
}
