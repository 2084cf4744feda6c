import { describe, expect, it } from "vitest";
import { until } from "../../support/poll.ts";
import { ENGINES, useEngine } from "./engine.ts";

const CLOSED = "Cannot use a pool after calling end on the pool";

describe.each(ENGINES)("the end of a pool on the %s engine", (kind) => {
  const engine = useEngine(kind);

  it("waits for what was asked before, refuses what is asked after, and comes once", async () => {
    const { pool } = engine;
    await pool.query("create table asked (n int)");
    const asked = Array.from({ length: 100 }, (_, n) =>
      pool.query("insert into asked values ($1)", [n]),
    );
    const client = await pool.connect();
    const last = client.query("insert into asked values (100)").finally(() => client.release());
    const ends = [pool.end(), pool.end()];
    const late = [pool.query("select 1"), pool.connect()];
    for (const refused of late) await expect(refused).rejects.toThrow(CLOSED);
    await Promise.all([...asked, last]);
    await Promise.all(ends);
    await pool.end();
    await expect(pool.query("select 1")).rejects.toThrow(CLOSED);

    engine.pool = await engine.open();
    expect((await engine.pool.query("select count(*) as n from asked")).rows).toEqual([{ n: 101 }]);
  });

  it("lets a client that was being waited for be given back", async () => {
    const { pool } = engine;
    const connecting = pool.connect();
    const ended = pool.end();
    const client = await connecting;
    client.release();
    await ended;
    await expect(pool.connect()).rejects.toThrow(CLOSED);
    engine.pool = await engine.open();
  });
});

describe("the end of a pool on the embedded engine alone", () => {
  const engine = useEngine("embedded");

  it("rolls a transaction back that waits for its client, and lets the others finish", async () => {
    const { pool } = engine;
    await pool.query("create table kept (n int)");
    const client = await pool.connect();
    await client.query("begin");
    await client.query("insert into kept values (1)");
    const beside = pool.query("insert into kept values (2)");
    await pool.end();
    await beside;
    await expect(client.query("insert into kept values (3)")).rejects.toThrow("not queryable");
    client.release();

    engine.pool = await engine.open();
    expect((await engine.pool.query("select n from kept")).rows).toEqual([{ n: 2 }]);
  });

  it("does not wait for a client that nobody gives back", async () => {
    const client = await engine.pool.connect();
    await client.query("listen something");
    await engine.pool.end();
    engine.pool = await engine.open();
    expect((await engine.pool.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
  });
});

describe("connections that a PostgreSQL server drops", () => {
  const engine = useEngine("postgres");

  it("are an event and a failed query, not a crash, and others take their place", async () => {
    const admin = await engine.open();
    const lost: Error[] = [];
    engine.pool.on("error", (error) => lost.push(error));
    const busy = await engine.pool.connect();
    await engine.pool.query("select 1");
    await busy.query("begin");
    await admin.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
    );
    await until("the loss of the idle connection is noticed", () => lost.length > 0);
    await expect(busy.query("select 1")).rejects.toThrow(/terminat|not queryable/);
    busy.release();
    expect((await engine.pool.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
    await admin.end();
  });
});
