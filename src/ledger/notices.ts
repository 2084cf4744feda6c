import { sql } from "kysely";
import { type AlarmWay, alarmWays } from "../domain/alarmWays.ts";
import type { Correspondent } from "./correspondents.ts";
import { type InboxItem, inboxItems } from "./inbox.ts";
import type { Ledger, Queries } from "./ledger.ts";

/** A clinic that is to be told of what a patient wrote, and where. */
export interface Notice {
  id: string;
  way: AlarmWay;
  clinicName: string;
  timeZone: string;
  email: string | null;
  webhookUrl: string | null;
  webhookSecret: string | null;
  /** Whether this is the first time that it is tried, and whether it is the last. */
  first: boolean;
  last: boolean;
  item: InboxItem;
}

/** A notice is tried for a day, first after a minute, then after two, four … at most an hour. */
const TRIED_FOR = sql`interval '24 hours'`;

/**
 * Notes, within the transaction that keeps a message, that its clinic is to be told: by email of
 * each, and by its webhook of an alarm. An alarm of a clinic that has given neither is noted as an
 * email all the same: nobody gets it, which the notifier makes known, unless the clinic is given an
 * address in time. False where there is nothing to tell.
 */
export async function addNotices(
  db: Queries,
  clinic: Pick<Correspondent, "clinicId" | "clinicEmail" | "webhookUrl" | "webhookSecret">,
  inboundId: string,
  alarms: boolean,
  now: Date,
): Promise<boolean> {
  const { clinicId, clinicEmail, webhookUrl, webhookSecret } = clinic;
  // Whether there is somebody to send an email shows when it is sent.
  const open = alarmWays({ email: clinicEmail, webhookUrl, webhookSecret }, true);
  const mail = open.filter((way) => way === "email");
  const ways = !alarms ? mail : open.length > 0 ? open : ["email" as const];
  if (ways.length === 0) return false;
  await db
    .insertInto("notices")
    .values(ways.map((way) => ({ clinic_id: clinicId, inbound_id: inboundId, way, next_at: now })))
    .execute();
  return true;
}

/**
 * Takes notices that are due, alarms first, each for one process alone: the time of their next try
 * is set before this one, so that no transaction is open while it runs, and one whose process dies
 * is tried again.
 */
export async function takeNotices(ledger: Ledger, limit: number, now: Date): Promise<Notice[]> {
  type Row = Omit<Notice, "item"> & { inboundId: string };
  const { rows } = await sql<Row>`
    with due as (
      select n.id from aftercare.notices n
      join aftercare.inbound_messages i on i.id = n.inbound_id
      where n.next_at <= ${now} and n.sent_at is null and n.failed_at is null
      order by i.alarmed = '{}', n.next_at limit ${limit}
      for update of n skip locked
    )
    update aftercare.notices n
    set tries = n.tries + 1,
      next_at = ${now}::timestamptz
        + least(interval '1 minute' * power(2, least(n.tries, 10)), interval '1 hour')
    from due, aftercare.clinics c, aftercare.inbound_messages i
    where n.id = due.id and c.id = n.clinic_id and i.id = n.inbound_id
    returning n.id, n.way, n.inbound_id as "inboundId", c.name as "clinicName",
      c.time_zone as "timeZone", c.email, c.webhook_url as "webhookUrl",
      c.webhook_secret as "webhookSecret", n.tries = 1 as first, n.next_at > i.received_at + ${TRIED_FOR} as last`.execute(
    ledger.db,
  );
  const ids = rows.map(({ inboundId }) => inboundId);
  const items = await inboxItems(ledger.db, sql`i.id = any(${ids}::uuid[])`);
  const byId = new Map(items.map((item) => [item.id, item]));
  return rows.flatMap(({ inboundId, ...notice }) => {
    const item = byId.get(inboundId);
    return item === undefined ? [] : [{ ...notice, item }];
  });
}

/**
 * How many alarms nobody has handled, and no clinic was told of: they have no way out, or were not
 * taken yet, or are given up. Patients write little, so all that they wrote is looked through.
 */
export async function countUntoldAlarms(db: Queries): Promise<number> {
  const untold = await inboxItems(
    db,
    sql`i.handled_at is null and i.reading in ('alarm', 'answer') and not exists (
      select 1 from aftercare.notices n where n.inbound_id = i.id and n.sent_at is not null)`,
  );
  return untold.filter(({ alarm }) => alarm).length;
}

/** Records that a notice has been sent, or that it is given up. */
export async function endNotice(
  ledger: Ledger,
  id: string,
  end: "sent" | "failed",
  now: Date,
): Promise<void> {
  await ledger.db
    .updateTable("notices")
    .set(end === "sent" ? { sent_at: now } : { failed_at: now })
    .where("id", "=", id)
    .where("sent_at", "is", null)
    .execute();
}
