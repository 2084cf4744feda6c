import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { REMINDER_TRANSITIONS } from "../../../src/domain/reminder.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const read = (name: string) => readFileSync(path.join(root, name), "utf8");
const page = read("ARCHITECTURE.md");

const sources = readdirSync(`${root}src`, { recursive: true, encoding: "utf8" })
  .filter((name) => /\.tsx?$/.test(name) && !name.endsWith(".d.ts"))
  .map((name) => `src/${name.replaceAll(path.sep, "/")}`);

/** The names in backquotes in a cell of a table. */
const namesIn = (cell: string) => [...cell.matchAll(/`([^`\n]+)`/g)].map(([, name = ""]) => name);

/** The rows of the table whose head begins with `head`, each as its cells. */
function tableOf(head: string): string[][] {
  const lines = page.slice(page.indexOf(`\n| ${head} |`) + 1).split("\n");
  const end = lines.findIndex((line) => !line.startsWith("|"));
  return lines.slice(2, end).map((line) => line.split("|").slice(1, -1));
}

/** The packages that a file imports, types included, without what is below their names. */
function packagesIn(file: string): string[] {
  const from = read(file).matchAll(/^(?:import|\} from) ?(?:.* from )?"([^".][^"]*)";$/gm);
  // What browsers are to load is not imported, but looked for.
  const found = read(file).matchAll(/require\.resolve\("([^".][^"]*)"\)/g);
  const packages = [...from, ...found].map(
    ([, name = ""]) => /^(?:@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? "",
  );
  return packages.filter((name) => !name.startsWith("node:"));
}

/** A name or path of the page, where `*` stands for any part of one. */
function matches(pattern: string, name: string): boolean {
  const parts = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  const end = pattern.endsWith("/") ? "" : "$";
  return new RegExp(`^${parts.join("[^/]*")}${end}`).test(name);
}

describe("ARCHITECTURE.md", () => {
  it("names files that are there", () => {
    const named = namesIn(page).filter((name) => /^(?:src|tests|docs)\/[^*]*$/.test(name));
    expect(named.length).toBeGreaterThan(30);
    expect(named.filter((name) => !existsSync(root + name))).toEqual([]);
  });

  it("shows the moves of a reminder as they are", () => {
    const rows = tableOf("from").map(([from = "", to = ""]) => [namesIn(from)[0], namesIn(to)]);
    expect(Object.fromEntries(rows)).toEqual(REMINDER_TRANSITIONS);
  });

  it("says of each library where it is used, and it is used nowhere else", () => {
    const rows = tableOf("library").map(([libraries = "", places = ""]) => ({
      libraries: namesIn(libraries),
      places: namesIn(places),
    }));
    const free = namesIn(/^.*are for everybody/m.exec(page)?.[0] ?? "");
    const strays = sources.flatMap((file) =>
      packagesIn(file)
        .filter((name) => !free.includes(name))
        .filter((name) => {
          const row = rows.find(({ libraries }) => libraries.some((each) => matches(each, name)));
          return !row?.places.some((place) => matches(place, file));
        })
        .map((name) => `${file}: ${name}`),
    );
    expect(strays).toEqual([]);
  });

  it("leaves out no library that the program depends on", () => {
    const { dependencies } = JSON.parse(read("package.json")) as { dependencies: object };
    const told = namesIn(page);
    const untold = Object.keys(dependencies).filter(
      (name) => !told.some((each) => matches(each, name)),
    );
    expect(untold).toEqual([]);
    const used = new Set(sources.flatMap(packagesIn));
    expect(Object.keys(dependencies).filter((name) => !used.has(name))).toEqual([]);
  });
});
