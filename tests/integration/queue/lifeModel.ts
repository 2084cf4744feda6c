import type { ChannelName } from "../../../src/domain/channel.ts";
import { REMINDER_TRANSITIONS, type ReminderStatus } from "../../../src/domain/reminder.ts";
import { isOpen, parseSendWindow } from "../../../src/domain/sendWindow.ts";
import type { Enrolled } from "../../../src/ledger/enrol.ts";
import type { Reminder } from "../../../src/ledger/reminders.ts";
import type { Send } from "./lifeProvider.ts";
import { addressesOf, type LifeHouse, LifeWorld, type Visit } from "./lifeWorld.ts";

/** The statuses in which nothing is to come any more, unless somebody does something. */
export const ENDS: readonly ReminderStatus[] = [
  "sent",
  "delivered",
  "undelivered",
  "failed",
  "cancelled",
  "skipped",
];

/** What must be known of a reminder to say what may not happen to it. */
export interface Known {
  id: string;
  treatmentId: string;
  patientId: string;
  /** As the clinic was told when it enrolled. */
  enrolled: Reminder;
  visit: Visit;
  /** As the ledger has it after the last command. */
  status: ReminderStatus;
  dueAt: Date;
  sendUntil: Date;
  /** The command that answered that it had stopped this reminder. */
  cancelledIn: number | null;
  /** The last command that answered that it goes out again; -1 where none did. */
  replayedIn: number;
}

/** What happened over all lives: a rule that nothing ever tries is no rule. */
export type Tally = Map<string, number>;

/** A world, and what was promised in it. */
export class Life extends LifeWorld {
  readonly known: Known[] = [];
  /** The command that answered that a treatment was cancelled, by treatment. */
  readonly cancelled = new Map<string, number>();
  readonly optOuts: { channel: ChannelName; home: number; step: number }[] = [];
  readonly #tally: Tally;

  constructor(house: LifeHouse, start: Date, tally: Tally) {
    super(house, start);
    this.#tally = tally;
  }

  async admit(visit: Visit): Promise<Enrolled> {
    const enrolled = await this.enrol(visit);
    for (const reminder of enrolled.reminders) {
      const { id, treatmentId, patientId, status, dueAt, sendUntil } = reminder;
      this.known.push({
        id,
        treatmentId,
        patientId,
        visit,
        status,
        dueAt,
        sendUntil,
        enrolled: reminder,
        cancelledIn: null,
        replayedIn: -1,
      });
    }
    return enrolled;
  }

  count(what: string): void {
    this.#tally.set(what, (this.#tally.get(what) ?? 0) + 1);
  }

  /** The reminder that a message was about. */
  reminderOf({ reminderId }: Send): Known {
    const known = this.known.find(({ id }) => id === reminderId);
    if (known === undefined) throw new Error("a message about a reminder that nobody enrolled");
    return known;
  }

  /** Everything that never bends, against what the provider was asked and what the ledger holds. */
  async expectNothingBent(): Promise<void> {
    const { db } = this.house.ledger;
    const rows = await db
      .selectFrom("reminders")
      .select(["id", "status", "due_at", "send_until", "dispatch_no"])
      .execute();
    const attempts = await db
      .selectFrom("attempts")
      .select(["id", "reminder_id", "dispatch_no", "channel", "status"])
      .execute();

    // One attempt for each hand-over, and at most one message for each attempt.
    const handOvers = attempts.map((each) => `${each.reminder_id}-${each.dispatch_no}`);
    must(new Set(handOvers).size === handOvers.length, "two attempts for one hand-over");
    const { sends } = this.provider;
    const sent = new Map(sends.map((send) => [send.attemptId, send]));
    must(sent.size === sends.length, "two messages for one attempt");
    const byId = new Map(attempts.map((attempt) => [attempt.id, attempt]));
    for (const send of sends) {
      const attempt = byId.get(send.attemptId);
      must(attempt?.reminder_id === send.reminderId, "a message without its attempt");
      must(attempt?.channel === send.channel, "a message by another channel than its attempt");
    }
    for (const attempt of attempts) {
      const known = sent.get(attempt.id)?.known ?? "failed";
      const about = `an attempt is ${attempt.status}, of which is known: ${known}`;
      must(settled(attempt.status) === settled(known), about);
    }

    for (const send of sends.filter(({ step }) => step === this.step)) this.#expectAllowed(send);

    must(rows.length === this.known.length, "a reminder is gone");
    const after = new Map(rows.map((row) => [row.id, row]));
    for (const known of this.known) {
      const row = after.get(known.id);
      if (row === undefined) throw new Error("a reminder is gone");
      must(reachable(known.status).has(row.status), `from ${known.status} to ${row.status}`);
      if (known.cancelledIn !== null) must(row.status === "cancelled", "a cancel came undone");
      if (row.status === "scheduled" || row.status === "queued") {
        must(row.due_at >= new Date(known.enrolled.trace.trueAt), "due early");
        must(row.due_at < known.enrolled.expiresAt, "due stale");
      }
      known.status = row.status;
      known.dueAt = row.due_at;
      known.sendUntil = row.send_until;
    }
  }

