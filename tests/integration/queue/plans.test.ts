import { sql } from "kysely";
import { describe, expect, it } from "vitest";
import { lookForNewcomer } from "../../../src/ledger/newcomers.ts";
import { deliver } from "../../../src/queue/deliver.ts";
import { useRig } from "./rig.ts";

const MANY = 600;
const FEW = 5;

const TABLES = ["patients", "treatments", "reminders", "attempts"];

/** As many rows as one reminder, or one look for somebody, may have to do with. */
const ROWS_EACH = 20;

/** The connections that the ledger's pool has at most. */
const CONNECTIONS = 10;

describe("what is read of the ledger for one more", () => {
  const rig = useRig("postgres");

  /** How many rows are read while `work` is done, by table. */
  async function readDuring(work: () => Promise<void>): Promise<Record<string, number>> {
    const before = await readSoFar();
    await work();
    const after = await readSoFar();
    return Object.fromEntries(
      TABLES.map((table) => [table, (after.get(table) ?? 0) - (before.get(table) ?? 0)]),
    );
  }

  async function readSoFar(): Promise<Map<string, number>> {
    await countsFlushed();
    const { rows } = await sql<{ table: string; read: number }>`
      select relname as table, seq_tup_read + idx_tup_fetch as read from pg_stat_user_tables
      where schemaname = 'aftercare'`.execute(rig.ledger.db);
    return new Map(rows.map(({ table, read }) => [table, read]));
  }

  /** Each connection keeps its own count for a while. */
  async function countsFlushed(): Promise<void> {
    const { db } = rig.ledger;
    const flush = () => sql`select pg_stat_force_next_flush(), pg_sleep(0.05)`.execute(db);
    await Promise.all(Array.from({ length: CONNECTIONS }, flush));
  }

  /** How many entries of the indexes of reminders were read so far, and rows of them without an index. */
  async function entriesRead(): Promise<number> {
    await countsFlushed();
    const { rows } = await sql<{ read: number }>`
      select (sum(i.idx_tup_read) + max(t.seq_tup_read))::int as read
      from pg_stat_user_indexes i join pg_stat_user_tables t using (relid)
      where t.schemaname = 'aftercare' and t.relname = 'reminders'`.execute(rig.ledger.db);
    return rows[0]?.read ?? Number.NaN;
  }

  const enrolSome = (count: number) =>
    Promise.all(Array.from({ length: count }, () => rig.enrol("once")));

  /** What an enrolment of somebody new asks first. */
  const look = async (number: number) => {
    const given = {
      externalId: `p-${number}`,
      firstName: "Ana",
      phone: `+121255599${10 + number}`,
      email: `p-${number}@patients.example.test`,
      timeZone: null,
      locale: null,
    };
    const blocked = await lookForNewcomer(rig.ledger, { clinicId: rig.clinic.id, given });
    expect(blocked).toEqual({ optedOut: [], dead: [] });
  };

  it("does not depend on how many there are, though it was planned when there was hardly anything", async () => {
    await enrolSome(FEW);
    // As the ledger's own housekeeping does some time: it saw few, and none that was handed over.
    await sql`analyze`.execute(rig.ledger.db);
    const patients = await enrolSome(MANY);
    await rig.dispatch();
    const sent = await readDuring(async () => {
      for (const { reminder } of patients.slice(0, FEW)) {
        await deliver(rig.delivery, { reminderId: reminder.id, dispatchNo: 1 });
      }
    });
    expect(Math.max(...Object.values(sent))).toBeGreaterThanOrEqual(FEW);
    expect(Math.max(...Object.values(sent))).toBeLessThan(FEW * ROWS_EACH);

    // This one is planned each time, by what is known of the table then.
    await sql`analyze`.execute(rig.ledger.db);
    const looked = await readDuring(async () => {
      for (let number = 0; number < FEW; number++) await look(number);
    });
    expect(Math.max(...Object.values(looked))).toBeLessThan(FEW * ROWS_EACH);
  });

  it("is for the dispatcher what it takes, and not what is not due yet", async () => {
    await enrolSome(FEW);
    await sql`analyze`.execute(rig.ledger.db);
    const patients = await enrolSome(MANY);
    const ids = patients.map(({ reminder }) => reminder.id);
    const due = ids.slice(0, FEW);
    await sql`
      update aftercare.reminders set due_at = due_at + interval '3 days', send_until = send_until + interval '3 days'
      where id <> all(${due}::uuid[])`.execute(rig.ledger.db);
    // Entries of what has moved are gone, as they are some time later.
    await sql`vacuum aftercare.reminders`.execute(rig.ledger.db);
    const before = await entriesRead();
    await rig.dispatch();
    const read = (await entriesRead()) - before;
    const queued = await rig.ledger.db
      .selectFrom("reminders")
      .select("id")
      .where("id", "in", ids)
      .where("status", "=", "queued")
      .execute();
    expect(queued.map(({ id }) => id).toSorted()).toEqual(due.toSorted());
    expect(read).toBeGreaterThanOrEqual(FEW);
    expect(read).toBeLessThan(FEW * ROWS_EACH);
  });
});
