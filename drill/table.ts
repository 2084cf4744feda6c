import type { Row } from "./drill.ts";
import type { Verdict } from "./verdict.ts";

const HEAD = [
  "fault",
  "promised",
  "received",
  "ended otherwise",
  "duplicates",
  "early",
  "outside window",
  "after cancel",
  "lost",
  "unknown, settled",
  "worst lateness",
  "took",
];

/** The rows as a table in Markdown, its columns in line; below it what else is to be said. */
export function tableOf(rows: readonly Row[]): string {
  const cells = [HEAD, ...rows.map(cellsOf)];
  const widths = HEAD.map((_name, column) =>
    Math.max(...cells.map((each) => (each[column] ?? "").length)),
  );
  const isText = (column: number) => column === 0 || column === 3 || column === 4;
  const line = (each: readonly string[]) =>
    `| ${each.map((cell, column) => (isText(column) ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join(" | ")} |`;
  const rule = widths.map((width, column) =>
    isText(column) ? "-".repeat(width) : `${"-".repeat(width - 1)}:`,
  );
  const [head = [], ...body] = cells;
  const notes = rows.flatMap(({ fault, result, notes: said }) => [
    ...(result.kind === "does not apply" ? [`- ${fault} does not apply: ${result.reason}.`] : []),
    ...said.map((note) => `- ${fault}: ${note}.`),
  ]);
  const table = [line(head), line(rule), ...body.map(line)].join("\n");
  return notes.length > 0 ? `${table}\n\n${notes.join("\n")}` : table;
}

function cellsOf({ fault, result, good }: Row): string[] {
  if (result.kind === "does not apply") {
    return [fault, ...HEAD.slice(1).map((_name, index) => (index === 0 ? "does not apply" : ""))];
  }
  const { verdict, tookMs } = result;
  return [
    good ? fault : `${fault} **failed**`,
    String(verdict.promised),
    String(verdict.received),
    countsOf(verdict.endedOtherwise),
    countsOf(verdict.duplicates),
    String(verdict.early),
    String(verdict.outsideWindow),
    String(verdict.afterCancel),
    String(verdict.lost),
    String(verdict.unknownSettled),
    seconds(verdict.worstLatenessMs),
    seconds(tookMs),
  ];
}

function countsOf(counts: Verdict["duplicates"]): string {
  const parts = [...counts].map(([what, number]) => `${number} ${what}`);
  return parts.length > 0 ? parts.join(", ") : "0";
}

const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;