  #expectAllowed(send: Send): void {
    const { at, step, channel } = send;
    const known = this.reminderOf(send);
    const { enrolled, visit } = known;
    this.count("sent");

    must(at >= new Date(enrolled.trace.trueAt), "sent before its step is true");
    must(at >= enrolled.dueAt, "sent before it was first due");
    must(at >= known.dueAt, "sent before it was due");
    must(at < enrolled.expiresAt, "sent stale");
    must(at < known.sendUntil, "sent after its opening");
    const window = parseSendWindow(this.house.clinic.sendWindow);
    const atDesk = enrolled.trace.window === "any" && at < enrolled.sendUntil;
    const open = atDesk || isOpen(window, enrolled.timeZone, at);
    must(open, "sent outside the send window");

    must(visit.consent.includes(channel), "sent without consent");
    const addresses = addressesOf(visit.home);
    must(send.to === (channel === "sms" ? addresses.phone : addresses.email), "sent elsewhere");
    const optOut = this.optOuts.find(
      (each) => each.channel === channel && each.home === visit.home && each.step < step,
    );
    must(optOut === undefined, "sent after an opt-out");
    // A cancel that came in the same command may have found it waiting again after it had failed.
    const failedFirst = known.cancelledIn === step && send.known === "failed";
    must(known.cancelledIn === null || failedFirst, "sent, and its cancel had answered");
    const treatmentCancelledIn = this.cancelled.get(known.treatmentId) ?? step;
    must(treatmentCancelledIn === step, "sent after its treatment was cancelled");

    for (const earlier of this.provider.sends) {
      if (earlier === send) break;
      if (earlier.reminderId !== send.reminderId || earlier.step <= known.replayedIn) continue;
      this.count(earlier.taken ? "doubled" : "sent again");
      this.#expectAgainAllowed(earlier, step);
    }
  }

  /** Where a message goes out once more, what was heard of an earlier one must have allowed it. */
  #expectAgainAllowed(earlier: Send, step: number): void {
    const { known, provenIn, askedInVain } = earlier;
    const about = `sent again after one that is ${known}, asked in vain: ${askedInVain}`;
    switch (known) {
      case "failed":
      case "undelivered":
        return;
      case "sending":
      case "unknown":
        must(askedInVain, about);
        return;
      case "sent":
      case "delivered":
        // Where the proof came in the same command as the send, it may have come too late for it.
        must(askedInVain && provenIn === step, about);
    }
  }
}

/** Breaks off a life in which a rule was broken. */
function must(holds: boolean, rule: string): void {
  if (!holds) throw new Error(rule);
}

/** The rescuer gives up a silent worker when its time has come; by itself that says nothing. */
const settled = (status: string) => (status === "sending" ? "unknown" : status);

/** Where a reminder may be after one command, which may take it through several statuses. */
function reachable(from: ReminderStatus): Set<ReminderStatus> {
  const found = new Set([from]);
  for (const status of found) for (const next of REMINDER_TRANSITIONS[status]) found.add(next);
  return found;
}
