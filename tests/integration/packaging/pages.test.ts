import { accessSync, constants, existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { loadContent } from "../../../src/content/content.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const read = (name: string) => readFileSync(path.join(root, name), "utf8");
const scripts = (JSON.parse(read("package.json")) as { scripts: Record<string, string> }).scripts;

const pages = [root, `${root}docs`, `${root}docs/protocols`].flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".md"))
    .map((name) => path.relative(root, path.join(folder, name))),
);

/** The anchor that a heading gets: https://github.com/gjtorikian/html-pipeline. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");

function anchorsOf(page: string): string[] {
  return [...read(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => anchorOf(heading));
}

describe("the README", () => {
  const readme = read("README.md");

  it.each(["npm ci && npm run demo", "npm ci && npm test"])("has `%s` by itself", (command) => {
    expect(readme).toContain(`\n\`\`\`sh\n${command}\n\`\`\`\n`);
    expect(scripts).toHaveProperty(command.replace(/^.*npm (?:run )?/, ""));
  });

  it("tells every step of micro needling, in order, and when it becomes true", async () => {
    const { protocols } = await loadContent();
    const all = protocols.get("microneedling")?.steps ?? [];
    // A retraction has no time of its own: it takes back what came too early.
    const steps = all.filter(({ kind }) => kind !== "retraction");
    const rows = [...readme.matchAll(/^\| `(\w+)` \| [^|]* \| `([\w-]+)` \| /gm)];
    expect(rows.map(([, after, key]) => ({ after, key }))).toEqual(
      steps.map(({ after, key }) => ({ after, key })),
    );
  });

  it("shows a text as it is sent", async () => {
    const content = await loadContent();
    const { text } = content.renderSms({
      protocol: "microneedling",
      step: "makeup-ok",
      locale: "en",
      clinicLocale: "en",
      privacy: "standard",
      variables: {
        patient: { firstName: "Ana" },
        clinic: { name: "Willow Skin Clinic", phone: null, postalAddress: null },
        treatment: { title: "Micro needling" },
        wait: { until: null },
        waits: {},
        unsubscribeUrl: "https://care.example.com/u/token",
        pageUrl: "https://care.example.com/t/0123456789abcdefghijkl",
      },
    });
    const quoted = readme
      .match(/(?:^> .*\n)+/m)?.[0]
      .replace(/^> /gm, "")
      .replaceAll("\n", " ");
    expect(quoted?.trim()).toBe(text);
  });

  it("says what jobs/ means where it first names it", () => {
    const words = readme.replace(/\s+/g, " ");
    const first = words.slice(words.indexOf("`jobs/`")).slice(0, 250);
    expect(first).toContain("the timed jobs that a treatment becomes");
  });
});

describe("the pages", () => {
  it.each(pages)("%s: leads nowhere that is not there", (page) => {
    const links = [...read(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = ""]) => link);
    const lost = links
      .filter((link) => !/^\w+:/.test(link))
      .filter((link) => {
        const [file = "", anchor] = link.split("#", 2);
        const target = file === "" ? page : path.join(path.dirname(page), file);
        if (!existsSync(path.join(root, target))) return true;
        return anchor !== undefined && !anchorsOf(target).includes(anchor);
      });
    expect(lost).toEqual([]);
  });
});

describe(".ci/run", () => {
  it("can be run, and runs the README's tests and every other check", () => {
    accessSync(`${root}.ci/run`, constants.X_OK);
    const commands = read(".ci/run").split("\n");
    expect(commands.slice(0, 1)).toEqual(["#!/usr/bin/env bash"]);
    expect(commands).toContain("set -euo pipefail");
    expect(commands).toContain('bash -c "npm ci && npm test"');
    const named = commands.flatMap((line) => /^npm run ([\w:]+)$/.exec(line)?.[1] ?? []);
    expect(named).toEqual(["lint", "types", "format:check"]);
    for (const name of named) expect(scripts).toHaveProperty([name]);
  });
});
