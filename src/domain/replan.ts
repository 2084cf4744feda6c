import type { ChannelName } from "./channel.ts";
import type { Said } from "./patient.ts";
import type { StepKind } from "./protocol.ts";
import {
  localZoneOf,
  type PlannedReminder,
  type ReminderStatus,
  type Superseding,
  type Trace,
} from "./reminder.ts";

/** A reminder as the ledger has it, with what decides whether a new plan changes it. */
export interface StoredReminder {
  kind: StepKind;
  channel: ChannelName;
  status: ReminderStatus;
  statusReason: string | null;
  trueAt: Date;
  dueAt: Date;
  /** When it was last claimed for sending. */
  claimedAt: Date | null;
  /** The zone of the patient's clocks by which its time was found. */
  localZone: string;
  trace: Pick<Trace, "supersededBy" | "cappedDays">;
}

/** What a new plan does to a reminder of an earlier one. */
export type PlanChange =
  | { kind: "keep" }
  /** It is not to be sent, for the plan's reason. */
  | { kind: "skip" }
  /** It is to be sent as planned. */
  | { kind: "plan" }
  /** It went out and is wrong: beside it the plan is stored anew. */
  | { kind: "again" };

const KEEP: PlanChange = { kind: "keep" };

/** What a reminder has come to, as the plan of its patient sees it. */
export function saidOf(stored: StoredReminder): Said {
  const { status, claimedAt, channel } = stored;
  switch (status) {
    case "sending":
    case "sent":
    case "delivered":
    case "unknown":
      return claimedAt === null ? { kind: "ended" } : { kind: "left", at: claimedAt, channel };
    case "scheduled":
    case "queued":
      return { kind: "waits", channel };
    case "skipped":
      return isPassing(stored) ? { kind: "waits", channel } : { kind: "ended" };
    case "undelivered":
    case "failed":
      return { kind: "ended" };
    case "cancelled":
      return { kind: "withdrawn" };
  }
}

/**
 * What the plan of its patient, made again, does to a reminder; `said` is how the plan took it.
 * `corrected` says that its own treatment was corrected: then what has ended unsent is planned
 * again, too. Otherwise a reminder is left alone unless another treatment, a pause, a stop, a cap
 * or the patient's new zone changes when or whether it may go, or who speaks in its place.
 */
export function changeOf(
  stored: StoredReminder,
  { planned, said }: { planned: PlannedReminder; said: Said },
  how: { corrected: boolean; now: Date },
): PlanChange {
  const trueAt = new Date(planned.trace.trueAt);
  const retimed = trueAt.getTime() !== stored.trueAt.getTime();
  // By the clocks of another place its hours are others.
  const moved = retimed || localZoneOf(planned.trace) !== stored.localZone;
  const sends = planned.status === "scheduled";
  switch (stored.status) {
    case "scheduled":
    case "queued":
      if (!sends) return moved || mustSkip(planned) ? { kind: "skip" } : KEEP;
      return moved || isMovedByCap(stored, planned) ? { kind: "plan" } : KEEP;
    case "skipped":
      if (!isPassing(stored)) return sends && retimed && how.corrected ? { kind: "plan" } : KEEP;
      if (sends) return { kind: "plan" };
      // When it would go once the reason has passed is to be known, too.
      return mustSkip(planned) && (moved || tellsAnother(stored, planned))
        ? { kind: "skip" }
        : KEEP;
    case "failed":
    case "undelivered":
      return sends && how.corrected && trueAt > how.now ? { kind: "plan" } : KEEP;
    case "sending":
    case "sent":
    case "delivered":
    case "unknown":
      return said.kind === "waits" ? { kind: "again" } : KEEP;
    case "cancelled":
      return KEEP;
  }
}

/** Reasons that another treatment, a pause or the patient gives, and not the mere passing of time. */
function mustSkip({ statusReason, trace }: PlannedReminder): boolean {
  if (statusReason === "superseded" || statusReason === "paused") return true;
  if (statusReason === "opted_out") return true;
  const merged = statusReason === "collapsed" && trace.supersededBy !== undefined;
  return merged || (statusReason === "expired" && trace.cappedDays === null);
}

/** Reasons that can pass: the other treatment is cancelled, the pause ends, the patient says START. */
function isPassing({ statusReason, trace }: StoredReminder): boolean {
  if (statusReason === "collapsed") return trace.supersededBy !== undefined;
  if (statusReason === "expired") return trace.cappedDays === null;
  return statusReason === "superseded" || statusReason === "paused" || statusReason === "opted_out";
}

/** Whether what is not sent anyhow is so for another reason, or another speaks in its place. */
function tellsAnother(stored: StoredReminder, planned: PlannedReminder): boolean {
  if (planned.statusReason !== stored.statusReason) return true;
  return wordsOf(planned.trace.supersededBy) !== wordsOf(stored.trace.supersededBy);
}

function wordsOf(by: readonly Superseding[] = []): string {
  const words = by.map(({ treatmentId, step, topics }) => [treatmentId, step, ...topics].join(" "));
  return words.toSorted().join("\n");
}

function isMovedByCap({ dueAt }: StoredReminder, planned: PlannedReminder): boolean {
  return planned.trace.cappedDays !== undefined && planned.dueAt > dueAt;
}
