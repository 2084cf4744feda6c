import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { runProgram, startProgram } from "../support/program.ts";
import { openProviders } from "./clinic.ts";

describe.concurrent("the demo", () => {
  it("delivers two months of messages, and neither uses nor leaves anything", {
    timeout: 180_000,
  }, async ({ onTestFinished }) => {
    const owner = { onTestFinished };
    const { twilio, smtp, env } = await openProviders(owner);
    const directory = await mkdtemp(path.join(tmpdir(), "aftercare-demo-test-"));
    onTestFinished(() => rm(directory, { recursive: true, force: true }));

    const { code, stdout, stderr } = await runProgram(
      ["demo"],
      { ...env, TMPDIR: directory, DATA_DIR: path.join(directory, "data") },
      { deadlineMs: 170_000 },
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/Planned 15, delivered 15, early 0;/);
    expect(stdout).toContain("Willow Skin Clinic: ");
    expect(stdout.match(/^ {2}╭─ Text message ─ /gm)).toHaveLength(14);
    expect(stdout.match(/^ {2}✉ {2}/gm)).toHaveLength(1);
    // No colours, no cursor movements, no bar: what it prints can go to a file.
    expect(stdout).not.toMatch(/[^\P{Cc}\n]/u);

    expect(await readdir(directory)).toEqual([]);
    expect([twilio.sends(), smtp.connections()]).toEqual([0, 0]);
  });

  it("leaves nothing when it is interrupted", { timeout: 120_000 }, async ({ onTestFinished }) => {
    const directory = await mkdtemp(path.join(tmpdir(), "aftercare-demo-test-"));
    onTestFinished(() => rm(directory, { recursive: true, force: true }));
    const demo = await startProgram({ onTestFinished }, ["demo"], { TMPDIR: directory });
    expect(await readdir(directory)).toHaveLength(1);
    expect(await demo.stop()).toMatchObject({ code: 143, stderr: "" });
    expect(await readdir(directory)).toEqual([]);
  });
});
