import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { migrate } from "../../../src/ledger/migrate.ts";
import { openPool } from "../../../src/ledger/pool.ts";
import { ENGINES, useEngine } from "./engine.ts";

const FIRST = "create table aftercare.one (n int);\ninsert into aftercare.one values (1);\n";
const SECOND = "alter table aftercare.one add column m int;\n";

describe.each(ENGINES)("migrations on the %s engine", (kind) => {
  const engine = useEngine(kind);

  beforeEach(async () => {
    await engine.pool.query("drop schema if exists aftercare cascade");
  });

  const applied = async () => {
    const { rows } = await engine.pool.query(
      "select version, name from aftercare.migrations order by version",
    );
    return rows;
  };

  it("are applied in order, once", async () => {
    const directory = await makeDirectory({ "0001_first.sql": FIRST });
    expect(await migrate(engine.pool, directory)).toEqual({ applied: ["0001_first.sql"] });
    expect(await migrate(engine.pool, directory)).toEqual({ applied: [] });

    await write(directory, { "0002_second.sql": SECOND, "0003_third.sql": "select 1;" });
    expect(await migrate(engine.pool, directory)).toEqual({
      applied: ["0002_second.sql", "0003_third.sql"],
    });
    expect(await applied()).toEqual([
      { version: 1, name: "0001_first.sql" },
      { version: 2, name: "0002_second.sql" },
      { version: 3, name: "0003_third.sql" },
    ]);
    expect((await engine.pool.query("select n, m from aftercare.one")).rows).toEqual([
      { n: 1, m: null },
    ]);
  });

  it("leave nothing of one that fails, keep those before it, and go on when it is mended", async () => {
    const directory = await makeDirectory({
      "0001_first.sql": FIRST,
      "0002_second.sql": `${SECOND} create table aftercare.two (n int); select 1/0;`,
    });
    const failure = await migrate(engine.pool, directory).catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: "AppError", code: "ledger_unavailable" });
    expect((failure as Error).message).toMatch(/0002_second\.sql.*division by zero/);
    expect(await applied()).toEqual([{ version: 1, name: "0001_first.sql" }]);
    const left = await engine.pool.query("select to_regclass('aftercare.two') as two");
    expect(left.rows).toEqual([{ two: null }]);

    await write(directory, { "0002_second.sql": SECOND });
    expect(await migrate(engine.pool, directory)).toEqual({ applied: ["0002_second.sql"] });
  });

  it("refuse an applied file that was changed, but not one with other line ends", async () => {
    const directory = await makeDirectory({ "0001_first.sql": FIRST });
    await migrate(engine.pool, directory);
    await write(directory, { "0001_first.sql": FIRST.replaceAll("\n", "\r\n") });
    expect(await migrate(engine.pool, directory)).toEqual({ applied: [] });

    await write(directory, { "0001_first.sql": `${FIRST}-- a second thought\n` });
    await expect(migrate(engine.pool, directory)).rejects.toThrow(
      /0001_first\.sql is not the file/,
    );
  });

  it("refuse a database that a newer program has migrated", async () => {
    const newer = await makeDirectory({ "0001_first.sql": FIRST, "0002_second.sql": SECOND });
    await migrate(engine.pool, newer);
    const older = await makeDirectory({ "0001_first.sql": FIRST });
    await expect(migrate(engine.pool, older)).rejects.toThrow(
      /newer aftercare \(0002_second\.sql\)/,
    );
  });

  it("may be started by many at once", async () => {
    const directory = await makeDirectory({ "0001_first.sql": FIRST, "0002_second.sql": SECOND });
    const starts = await Promise.all(
      Array.from({ length: 8 }, () => migrate(engine.pool, directory)),
    );
    expect(starts.flatMap((start) => start.applied).sort()).toEqual([
      "0001_first.sql",
      "0002_second.sql",
    ]);
    expect((await engine.pool.query("select n from aftercare.one")).rows).toEqual([{ n: 1 }]);
  });

  it("of the program itself apply to an empty database", async () => {
    const { applied: names } = await migrate(engine.pool);
    expect(names[0]).toMatch(/^0001_/);
    expect(await migrate(engine.pool)).toEqual({ applied: [] });
  });
});

describe("migrations", () => {
  it("are refused where a number is missing", async () => {
    const directory = await makeDirectory({ "0001_first.sql": FIRST, "0003_third.sql": SECOND });
    const pool = openPool("postgres://127.0.0.1:1/nowhere");
    await expect(migrate(pool, directory)).rejects.toThrow(/0003_third\.sql is out of order/);
    await pool.end();
  });

  it("say so where no server answers", async () => {
    const pool = openPool("postgres://someone:secret@127.0.0.1:1/nowhere");
    const failure = await migrate(pool).catch((error: unknown) => error);
    await pool.end();
    expect(failure).toMatchObject({ name: "AppError", code: "ledger_unavailable" });
    expect((failure as Error).message).toMatch(/ECONNREFUSED.*DATABASE_URL/);
    expect((failure as Error).message).not.toContain("secret");
  });
});

/** A directory of migrations, removed when the test is over. */
async function makeDirectory(files: Record<string, string>): Promise<URL> {
  const directory = await mkdtemp(path.join(tmpdir(), "aftercare-migrations-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const url = pathToFileURL(`${directory}/`);
  await write(url, files);
  return url;
}

async function write(directory: URL, files: Record<string, string>): Promise<void> {
  for (const [name, sql] of Object.entries(files)) await writeFile(new URL(name, directory), sql);
}
