import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CHANNELS } from "../../../src/domain/channel.ts";
import { endedAs } from "../../../src/domain/outcome.ts";
import { act } from "../../../src/ledger/actions.ts";
import { actOnMatching } from "../../../src/ledger/bulkActions.ts";
import { correctTreatment } from "../../../src/ledger/correct.ts";
import { loadDeliverables } from "../../../src/ledger/deliverables.ts";
import { takeBack, takeDue } from "../../../src/ledger/dispatch.ts";
import type { Ledger } from "../../../src/ledger/ledger.ts";
import { resumeMessages, stopMessages } from "../../../src/ledger/messageChoices.ts";
import { skipStale } from "../../../src/ledger/rescue.ts";
import { moveUnsaid } from "../../../src/ledger/unsaid.ts";
import { until } from "../../support/poll.ts";
import type { LifeHouse } from "./lifeWorld.ts";
import { enrolAt, HOUR, OverlapPatient, openOverlapHouse } from "./overlapPatient.ts";

const START = new Date("2026-06-08T14:00:00Z");
/** Members of one family, who share a number and a mailbox. */
const FAMILY = 12;
const ROUNDS = 40;
/** No more than the ledger has connections. */
const AT_ONCE = 8;

let house: LifeHouse;
beforeAll(async () => {
  house = await openOverlapHouse();
});
afterAll(() => house.close());

/** Whether a connection to this ledger waits for a lock of another one. */
async function someoneWaits({ db }: Ledger): Promise<boolean> {
  const { rows } = await sql<{ waits: boolean }>`
    select exists (
      select 1 from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'
    ) as waits`.execute(db);
  return rows[0]?.waits === true;
}

async function enrolFamily() {
  await OverlapPatient.alone(house, START);
  const members = [];
  for (let member = 0; member < FAMILY; member++) {
    const consent = [...CHANNELS];
    const person = { externalId: `p-${member}`, firstName: `Ana${member}`, consent };
    const first = await enrolAt(house, { protocol: "needling", hoursAgo: 60, ...person }, START);
    await enrolAt(house, { protocol: "peel", hoursAgo: 30, ...person }, START);
    members.push(first.treatment);
  }
  return members;
}

/**
 * Lays the family and its reminders in another order than that of their ids, which begin with the time:
 * else whoever forgets to ask for an order has the right one by chance.
 */
async function shuffle() {
  await house.ledger.db.transaction().execute(async (db) => {
    await sql`set local session_replication_role = replica`.execute(db);
    for (const table of ["patients", "reminders"]) {
      const name = sql.table(`aftercare.${table}`);
      const taken = sql.table(`${table}_shuffled`);
      await sql`create temporary table ${taken} on commit drop as select * from ${name}`.execute(
        db,
      );
      await sql`delete from ${name}`.execute(db);
      await sql`insert into ${name} select * from ${taken} order by random()`.execute(db);
    }
  });
}

/** What people and the program do at any moment, each by its own function. */
function deeds(members: { id: string; patientId: string }[]): (() => Promise<unknown>)[] {
  const { ledger, clinic } = house;
  const clinicId = clinic.id;
  const clock = { now: () => START, toRealMs: (ms: number) => ms };
  const anyOf = <Item>(items: readonly Item[]) => items[Math.floor(Math.random() * items.length)];
  const someone = () => ({ clinicId, patientId: anyOf(members)?.patientId ?? "" });
  const asked = { clinicId, reason: "a test", actor: "test" };
  const all = { filter: {}, dryRun: false, limit: 1_000, cursor: null };
  const handedOver = () => takeDue(ledger, new Date(START.getTime() + 72 * HOUR), 100, START);
  return [
    () => stopMessages(ledger, { ...someone(), channel: "sms" }, START),
    () => resumeMessages(ledger, { ...someone(), channel: "sms" }, START),
    () => stopMessages(ledger, { ...someone(), channel: "email" }, START),
    () => resumeMessages(ledger, { ...someone(), channel: "email" }, START),
    () => actOnMatching(ledger, { ...asked, ...all, action: "send-now" }, clock),
    () => actOnMatching(ledger, { ...asked, ...all, action: "replay" }, clock),
    async () => takeBack(ledger.db, await handedOver(), START),
    async () => {
      const [first] = await handedOver();
      const [state] = await loadDeliverables(ledger.db, first ? [first.reminderId] : [], START);
      if (state === undefined) return;
      const move = endedAs(state, "skipped", "no_address");
      await moveUnsaid(ledger, { ...state, from: ["queued"], move, actor: "worker" }, START);
    },
    async () => {
      const [first] = await handedOver();
      if (first) await act(ledger, { ...asked, action: "cancel", id: first.reminderId }, START);
    },
    () => {
      const performedAt = new Date(START.getTime() - Math.floor(Math.random() * 60) * HOUR);
      const id = anyOf(members)?.id ?? "";
      return correctTreatment(ledger, { ...asked, id, performedAt, changes: {} }, START);
    },
    () => skipStale(ledger, 100, new Date(START.getTime() + 30 * HOUR)),
  ];
}

describe("what people and the program do to a family at once", () => {
  it("never makes two of them wait for each other", async () => {
    const members = await enrolFamily();
    await shuffle();
    const kinds = deeds(members);
    const todo = Array.from({ length: ROUNDS }, () => kinds).flat();
    const failed: unknown[] = [];
    const work = async () => {
      for (let deed = todo.pop(); deed !== undefined; deed = todo.pop()) {
        await deed().catch((error: unknown) => failed.push(error));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    expect(failed).toEqual([]);
  }, 120_000);
});

describe("a reminder that went stale while it waited", () => {
  it("is not skipped before what gave way to it can be planned", async () => {
    const [first] = await enrolFamily();
    const { ledger, clinic } = house;
    const later = new Date(START.getTime() + 30 * 24 * HOUR);
    const waiting = async () => {
      const rows = await ledger.db
        .selectFrom("reminders")
        .select(["kind", "status"])
        .where("patient_id", "=", first?.patientId ?? "")
        .where("kind", "=", "permission")
        .execute();
      return rows.filter(({ status }) => status === "scheduled").length;
    };
    const before = await waiting();
    expect(before).toBeGreaterThan(0);
    // Somebody holds the patient, so that the plan cannot be made.
    const skipping = await ledger.db.transaction().execute(async (db) => {
      await db
        .selectFrom("patients")
        .select("id")
        .where("clinic_id", "=", clinic.id)
        .where("id", "=", first?.patientId ?? "")
        .forUpdate()
        .execute();
      const promise = skipStale(ledger, 500, later);
      await until("it waits for the patient", () => someoneWaits(ledger));
      expect(await waiting()).toBe(before);
      return { promise };
    });
    await skipping.promise;
    expect(await waiting()).toBe(0);
  });
});
