import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { lockDataDir } from "../../../src/ledger/dirLock.ts";
import { until } from "../../support/poll.ts";
import { startChild } from "./child.ts";

let parent = "";
let directory = "";
const lockFile = () => path.join(directory, "aftercare.lock");

beforeEach(async () => {
  parent = await mkdtemp(path.join(tmpdir(), "aftercare-lock-"));
  directory = path.join(parent, "below", "data");
  onTestFinished(() => rm(parent, { recursive: true, force: true }));
});

describe("the lock on a data directory", () => {
  it("makes the directory for its owner alone", async () => {
    const lock = await lockDataDir(directory);
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
    await lock.release();
  });

  it("is refused a second time in the same process, until it is released", async () => {
    const lock = await lockDataDir(directory);
    await expect(lockDataDir(directory)).rejects.toMatchObject({ code: "data_dir_locked" });
    await lock.release();
    await lock.release();
    const next = await lockDataDir(directory);
    await next.release();
  });

  it("is refused to a second process, which learns who has it and what to do", async () => {
    const child = startChild("holdLock.ts", directory);
    await until("the child has the lock", () => child.lines().includes("locked"));
    const refusal = await lockDataDir(directory).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ name: "AppError", code: "data_dir_locked" });
    const { message } = refusal as Error;
    expect(message).toContain(directory);
    expect(message).toContain(`process ${child.pid}`);
    expect(message).toMatch(/stop that one.*DATA_DIR.*DATABASE_URL/);
  });

  it("is free after its holder was killed", async () => {
    const child = startChild("holdLock.ts", directory);
    await until("the child has the lock", () => child.lines().includes("locked"));
    await child.kill("SIGKILL");
    const lock = await lockDataDir(directory);
    expect(await readFile(lockFile(), "utf8")).toBe(`${process.pid}\n`);
    await lock.release();
  });

  it("does not take a lock file that was left behind for a lock", async () => {
    await (await lockDataDir(directory)).release();
    await writeFile(lockFile(), "1\n");
    const lock = await lockDataDir(directory);
    expect(await readFile(lockFile(), "utf8")).toBe(`${process.pid}\n`);
    await lock.release();
  });

  it("says that the directory cannot be used where it cannot be made", async () => {
    await writeFile(path.join(parent, "below"), "a file, not a directory");
    const refusal = await lockDataDir(directory).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ name: "AppError", code: "ledger_unavailable" });
    expect((refusal as Error).message).toContain(directory);
    expect((refusal as Error).message).toMatch(/DATA_DIR/);
  });
});
