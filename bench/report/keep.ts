import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import type { Report } from "../bench.ts";
import { today } from "./machine.ts";
import { sectionOf, targetsTable } from "./markdown.ts";
import { svgOf } from "./svg.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const RESULTS = path.join(ROOT, "bench/results");
const PAGE = path.join(ROOT, "docs/performance.md");
const PLOTS = path.join(ROOT, "docs/performance");

/** What is between them was written by a person, and stays. */
const BY_HAND = ["<!-- by hand: begin -->", "<!-- by hand: end -->"] as const;

const NOTHING_YET = `## What the rest is spent on

Nothing is written here yet.`;

/** A case that was measured, with when and on what. */
export interface Kept {
  title: string;
  about: string;
  report: Report;
}

const numbers = z.array(
  z
    .number()
    .nullable()
    .transform((value) => value ?? Number.NaN),
);
const row = z.array(z.string());
const named = z.array(z.object({ name: z.string(), values: numbers }));
const words = { title: z.string(), unit: z.string() };

/** A file of results: the cases of a day by their names. JSON has no NaN, so that is null there. */
const fileSchema = z.record(
  z.string(),
  z.object({
    title: z.string(),
    about: z.string(),
    report: z.object({
      about: row,
      tables: z.array(z.object({ head: row, rows: z.array(row) })),
      plots: z.array(
        z.object({
          name: z.string(),
          plot: z.discriminatedUnion("kind", [
            z.object({ kind: z.literal("bars"), ...words, bars: named }),
            z.object({ kind: z.literal("lines"), ...words, steps: row, lines: named }),
          ]),
        }),
      ),
      targets: z.array(
        z.object({
          line: z.string(),
          bound: z.string(),
          measured: z.string(),
          met: z.boolean(),
        }),
      ),
      figures: z.array(z.object({ name: z.string(), unit: z.string(), values: numbers })),
    }),
  }),
);

/**
 * Writes what was measured into the day's file of `bench/results/`, and makes `docs/performance.md` and its
 * plots anew of the latest result of every case, in the order of `names`.
 */
export function keep(measured: ReadonlyMap<string, Kept>, names: readonly string[]): void {
  mkdirSync(RESULTS, { recursive: true });
  const file = path.join(RESULTS, `${today()}.json`);
  const ofToday = {
    ...(existsSync(file) ? readResults(file) : {}),
    ...Object.fromEntries(measured),
  };
  writeFileSync(file, `${JSON.stringify(ofToday, null, 2)}\n`);
  const latest: Record<string, Kept> = {};
  const files = readdirSync(RESULTS).filter((name) => name.endsWith(".json"));
  for (const name of files.toSorted()) Object.assign(latest, readResults(path.join(RESULTS, name)));
  writePage(
    names.flatMap((name) => {
      const kept = latest[name];
      return kept === undefined ? [] : [kept];
    }),
  );
}

function readResults(file: string): Record<string, Kept> {
  return fileSchema.parse(JSON.parse(readFileSync(file, "utf8")));
}

function writePage(cases: readonly Kept[]): void {
  mkdirSync(PLOTS, { recursive: true });
  const sections = cases.flatMap(({ title, about, report }) => {
    const pictures = report.plots.map(({ name, plot }) => {
      writeFileSync(path.join(PLOTS, `${name}.svg`), svgOf(plot));
      return `![${plot.title}](performance/${name}.svg)`;
    });
    const dated = { ...report, about: [about, ...report.about] };
    return sectionOf(title, dated, pictures);
  });
  const lines = [
    "# Performance",
    "",
    "Written by `npm run bench`, which starts servers of its own and measures the built program beside what it",
    "could be compared with, each in a process of its own, in turns. Figures are medians of the rounds, with the",
    "least and the most of them in brackets. `npm run bench -- burst enrol` measures some of it anew,",
    "`npm run bench -- --quick` sees in two minutes whether all of it works, and `--help` has the rest. The",
    "figures of every round are in `bench/results/`. How long the pages for staff take is in",
    "[page-times.md](page-times.md).",
    "",
    "## Targets",
    "",
    ...targetsTable(cases.flatMap(({ report }) => report.targets)),
    "",
    ...sections,
    BY_HAND[0],
    byHand(),
    BY_HAND[1],
  ];
  writeFileSync(PAGE, `${lines.join("\n")}\n`);
}

/** What a person wrote into the page as it is. */
function byHand(): string {
  const page = existsSync(PAGE) ? readFileSync(PAGE, "utf8") : "";
  const [begin, end] = BY_HAND;
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  return from < 0 || to < from ? NOTHING_YET : page.slice(from + begin.length, to).trim();
}
