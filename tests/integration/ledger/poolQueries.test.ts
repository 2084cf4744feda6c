import { describe, expect, it } from "vitest";
import { ENGINES, useEngine } from "./engine.ts";

const instant = new Date("2026-03-08T07:30:00.123Z");

/** A PostgreSQL type, a parameter of it, and what comes back where that is another value. */
const VALUES: [type: string, given: unknown, back?: unknown][] = [
  ["timestamptz", instant],
  ["timestamptz", "2026-03-08T03:30:00.123-04:00", instant],
  ["date", "2026-03-08"],
  ["timestamp", "2026-03-08 02:30:00"],
  ["int4", -7],
  ["int8", 1_772_955_000_123],
  ["int8", "9007199254740991", 9007199254740991],
  ["int8[]", [1, null, 3]],
  ["float8", 0.1],
  ["numeric", "1.50"],
  ["boolean", true],
  ["boolean", false],
  ["text", 'Ána’s \\ "x" 🙂\n'],
  ["text", ""],
  ["text", null],
  ["text", undefined, null],
  ["text", 42, "42"],
  ["text[]", ["a", 'b,"c"', "", null, "{d}"]],
  ["text[]", []],
  ["uuid", "0e37df36-f698-11e6-8dd4-cb9ced3df976"],
  ["bytea", Buffer.from([0, 1, 254, 255])],
  ["jsonb", JSON.stringify({ a: [1, null, "ü"] }), { a: [1, null, "ü"] }],
  ["jsonb", JSON.stringify(["list"]), ["list"]],
  ["jsonb", "null", null],
  ["json", JSON.stringify("text"), "text"],
];

describe.each(ENGINES)("queries on the %s engine", (kind) => {
  const engine = useEngine(kind);

  it.each(VALUES)("give a value of type %s back: %j", async (type, given, back = given) => {
    const { rows } = await engine.pool.query(`select $1::${type} as value`, [given]);
    expect(rows).toEqual([{ value: back }]);
  });

  it("say which command ran and how many rows it touched", async () => {
    const run = async (text: string, values?: unknown[]) => {
      const { command, rowCount, rows } = await engine.pool.query(text, values);
      return { command, rowCount, rows };
    };
    await engine.pool.query("create table counted (id int primary key)");
    expect(await run("insert into counted values ($1), ($2), ($3)", [1, 2, 3])).toEqual({
      command: "INSERT",
      rowCount: 3,
      rows: [],
    });
    expect(await run("update counted set id = id + 10 where id > $1 returning id", [1])).toEqual({
      command: "UPDATE",
      rowCount: 2,
      rows: [{ id: 12 }, { id: 13 }],
    });
    expect(await run("delete from counted where id = 99")).toMatchObject({
      command: "DELETE",
      rowCount: 0,
    });
    expect(await run("select id from counted order by id")).toMatchObject({
      command: "SELECT",
      rowCount: 3,
    });
  });

  it("take a query as an object, and give rows as arrays, on a client", async () => {
    const client = await engine.pool.connect();
    try {
      const asked = { text: "select $1::int as a, $2::int as b", values: [1, 2] };
      expect((await client.query(asked)).rows).toEqual([{ a: 1, b: 2 }]);
      expect((await client.query({ ...asked, rowMode: "array" })).rows).toEqual([[1, 2]]);
    } finally {
      client.release();
    }
  });

  it("run several statements in one text, all or none", async () => {
    const { pool } = engine;
    await pool.query("create table several (id int primary key); insert into several values (1)");
    const failing = pool.query("insert into several values (2); insert into several values (1)");
    await expect(failing).rejects.toMatchObject({ code: "23505" });
    expect((await pool.query("select id from several")).rows).toEqual([{ id: 1 }]);
  });

  it("carry large values and many rows", async () => {
    const text = "0123456789abcdef".repeat(200_000);
    const large = await engine.pool.query("select $1::text as text, length($1) as length", [text]);
    expect(large.rows).toEqual([{ text, length: text.length }]);
    const many = await engine.pool.query("select n from generate_series(1, 50000) as n");
    expect(many.rowCount).toBe(50_000);
    expect(many.rows.at(-1)).toEqual({ n: 50_000 });
  });

  it("look unqualified names up in the queue's schema", async () => {
    const { rows } = await engine.pool.query("show search_path");
    expect(rows).toEqual([{ search_path: "bullmq, public" }]);
  });

  it.each([
    ["a duplicate", "insert into people values ('+12125550100')", "23505", "people_pkey"],
    ["a value that is forbidden", "insert into people values ('')", "23514", "people_phone_check"],
    ["a table that is missing", "select * from nowhere", "42P01", undefined],
    ["no SQL", "selec 1", "42601", undefined],
  ])("reject %s with its SQLSTATE, and go on", async (_what, text, code, constraint) => {
    const { pool } = engine;
    await pool.query(
      "create table if not exists people (phone text primary key check (phone <> ''))",
    );
    await pool.query("insert into people values ('+12125550100') on conflict do nothing");
    await expect(pool.query(text)).rejects.toMatchObject({ code, constraint });
    expect((await pool.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
  });

  it("name the rows that collide in the error's detail, and keep parameters out of the rest", async () => {
    const { pool } = engine;
    await pool.query("create table secrets (name text primary key, note text)");
    const insert = () => pool.query("insert into secrets values ($1, $2)", ["Ana", "secret"]);
    await insert();
    const error = await insert().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ detail: "Key (name)=(Ana) already exists." });
    const rest = { ...(error as object), detail: undefined, message: String(error) };
    expect(JSON.stringify(rest)).not.toMatch(/Ana|secret"/);
  });

  it("answer many at once, each its own", async () => {
    const asked = Array.from({ length: 300 }, (_, index) => index);
    const answers = await Promise.all(
      asked.map(async (index) => {
        const { rows } = await engine.pool.query<{ n: number }>("select $1::int as n", [index]);
        return rows[0]?.n;
      }),
    );
    expect(answers).toEqual(asked);
  });
});
