import { sql } from "kysely";
import { beforeAll, describe, expect, it } from "vitest";
import { flushReadCounts } from "./readCounts.ts";
import { useRig } from "./rig.ts";

const MANY = 600;
const FEW = 5;

/** As many entries of indexes as one reminder that is handed over may have to do with. */
const ENTRIES_EACH = 20;

describe("what a look for what is due reads of the ledger, though it was planned when there was hardly anything", () => {
  const rig = useRig("postgres");

  const enrolSome = (count: number) =>
    Promise.all(Array.from({ length: count }, () => rig.enrol("once")));

  /** A few that are due, and many that are three days later. */
  let ids: string[];
  let due: string[];
  beforeAll(async () => {
    const { db } = rig.ledger;
    // The ledger's own housekeeping would come at any moment.
    await sql`alter table aftercare.reminders set (autovacuum_enabled = false)`.execute(db);
    await enrolSome(FEW);
    // So what is known of it is that hardly anything is scheduled.
    await rig.dispatch();
    await sql`analyze`.execute(db);
    const patients = await enrolSome(MANY);
    ids = patients.map(({ reminder }) => reminder.id);
    due = ids.slice(0, FEW);
    await sql`
      update aftercare.reminders
      set due_at = due_at + interval '3 days', send_until = send_until + interval '3 days'
      where id <> all(${due}::uuid[])`.execute(db);
    // Entries of what has moved are gone, as they are some time later.
    await sql`vacuum aftercare.reminders`.execute(db);
  });

  /** How many entries of the indexes of reminders were read so far, and rows of them without an index. */
  async function entriesRead(): Promise<number> {
    const { db } = rig.ledger;
    await flushReadCounts(rig.ledger);
    const { rows } = await sql<{ read: number }>`
      select (sum(i.idx_tup_read) + max(t.seq_tup_read))::int as read
      from pg_stat_user_indexes i join pg_stat_user_tables t using (relid)
      where t.schemaname = 'aftercare' and t.relname = 'reminders'`.execute(db);
    return rows[0]?.read ?? Number.NaN;
  }

  async function queued(): Promise<string[]> {
    const { db } = rig.ledger;
    const rows = await db.selectFrom("reminders").select(["id", "status"]).execute();
    return rows.flatMap(({ id, status }) => (status === "queued" && ids.includes(id) ? [id] : []));
  }

  it.each(["at once", "at a sender's pace"])(
    "is what is handed over %s, and not what waits",
    async (how) => {
      await sql`
      update aftercare.reminders set status = 'scheduled' where id = any(${due}::uuid[]) and status = 'queued'`.execute(
        rig.ledger.db,
      );
      if (how !== "at once") rig.pacing.sms = { sender: "looked-at", perSecond: 100, perDay: null };
      const before = await entriesRead();
      await rig.dispatch();
      const read = (await entriesRead()) - before;
      expect((await queued()).toSorted()).toEqual(due.toSorted());
      expect(read).toBeGreaterThanOrEqual(FEW);
      expect(read).toBeLessThan(FEW * ENTRIES_EACH);
    },
  );
});
