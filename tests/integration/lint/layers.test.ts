import { execFile } from "node:child_process";
import { appendFile, cp, mkdtemp, readdir, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ALLOWED, COMPANIONS, VIOLATIONS } from "./planted.ts";

const REPOSITORY = fileURLToPath(new URL("../../../", import.meta.url));

const LONGEST_FILE = 300;

describe("the linter", () => {
  let copy = "";
  let found: Finding[] = [];

  beforeAll(async () => {
    copy = await mkdtemp(path.join(tmpdir(), "aftercare-lint-"));
    for (const part of ["src", ".oxlintrc.json", "tsconfig.json", "package.json"]) {
      await cp(path.join(REPOSITORY, part), path.join(copy, part), { recursive: true });
    }
    await symlink(path.join(REPOSITORY, "node_modules"), path.join(copy, "node_modules"));
    const planted = VIOLATIONS.map(({ file, source }) => [file, source] as const);
    for (const [file, source] of [
      ...planted,
      ...Object.entries(COMPANIONS),
      ...Object.entries(ALLOWED),
    ]) {
      await appendFile(path.join(copy, file), source);
    }
    found = await lint(copy);
  });

  afterAll(() => rm(copy, { recursive: true, force: true }));

  it.each(VIOLATIONS)("refuses $name", ({ file, rule }) => {
    const said = found.filter((each) => each.filename === file);
    expect(new Set(said.map(({ code }) => code))).toEqual(new Set([rule]));
    expect(said.every(({ severity }) => severity === "error")).toBe(true);
  });

  it("lets pass what is within the rules", () => {
    const files = Object.keys(ALLOWED);
    expect(found.filter(({ filename }) => files.includes(filename))).toEqual([]);
  });
});

describe("every file", () => {
  it.each(["src", "tests", "bench"])(`in %s has at most ${LONGEST_FILE} lines`, async (folder) => {
    const root = path.join(REPOSITORY, folder);
    const names = await readdir(root, { recursive: true });
    const files = names.filter((name) => /\.(ts|tsx|sql)$/.test(name));
    expect(files).not.toEqual([]);
    const long: string[] = [];
    for (const file of files) {
      const lines = (await readFile(path.join(root, file), "utf8")).trimEnd().split("\n").length;
      if (lines > LONGEST_FILE) long.push(`${file}: ${lines}`);
    }
    expect(long).toEqual([]);
  });
});

interface Finding {
  filename: string;
  code: string;
  severity: string;
}

/** Lints as `npm run lint` does. The linter exits 1 where it finds something, as it must here. */
function lint(directory: string): Promise<Finding[]> {
  const oxlint = path.join(REPOSITORY, "node_modules/.bin/oxlint");
  return new Promise((resolve, reject) => {
    execFile(
      oxlint,
      ["--type-aware", "--format=json", "src"],
      { cwd: directory, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        if (error?.code !== 1) return reject(new Error(`oxlint: ${stderr}`, { cause: error }));
        const { diagnostics } = JSON.parse(stdout) as { diagnostics: Finding[] };
        resolve(diagnostics.map(({ filename, code, severity }) => ({ filename, code, severity })));
      },
    );
  });
}
