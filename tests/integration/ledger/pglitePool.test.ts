import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { openPglitePool } from "../../../src/ledger/pglitePool.ts";
import { openDeployment } from "../../support/deployments.ts";
import { until } from "../../support/poll.ts";
import { startChild, startCrampedChild } from "./child.ts";

/** A data directory in which the engine has been before. */
let directory = "";

beforeEach(async () => {
  const deployment = await openDeployment("embedded");
  directory = deployment.env["DATA_DIR"] ?? "";
  onTestFinished(() => deployment.close());
});

describe("the embedded engine", () => {
  it("starts in an empty directory, over the rest of a start that was killed, and again", async () => {
    await rm(path.join(directory, "ledger"), { recursive: true });
    await mkdir(path.join(directory, "ledger.new"));
    await writeFile(path.join(directory, "ledger.new", "PG_VERSION"), "18\n");
    const first = await openPglitePool(directory);
    await first.query("create table kept (n int)");
    await first.query("insert into kept values (1)");
    await first.end();
    expect(existsSync(path.join(directory, "ledger.new"))).toBe(false);

    const second = await openPglitePool(directory);
    expect((await second.query("select n from kept")).rows).toEqual([{ n: 1 }]);
    await second.end();
  });

  it("writes what is committed to the disk before it says so", async () => {
    const pool = await openPglitePool(directory);
    const { rows } = await pool.query(
      "select name, setting from pg_settings where name in ('fsync', 'synchronous_commit', 'wal_sync_method') order by name",
    );
    await pool.end();
    expect(rows).toEqual([
      { name: "fsync", setting: "on" },
      { name: "synchronous_commit", setting: "on" },
      { name: "wal_sync_method", setting: "fsync" },
    ]);
  });

  it("refuses a directory that is open, and harms nothing", async () => {
    const pool = await openPglitePool(directory);
    await expect(openPglitePool(directory)).rejects.toMatchObject({ code: "data_dir_locked" });
    expect((await pool.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
    await pool.end();
  });

  it("keeps all that was acknowledged when its process is killed", async () => {
    const child = startChild("holdDataDir.ts", directory);
    await until("the child writes", () => child.lines().length > 200, { deadlineMs: 25_000 });
    await child.kill("SIGKILL");
    const acknowledged = child.lines().map(Number);

    const pool = await openPglitePool(directory);
    const { rows } = await pool.query<{ n: number }>("select n from counted order by n");
    await pool.end();
    const kept = rows.map(({ n }) => n);
    // One more may have been committed, and not yet printed.
    expect(kept.slice(0, acknowledged.length)).toEqual(acknowledged);
    expect(kept.length).toBeLessThanOrEqual(acknowledged.length + 1);
  });

  it("stops when its log cannot be written, says so, and starts again with what it had", async () => {
    const child = startCrampedChild(12_000, "fillDisk.ts", directory);
    await until("the child gives up", () => child.lines().includes("ended"), {
      deadlineMs: 25_000,
    });
    expect(child.errors()).toBe("");
    const failed = "the embedded engine has failed: start aftercare again";
    expect(child.lines()).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^pool: could not write/),
        expect.stringMatching(/^first: could not write/),
        `listener: ${failed}`,
        `later: ${failed}`,
      ]),
    );
    const pool = await openPglitePool(directory);
    expect((await pool.query("select n from kept")).rows).toEqual([{ n: 1 }]);
    await pool.end();
  });

  it("says so where the database is damaged, and lets go of the directory", async () => {
    await rm(path.join(directory, "ledger", "global"), { recursive: true });
    for (let time = 0; time < 2; time++) {
      await expect(openPglitePool(directory)).rejects.toMatchObject({
        name: "AppError",
        code: "ledger_unavailable",
      });
    }
  });
});
