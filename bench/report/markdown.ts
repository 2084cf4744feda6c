import type { Report, Table, Target } from "../bench.ts";

export function markdownOf({ head, rows }: Table): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [
    line(head),
    `|${head.map((_, index) => (index === 0 ? "---" : "--:")).join("|")}|`,
    ...rows.map(line),
  ];
}

/** What was to be reached, and whether it was. */
export function targetsTable(targets: readonly Target[]): string[] {
  const rows = targets.map(({ line, bound, measured, met }) => [
    line,
    bound,
    measured,
    met ? "yes" : "no",
  ]);
  return markdownOf({ head: ["line", "bound", "measured", "met"], rows });
}

/** What came out, in a run that is too small to reach anything. */
export function ratiosTable(targets: readonly Target[]): string[] {
  const rows = targets.map(({ line, measured }) => [line, measured]);
  return markdownOf({ head: ["ratio", "measured"], rows });
}

/** A case's section: what was done, its pictures where they are kept, its tables. */
export function sectionOf(title: string, report: Report, pictures: readonly string[]): string[] {
  return [
    `## ${title}`,
    "",
    ...report.about.flatMap((paragraph) => [...wrapped(paragraph), ""]),
    ...pictures.flatMap((picture) => [picture, ""]),
    ...report.tables.flatMap((table) => [...markdownOf(table), ""]),
  ];
}

/** Breaks a paragraph into lines of at most 110 columns. */
function wrapped(paragraph: string): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of paragraph.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > 110) {
      lines.push(line);
      line = "";
    }
    line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
