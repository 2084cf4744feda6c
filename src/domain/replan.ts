import type { Said } from "./patientPlan.ts";
import type { StepKind } from "./protocol.ts";
import { localZoneOf, type PlannedReminder, type ReminderStatus } from "./reminder.ts";

/** A reminder as the ledger has it, with what decides whether a new plan changes it. */
export interface StoredReminder {
  kind: StepKind;
  status: ReminderStatus;
  statusReason: string | null;
  trueAt: Date;
  dueAt: Date;
  /** When it was last claimed for sending. */
  claimedAt: Date | null;
  /** The zone of the patient's clocks by which its time was found. */
  localZone: string;
  /** The step of another treatment that stands in its place. */
  replaced: boolean;
}

/** What a new plan does to a reminder of an earlier one. */
export type PlanChange =
  | { kind: "keep" }
  /** It is not to be sent, for the plan's reason. */
  | { kind: "skip" }
  /** It is to be sent as planned. */
  | { kind: "plan" }
  /** It went out, and says too early what is not true yet: it is taken back, and planned anew. */
  | { kind: "retract" };

const KEEP: PlanChange = { kind: "keep" };

/** What a reminder has come to, as the plan of its patient sees it. */
export function saidOf({ status, claimedAt, statusReason, replaced }: StoredReminder): Said {
  switch (status) {
    case "sending":
    case "sent":
    case "delivered":
    case "undelivered":
    case "unknown":
      return claimedAt === null ? { kind: "ended" } : { kind: "left", at: claimedAt };
    case "scheduled":
    case "queued":
      return { kind: "waits" };
    case "skipped":
      return { kind: isPassing(statusReason, replaced) ? "waits" : "ended" };
    case "failed":
    case "cancelled":
      return { kind: "ended" };
  }
}

/**
 * What the plan of its patient, made again, does to a reminder. `corrected` says that its own
 * treatment was corrected: then what has ended unsent is planned again, too, and a permission that
 * went out and is not true yet is taken back. Otherwise a reminder is left alone unless another
 * treatment, a pause, a cap or the patient's new zone changes when or whether it may go.
 */
export function changeOf(
  stored: StoredReminder,
  planned: PlannedReminder,
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
      if (sends && isPassing(stored.statusReason, stored.replaced)) return { kind: "plan" };
      return sends && retimed && how.corrected ? { kind: "plan" } : KEEP;
    case "failed":
    case "undelivered":
      return sends && how.corrected && trueAt > how.now ? { kind: "plan" } : KEEP;
    case "sending":
    case "sent":
    case "delivered":
    case "unknown": {
      const tooEarly = how.corrected && trueAt > how.now && trueAt > stored.trueAt;
      return tooEarly && stored.kind === "permission" ? { kind: "retract" } : KEEP;
    }
    case "cancelled":
      return KEEP;
  }
}

/** Reasons that another treatment or a pause gives, and not the mere passing of time. */
function mustSkip({ statusReason, trace }: PlannedReminder): boolean {
  if (statusReason === "superseded" || statusReason === "paused") return true;
  const merged = statusReason === "collapsed" && trace.supersededBy !== undefined;
  return merged || (statusReason === "expired" && trace.cappedDays !== undefined);
}

/** Reasons that can pass: the other treatment is cancelled, the pause ends, the patient says START. */
function isPassing(reason: string | null, replaced: boolean): boolean {
  if (reason === "collapsed") return replaced;
  return reason === "superseded" || reason === "paused" || reason === "opted_out";
}

function isMovedByCap({ dueAt }: StoredReminder, planned: PlannedReminder): boolean {
  return planned.trace.cappedDays !== undefined && planned.dueAt > dueAt;
}
