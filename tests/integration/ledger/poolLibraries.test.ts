import { createPostgresBackend, Queue, runMigrations, Worker } from "bullmq";
import { type Generated, Kysely, PostgresDialect } from "kysely";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import type { Pool } from "../../../src/ledger/pool.ts";
import { until } from "../../support/poll.ts";
import { ENGINES, useEngine } from "./engine.ts";

const openQueue = (pool: Pool) =>
  new Queue("reminders", { connection: pool }, createPostgresBackend);

interface Tables {
  person: { id: Generated<number>; name: string; born: Date | null };
}

describe.each(ENGINES)("Kysely on the %s engine", (kind) => {
  const engine = useEngine(kind);
  let db: Kysely<Tables>;

  beforeAll(async () => {
    await engine.pool.query("create schema care");
    await engine.pool.query(
      "create table care.person (id int generated always as identity primary key, name text not null unique, born timestamptz)",
    );
    db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: engine.pool }) }).withSchema(
      "care",
    );
  });

  it("reads what it wrote, and counts it", async () => {
    const born = new Date("1990-05-01T00:00:00Z");
    const made = await db
      .insertInto("person")
      .values([
        { name: "a", born },
        { name: "b", born: null },
      ])
      .returningAll()
      .execute();
    expect(made).toEqual([
      { id: 1, name: "a", born },
      { id: 2, name: "b", born: null },
    ]);
    const changed = await db.updateTable("person").set({ born }).executeTakeFirst();
    expect(changed.numUpdatedRows).toBe(2n);
  });

  it("keeps a transaction whole, beside others", async () => {
    const names = () => db.selectFrom("person").select("name").orderBy("name").execute();
    const before = await names();
    const add = (name: string, fail: boolean) =>
      db.transaction().execute(async (transaction) => {
        await transaction.insertInto("person").values({ name, born: null }).execute();
        if (fail) throw new Error("not this one");
        return name;
      });
    const ends = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) => add(`t${index}`, index % 2 === 0)),
    );
    const kept = ends.flatMap((end) => (end.status === "fulfilled" ? [{ name: end.value }] : []));
    expect(kept).toHaveLength(10);
    expect(await names()).toEqual([...before, ...kept].sort((a, b) => (a.name < b.name ? -1 : 1)));
  });
});

describe.each(ENGINES)("BullMQ on the %s engine", (kind) => {
  const engine = useEngine(kind);
  let queue: ReturnType<typeof openQueue>;

  beforeAll(async () => {
    const client = await engine.pool.connect();
    try {
      await runMigrations(client);
      await runMigrations(client);
    } finally {
      client.release();
    }
    queue = openQueue(engine.pool);
  });

  afterAll(async () => {
    await queue.close();
  });

  /** A worker that notes what it did, and is closed after the test. */
  async function startWorker(concurrency = 1) {
    const done: { id: string; afterMs: number }[] = [];
    const worker = new Worker(
      "reminders",
      async (job) => {
        const { at } = job.data as { at: number };
        done.push({ id: job.id ?? "", afterMs: Date.now() - at });
      },
      { connection: engine.pool, concurrency },
      createPostgresBackend,
    );
    onTestFinished(() => worker.close());
    worker.on("error", () => {});
    await worker.waitUntilReady();
    return { done };
  }

  const add = (id: string, delay = 0) =>
    queue.add("send", { at: Date.now() }, { jobId: id, delay, removeOnComplete: true });

  it("does many jobs, each once", async () => {
    const ids = Array.from({ length: 100 }, (_, index) => `many-${index}`);
    const { done } = await startWorker(10);
    await Promise.all(ids.map((id) => add(id)));
    await until("all jobs are done", () => done.length >= ids.length);
    expect(done.map(({ id }) => id).sort()).toEqual([...ids].sort());
  });

  it("wakes an idle worker at once", async () => {
    const { done } = await startWorker();
    for (let index = 0; index < 3; index++) {
      // A worker looks by itself every 5 s: it must have gone to sleep before.
      await until("the worker sleeps", async () => {
        const { rows } = await engine.pool.query<{ n: number }>(
          "select count(*) as n from bullmq.job where queue = 'reminders'",
        );
        return rows[0]?.n === 0;
      });
      await add(`idle-${index}`);
      await until("the job is done", () => done.length > index);
    }
    expect(Math.max(...done.map(({ afterMs }) => afterMs))).toBeLessThan(2_000);
  });

  it("does a delayed job when it is due, and not before", async () => {
    const { done } = await startWorker();
    await add("delayed-1", 300);
    await until("the job is done", () => done.length > 0);
    expect(done[0]?.afterMs).toBeGreaterThanOrEqual(300);
    expect(done[0]?.afterMs).toBeLessThan(3_000);
  });
});
