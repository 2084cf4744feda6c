import type { Tone } from "./pieces.tsx";

/** What the bars of a chart count, from the bottom up. */
export interface Series {
  name: string;
  /** What is still to come is drawn as an outline, which can be told from the rest without colours. */
  tone: Tone | "to come";
}

/** One bar: its name in full, what stands under it ("" for nothing), and a number for each series. */
export interface Bar {
  name: string;
  label: string;
  values: readonly number[];
}

interface ChartProps {
  /** What the chart shows, for who cannot see it. */
  title: string;
  series: readonly Series[];
  bars: readonly Bar[];
}

/** In units of the drawing, which grows and shrinks with the page. */
const WIDTH = 480;
const HEIGHT = 190;
const LEFT = 46;
const TOP = 16;
const BOTTOM = 26;

/** Bars, one series upon the other; drawn with classes alone, so that the style sheet colours it. */
export function BarChart({ title, series, bars }: ChartProps) {
  const top = niceTop(Math.max(1, ...bars.map(({ values }) => sum(values))));
  const room = HEIGHT - TOP - BOTTOM;
  const y = (count: number) => HEIGHT - BOTTOM - (count / top) * room;
  const each = (WIDTH - LEFT) / Math.max(1, bars.length);
  return (
    <figure class="chart">
      <figcaption class="legend" aria-hidden="true">
        {series.map(({ name, tone }) => (
          <span key={name} class={`key ${classOf(tone)}`}>
            {name}
          </span>
        ))}
      </figcaption>
      <svg role="img" aria-label={title} viewBox={`0 0 ${WIDTH} ${HEIGHT}`}>
        {[0, top / 2, top].map((count) => (
          <g key={count} class="grid">
            <line x1={LEFT} x2={WIDTH} y1={y(count)} y2={y(count)} />
            <text x={LEFT - 6} y={y(count) + 5} text-anchor="end">
              {count}
            </text>
          </g>
        ))}
        {bars.map(({ name, label, values }, index) => {
          const x = LEFT + index * each;
          return (
            <g key={name} class="bar">
              <title>{`${name}: ${words(series, values)}`}</title>
              {values.map((value, at) => {
                const under = sum(values.slice(0, at));
                return value === 0 ? null : (
                  <rect
                    key={series[at]?.name}
                    class={classOf(series[at]?.tone)}
                    x={round(x + each * 0.12)}
                    width={round(each * 0.76)}
                    y={round(y(under + value))}
                    height={round(y(under) - y(under + value))}
                  />
                );
              })}
              {label !== "" && (
                <text x={round(x + each / 2)} y={HEIGHT - 6} text-anchor="middle">
                  {label}
                </text>
              )}
            </g>
          );
        })}
      </svg>
    </figure>
  );
}

/** The same numbers as a table. `what` names the rows; those without a number are left out. */
export function ChartTable({ title, what, series, bars }: ChartProps & { what: string }) {
  const shown = bars.filter(({ values }) => sum(values) > 0);
  return (
    <table>
      <caption class="sr-only">{title}</caption>
      <thead>
        <tr>
          <th scope="col">{what}</th>
          {series.map(({ name }) => (
            <th key={name} scope="col" class="number">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {shown.map(({ name, values }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            {values.map((value, at) => (
              <td key={series[at]?.name} class="number">
                {value}
              </td>
            ))}
          </tr>
        ))}
        {shown.length === 0 && (
          <tr>
            <td colSpan={series.length + 1}>Nothing.</td>
          </tr>
        )}
      </tbody>
    </table>
  );
}

/** The next even number of the kind that people like to read: 2, 4, 10, 20, 40, 100 … */
function niceTop(count: number): number {
  const unit = 10 ** Math.floor(Math.log10(count));
  const found = [1, 2, 4, 6, 8, 10].map((times) => times * unit).find((top) => top >= count);
  return Math.max(2, found ?? count);
}

const classOf = (tone: Series["tone"] = "plain") => tone.replace(" ", "-");

const words = (series: readonly Series[], values: readonly number[]) =>
  series.map(({ name }, at) => `${values[at]} ${name}`).join(", ");

const sum = (values: readonly number[]) => values.reduce((one, other) => one + other, 0);

const round = (units: number) => Math.round(units * 100) / 100;
