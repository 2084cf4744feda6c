import type { Plot } from "../bench.ts";
import { amount, median } from "../statistics.ts";

const WIDTH = 760;
const LABELS = 300;
const BAR = 26;
const TOP = 44;
const COLOURS = ["#0b5c75", "#b4552d", "#4a7a3a", "#7a4f9a", "#8a7a1d"];

/** Draws a plot: no script, no font or picture from elsewhere. */
export function svgOf(plot: Plot): string {
  return plot.kind === "bars" ? barsOf(plot) : linesOf(plot);
}

/** A bar for the median of each, with a whisker from the least to the most. */
function barsOf({ title, unit, bars }: Extract<Plot, { kind: "bars" }>): string {
  const most = Math.max(...bars.flatMap(({ values }) => values), 1e-9);
  const width = WIDTH - LABELS - 90;
  const x = (value: number) => round(LABELS + (value / most) * width);
  const parts = bars.flatMap(({ name, values }, index) => {
    const top = TOP + index * BAR;
    const middle = top + BAR / 2 - 2;
    const value = median(values);
    const [from, to] = [Math.min(...values), Math.max(...values)];
    return [
      text(LABELS - 8, middle + 4, name, "end"),
      `<rect x="${LABELS}" y="${top}" width="${round(x(value) - LABELS)}" height="${BAR - 8}" fill="${colourOf(name.startsWith("Aftercare") ? 0 : 1)}"/>`,
      `<path d="M${x(from)} ${middle - 4}v8M${x(from)} ${middle}H${x(to)}M${x(to)} ${middle - 4}v8" stroke="#111" fill="none"/>`,
      text(x(to) + 8, middle + 4, amount(value), "start"),
    ];
  });
  return frame(title, unit, TOP + bars.length * BAR + 16, parts);
}

/** A line for each, over steps that are evenly apart. */
function linesOf({ title, unit, steps, lines }: Extract<Plot, { kind: "lines" }>): string {
  const height = 240;
  const [left, bottom] = [60, TOP + height];
  const most = Math.max(...lines.flatMap(({ values }) => values), 1e-9) * 1.1;
  const apart = (WIDTH - left - 60) / Math.max(1, steps.length - 1);
  const x = (step: number) => round(left + step * apart);
  const y = (value: number) => round(bottom - (value / most) * height);
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((share) => (share * most) / 1.1);
  const parts = [
    ...ticks.flatMap((tick) => [
      `<path d="M${left} ${y(tick)}H${WIDTH - 60}" stroke="#ccd5da" fill="none"/>`,
      text(left - 8, y(tick) + 4, amount(tick), "end"),
    ]),
    ...steps.map((step, index) => text(x(index), bottom + 20, step, "middle")),
    ...lines.flatMap(({ name, values }, index) => {
      const points = values.map((value, step) => `${x(step)},${y(value)}`).join(" ");
      const legend = bottom + 44 + index * 20;
      return [
        `<polyline points="${points}" fill="none" stroke="${colourOf(index)}" stroke-width="2"/>`,
        ...values.map(
          (value, step) =>
            `<circle cx="${x(step)}" cy="${y(value)}" r="3.5" fill="${colourOf(index)}"/>`,
        ),
        `<rect x="${left}" y="${legend - 9}" width="12" height="12" fill="${colourOf(index)}"/>`,
        text(left + 20, legend + 2, name, "start"),
      ];
    }),
  ];
  return frame(title, unit, bottom + 44 + lines.length * 20, parts);
}

function frame(title: string, unit: string, height: number, parts: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="13" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    `<text x="12" y="24" font-size="15" font-weight="600" fill="#22303c">${escaped(title)} (${escaped(unit)})</text>`,
    ...parts,
    "</svg>",
    "",
  ].join("\n");
}

function text(x: number, y: number, words: string, anchor: "start" | "middle" | "end"): string {
  return `<text x="${x}" y="${y}" text-anchor="${anchor}" fill="#22303c">${escaped(words)}</text>`;
}

const colourOf = (index: number) => COLOURS[index % COLOURS.length] ?? "#000";
const round = (value: number) => (Number.isFinite(value) ? Math.round(value * 10) / 10 : 0);

function escaped(words: string): string {
  return words.replace(/[&<>"]/g, (mark) => `&#${mark.charCodeAt(0)};`);
}
