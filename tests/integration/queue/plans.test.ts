import { sql } from "kysely";
import { describe, expect, it } from "vitest";
import { lookForNewcomer } from "../../../src/ledger/newcomers.ts";
import { deliver } from "../../../src/queue/deliver.ts";
import { flushReadCounts } from "./readCounts.ts";
import { useRig } from "./rig.ts";

const MANY = 600;
const FEW = 5;

const TABLES = ["patients", "treatments", "reminders", "attempts"];

/** As many rows as one reminder, or one look for somebody, may have to do with. */
const ROWS_EACH = 20;

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
    await flushReadCounts(rig.ledger);
    const { rows } = await sql<{ table: string; read: number }>`
      select relname as table, seq_tup_read + idx_tup_fetch as read from pg_stat_user_tables
      where schemaname = 'aftercare'`.execute(rig.ledger.db);
    return new Map(rows.map(({ table, read }) => [table, read]));
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
});
