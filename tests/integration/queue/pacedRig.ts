import { sql } from "kysely";
import type { StepKind } from "../../../src/domain/protocol.ts";
import { createClinic } from "../../../src/ledger/clinics.ts";
import type { Dispatched } from "../../../src/ledger/dispatch.ts";
import { takePaced } from "../../../src/ledger/paced.ts";
import type { Rig } from "./rig.ts";

/** What a copy has of its own. */
export interface CopyOptions {
  clinicId?: string;
  kind?: StepKind;
  /** By how much it is due later than what it is a copy of, in milliseconds. */
  laterMs?: number;
  /** When its opening ends. */
  sendUntil?: Date;
}

/** Copies a reminder: a thousand enrolments would take longer than the test. Returns the ids. */
export async function copyReminder(
  rig: Rig,
  id: string,
  times: number,
  { clinicId = rig.clinic.id, kind, laterMs = 0, sendUntil }: CopyOptions = {},
): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    insert into aftercare.reminders (clinic_id, treatment_id, patient_id, step, position, kind,
      topics, channel, channels, due_at, send_until, expires_at, status, trace, created_at,
      updated_at)
    select ${clinicId}::uuid, treatment_id, patient_id, step, position,
      coalesce(${kind ?? null}::text, kind), topics, channel, channels,
      due_at + ${laterMs}::int * interval '1 millisecond',
      coalesce(${sendUntil ?? null}::timestamptz, send_until), expires_at, 'scheduled', trace,
      created_at, updated_at
    from aftercare.reminders, generate_series(1, ${times}::int)
    where id = ${id}
    returning id`.execute(rig.ledger.db);
  return rows.map((row) => row.id);
}

export async function addClinic(rig: Rig, name: string): Promise<string> {
  const facts = { name, timeZone: "America/New_York", region: "US" };
  return (await createClinic(rig.ledger.db, facts, rig.clock.now())).id;
}

/** Ends whatever waits, and forgets what senders have done. */
export async function startAnew({ ledger }: Rig): Promise<void> {
  await sql`update aftercare.reminders set status = 'cancelled'
    where status in ('scheduled', 'queued')`.execute(ledger.db);
  await sql`truncate aftercare.senders, aftercare.sender_turns, aftercare.sender_hours`.execute(
    ledger.db,
  );
}

/** Says that whatever was handed over has gone out, as where the workers keep up. */
export async function sendQueued({ ledger }: Rig): Promise<void> {
  await sql`update aftercare.reminders set status = 'sent', taken_at = null
    where status = 'queued'`.execute(ledger.db);
}

/** What was handed over, with its slot. */
export type Slot = Dispatched & { releaseAt: Date };

/**
 * Lets dispatchers look so often for so long, each round by every one of them side by side, with workers
 * that keep up. Returns what got a slot, in the order of the slots.
 */
export async function rounds(
  rig: Rig,
  pace: Parameters<typeof takePaced>[2],
  { from, everyMs, forMs, dispatchers = 1 }: RoundOptions,
): Promise<Slot[]> {
  const slots: Slot[] = [];
  for (let ms = 0; ms < forMs; ms += everyMs) {
    const now = new Date(from.getTime() + ms);
    const each = Array.from({ length: dispatchers }, () =>
      takePaced(rig.ledger, "sms", pace, 500, now),
    );
    for (const { taken } of await Promise.all(each)) {
      for (const one of taken) if (one.releaseAt) slots.push({ ...one, releaseAt: one.releaseAt });
    }
    await sendQueued(rig);
  }
  return slots.toSorted((a, b) => a.releaseAt.getTime() - b.releaseAt.getTime());
}

interface RoundOptions {
  from: Date;
  everyMs: number;
  forMs: number;
  dispatchers?: number;
}

/** The time between slots that follow one another, in milliseconds. */
export function gaps(slots: readonly Slot[]): number[] {
  return slots
    .slice(1)
    .map(({ releaseAt }, index) => releaseAt.getTime() - (slots[index]?.releaseAt.getTime() ?? 0));
}
