import { execFile } from "node:child_process";
import { appendFile, cp, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { runProgram } from "../../support/program.ts";

const REPOSITORY = fileURLToPath(new URL("../../../", import.meta.url));

describe("check", () => {
  it("finds nothing wrong with the program's own protocols and messages", async () => {
    const { code, stdout, stderr } = await runProgram(["check"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("retinol-ok");
    expect(stdout).toMatch(/\n36 messages, 0 problems\.\n$/);
  });

  it("exits 1 and names the file where something is wrong", async ({ onTestFinished }) => {
    const copy = await mkdtemp(path.join(tmpdir(), "aftercare-check-"));
    onTestFinished(() => rm(copy, { recursive: true, force: true }));
    for (const part of ["dist", "jobs", "templates", "package.json"]) {
      await cp(path.join(REPOSITORY, part), path.join(copy, part), { recursive: true });
    }
    await symlink(path.join(REPOSITORY, "node_modules"), path.join(copy, "node_modules"));
    const broken = "templates/microneedling/en/sun.md";
    await appendFile(path.join(copy, broken), "\n{{ patient.surname }}\n");
    await rm(path.join(copy, "templates/microneedling/es/gym-ok.md"));

    const main = path.join(copy, "dist/main.js");
    const { code, stdout, stderr } = await runProgram(["check"], {}, { main });
    expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
    expect(stdout).toMatch(new RegExp(`^${broken}: .*patient\\.surname`, "m"));
    expect(stdout).toMatch(/^templates\/microneedling\/es\/gym-ok\.md: is missing/m);
    expect(stdout).toMatch(/ 2 problems\.\n$/);
  });

  it("ends well where its reader leaves first", async () => {
    const main = path.join(REPOSITORY, "dist/main.js");
    const script = '("$0" "$1" check; echo "code $?" >&2) | true';
    const { stderr } = await promisify(execFile)("sh", ["-c", script, process.execPath, main]);
    expect(stderr).toBe("code 0\n");
  });
});
