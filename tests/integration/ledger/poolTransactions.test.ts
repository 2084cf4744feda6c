import { describe, expect, it } from "vitest";
import type { Pool, PoolClient } from "../../../src/ledger/pool.ts";
import { ENGINES, useEngine } from "./engine.ts";

/** Takes a client out, and gives it back whatever happens. */
async function withClient<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    return await work(client);
  } finally {
    client.release();
  }
}

describe.each(ENGINES)("transactions on the %s engine", (kind) => {
  const engine = useEngine(kind);
  let made = 0;

  /** A table of its own for a test, with one row. */
  async function makeCounter() {
    const table = `counter_${++made}`;
    await engine.pool.query(`create table ${table} (id int primary key, n int not null)`);
    await engine.pool.query(`insert into ${table} values (1, 0)`);
    const value = async () => {
      const { rows } = await engine.pool.query<{ n: number }>(`select n from ${table}`);
      return rows[0]?.n;
    };
    return { table, value };
  }

  it("keep what is committed and forget what is rolled back", async () => {
    const { table, value } = await makeCounter();
    await withClient(engine.pool, async (client) => {
      await client.query("begin");
      await client.query(`update ${table} set n = 1`);
      await client.query("commit");
      await client.query("begin");
      await client.query(`update ${table} set n = 2`);
      await client.query("rollback");
    });
    expect(await value()).toBe(1);
  });

  it("of many clients at once lose no update", async () => {
    const { table, value } = await makeCounter();
    const increment = () =>
      withClient(engine.pool, async (client) => {
        await client.query("begin");
        const { rows } = await client.query<{ n: number }>(`select n from ${table} for update`);
        await client.query(`update ${table} set n = $1`, [(rows[0]?.n ?? 0) + 1]);
        await client.query("commit");
      });
    const single = () => engine.pool.query(`update ${table} set n = n + 1`);
    await Promise.all(Array.from({ length: 40 }, () => Promise.all([increment(), single()])));
    expect(await value()).toBe(80);
  });

  it("show nothing of themselves to others before they end", async () => {
    const { table, value } = await makeCounter();
    await withClient(engine.pool, async (client) => {
      await client.query("begin");
      await client.query(`update ${table} set n = 5`);
      const seenBeside = value();
      await client.query("rollback");
      expect(await seenBeside).toBe(0);
    });
  });

  it.each(["begin", "/* why */ -- and how\n START TRANSACTION isolation level serializable"])(
    "begin with %j",
    async (begin) => {
      const { table, value } = await makeCounter();
      await withClient(engine.pool, async (client) => {
        await client.query(begin);
        await client.query(`update ${table} set n = 9`);
        await client.query("rollback work");
      });
      expect(await value()).toBe(0);
    },
  );

  it("that failed refuse all statements until their end, and spare the next client", async () => {
    const { table, value } = await makeCounter();
    await withClient(engine.pool, async (client) => {
      await client.query("begin");
      await client.query(`update ${table} set n = 1`);
      await expect(client.query("select 1/0")).rejects.toMatchObject({ code: "22012" });
      await expect(client.query("select 1")).rejects.toMatchObject({ code: "25P02" });
      const beside = engine.pool.query(`update ${table} set n = n + 10`);
      await expect(client.query("select 1")).rejects.toMatchObject({ code: "25P02" });
      await client.query("rollback");
      await beside;
      expect((await client.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
    });
    expect(await value()).toBe(10);
  });

  it("that failed are rolled back by a commit, which says so", async () => {
    const { table, value } = await makeCounter();
    await withClient(engine.pool, async (client) => {
      await client.query("begin");
      await client.query(`update ${table} set n = 1`);
      await expect(client.query("bad")).rejects.toMatchObject({ code: "42601" });
      expect((await client.query("commit")).command).toBe("ROLLBACK");
    });
    expect(await value()).toBe(0);
  });

  it("go on after a rollback to a savepoint", async () => {
    const { table, value } = await makeCounter();
    await withClient(engine.pool, async (client) => {
      await client.query("begin");
      await client.query(`update ${table} set n = 1`);
      await client.query("savepoint before");
      await expect(client.query("select 1/0")).rejects.toMatchObject({ code: "22012" });
      await client.query("rollback to before");
      await client.query("release savepoint before");
      await client.query(`update ${table} set n = n + 1`);
      await client.query("commit");
    });
    expect(await value()).toBe(2);
  });

  it("that fail as they commit are over", async () => {
    const { pool } = engine;
    await pool.query("create table parent (id int primary key)");
    await pool.query(
      "create table child (parent int references parent deferrable initially deferred)",
    );
    await withClient(pool, async (client) => {
      await client.query("begin");
      await client.query("insert into child values (1)");
      await expect(client.query("commit")).rejects.toMatchObject({ code: "23503" });
      const beside = pool.query("insert into parent values (2)");
      expect((await client.query("select count(*) as n from child")).rows).toEqual([{ n: 0 }]);
      await beside;
    });
  });

  it.each([
    ["given back", undefined],
    ["given back to be destroyed", true],
  ])("of a client that is %s before their end are rolled back", async (_how, destroy) => {
    const { table, value } = await makeCounter();
    const client = await engine.pool.connect();
    await client.query("begin");
    await client.query(`update ${table} set n = 1`);
    const beside = engine.pool.query(`update ${table} set n = n + 10`);
    client.release(destroy);
    await beside;
    expect(await value()).toBe(10);
    // Nobody is handed the rest of it.
    const fresh = await Promise.all(
      Array.from({ length: 5 }, () =>
        withClient(engine.pool, async (next) => {
          await next.query("select 1");
          return next.getTransactionStatus();
        }),
      ),
    );
    expect(new Set(fresh)).toEqual(new Set(["I"]));
  });
});

describe("transactions on the embedded engine alone", () => {
  const engine = useEngine("embedded");

  it("run one after another, in the order in which they were begun", async () => {
    const clients = await Promise.all(Array.from({ length: 12 }, () => engine.pool.connect()));
    const steps: number[] = [];
    const transaction = async (client: PoolClient, index: number) => {
      await client.query("begin");
      steps.push(index);
      await client.query("select 1");
      steps.push(index);
      await client.query("commit");
      steps.push(index);
      client.release();
    };
    await Promise.all(clients.map(transaction));
    expect(steps).toEqual(clients.flatMap((_, index) => [index, index, index]));
  });
});
