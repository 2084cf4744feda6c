import type { ChannelName } from "./channel.ts";
import type { StepKind } from "./protocol.ts";

/** Where a reminder stands in its life. */
export const REMINDER_STATUSES = [
  "scheduled",
  "queued",
  "sending",
  "sent",
  "delivered",
  "undelivered",
  "unknown",
  "failed",
  "cancelled",
  "skipped",
] as const;

export type ReminderStatus = (typeof REMINDER_STATUSES)[number];

/** Why a reminder was skipped. */
export const SKIP_REASONS = [
  "expired",
  "opted_out",
  "no_consent",
  "superseded",
  "collapsed",
  "no_address",
  "paused",
] as const;

export type SkipReason = (typeof SKIP_REASONS)[number];

/**
 * Every move that a reminder can make; the ledger refuses any other. `sent` may stay as it is for
 * good, where a provider never sends a receipt. What waits can become `sent` by proof that an
 * earlier attempt did go out; what has ended without reaching the patient can be replayed.
 */
export const REMINDER_TRANSITIONS: Readonly<Record<ReminderStatus, readonly ReminderStatus[]>> = {
  scheduled: ["queued", "cancelled", "skipped", "sent", "delivered"],
  queued: ["sending", "scheduled", "cancelled", "skipped", "sent", "delivered"],
  sending: ["sent", "delivered", "undelivered", "scheduled", "unknown", "failed", "skipped"],
  unknown: ["sent", "delivered", "undelivered", "scheduled", "failed", "skipped"],
  sent: ["delivered", "undelivered", "scheduled"],
  delivered: [],
  undelivered: ["scheduled"],
  failed: ["scheduled"],
  cancelled: [],
  skipped: ["scheduled"],
};

/** The statuses from which a cancel still stops a message. */
export const CANCELLABLE: readonly ReminderStatus[] = ["scheduled", "queued"];

/** An IANA zone, and whose it is: the patient's where the clinic has given it, else the clinic's. */
export interface Zone {
  timeZone: string;
  timeZoneFrom: "patient" | "clinic";
}

/**
 * The zone in which the patient lives: that of the enrolment, or `local` where the patient has moved
 * since. Send windows, days and the words of a moment go by it.
 */
export function localZoneOf({
  timeZone,
  local,
}: {
  timeZone: string;
  local?: Zone | undefined;
}): string {
  return local?.timeZone ?? timeZone;
}

/** How a reminder came to be due when it is: enough to explain it without the protocol file. */
export interface Trace extends Zone {
  protocol: { name: string; version: number };
  /** `performedAt`, in UTC. */
  anchor: string;
  after: string;
  at: string | null;
  /** The instant at which the step becomes true, in UTC, before the send window is looked at. */
  trueAt: string;
  /**
   * Beside the zone of the enrolment (`timeZone`), in which the offset was reckoned, the one in which
   * `window` was looked at; only where that is another one.
   */
  local?: Zone;
  /** The hours of the day on which it became true, "closed", or "any". */
  window: string;
  /** How far the window (or a late enrolment) moved it, in minutes. */
  movedMinutes: number;
  movedBy: "nothing" | "window" | "late enrolment" | "late enrolment and window";
  /**
   * By how many local days the patient's daily cap moved it further; null where no day had room for
   * it before it was stale.
   */
  cappedDays?: number | null;
  /** What the protocol says where a clinician set `after` for this treatment. */
  overridden?: { after: string };
  /** Why it became true later than by its own offset: other treatments that restrict its topics. */
  waits?: Wait[];
  /** What says in its place what this one would have said. */
  supersededBy?: Superseding[];
  /** Of a retraction: the permission step that it takes back. */
  retracts?: string;
  /** Of a retraction: until when the patient is asked to wait, in UTC; null where nobody knows. */
  waitUntil?: string | null;
  /** Why this channel: each of the step's channels in order, and whether it can be used. */
  channels: { channel: ChannelName; use: ChannelUse }[];
}

/** A topic that another of the patient's treatments restricts for longer. */
export interface Wait {
  treatmentId: string;
  protocol: string;
  topic: string;
  /** In UTC. */
  until: string;
}

/** A step of another treatment that stands in place of one on the same topics. */
export interface Superseding {
  treatmentId: string;
  protocol: string;
  /** The permission step; null where the protocol never permits these topics. */
  step: string | null;
  topics: string[];
}

/** A permission that went out, or may have: nobody has said that it did not arrive. */
export interface Told {
  treatmentId: string;
  protocol: string;
  step: string;
  topics: readonly string[];
  /** When it went out last. */
  at: Date;
  /** Whether a provider has taken it; what is in doubt may not have been heard. */
  sure: boolean;
}

/** Whether a channel can carry a message to this patient for this purpose. */
export const CHANNEL_USES = [
  "usable",
  "no_consent",
  "no_address",
  "opted_out",
  "dead_address",
] as const;

export type ChannelUse = (typeof CHANNEL_USES)[number];

/** One planned message to one patient, before it is in the ledger. */
export interface PlannedReminder {
  step: string;
  kind: StepKind;
  topics: string[];
  channel: ChannelName;
  /** The usable channels in order; those after `channel` are its fallbacks. */
  channels: ChannelName[];
  /** The instant from which it may be sent. */
  dueAt: Date;
  /** It is not sent at or after this instant: the send window has closed or it has gone stale. */
  sendUntil: Date;
  expiresAt: Date;
  status: "scheduled" | "skipped";
  statusReason: SkipReason | null;
  trace: Trace;
}
