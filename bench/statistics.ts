/** The value that a share of the others do not exceed, by nearest rank; NaN of none. */
export function percentile(values: ArrayLike<number>, share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

export function median(values: ArrayLike<number>): number {
  return percentile(values, 0.5);
}

/** Lateness in milliseconds, of many messages. */
export interface Lateness {
  p50: number;
  p99: number;
  worst: number;
}

export function latenessOf(values: ArrayLike<number>): Lateness {
  return { p50: median(values), p99: percentile(values, 0.99), worst: percentile(values, 1) };
}

/** The median of the rounds with the least and the most of them: `1,234 (1,200–1,300)`. */
export function spread(values: readonly number[]): string {
  if (values.length === 0) return "–";
  if (values.length === 1) return amount(values[0] ?? Number.NaN);
  const [least, most] = [percentile(values, 0), percentile(values, 1)];
  return `${amount(median(values))} (${amount(least)}–${amount(most)})`;
}

/** A figure with as many digits as say something. */
export function amount(value: number): string {
  if (!Number.isFinite(value)) return "–";
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString("en-US", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}
