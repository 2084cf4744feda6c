import { memory } from "./memory.ts";
import type { Offset } from "./offset.ts";
import type { Protocol } from "./protocol.ts";
import { offsetOf } from "./stepTime.ts";

/** How long the patient waits for each permission of a treatment: `{ "makeup-ok": "24h" }`. */
export type Waits = Readonly<Record<string, string>>;

/** A wait as messages say it. */
export interface WaitWords {
  /** For a list or a text: "24h" in English, "24 h" in Spanish. */
  short: string;
  /** For a sentence: "24 hours", "24 horas". */
  long: string;
}

/** The wait for each permission step. `protocol` has the treatment's overrides in it already. */
export function waitsOf({ steps }: Pick<Protocol, "steps">): Waits {
  const permissions = steps.filter(({ kind }) => kind === "permission");
  return Object.fromEntries(permissions.map(({ key, after }) => [key, after]));
}

/** Making words takes longer than rendering a text, and the same waits are said again and again. */
const words = memory<WaitWords>(10_000);

/**
 * A wait in words of `locale` (Unicode CLDR); `after` is an offset such as `24h`. Days that come to
 * whole weeks are weeks. Hours stay hours: a day of the calendar may have 23 or 25 of them. Spaces
 * are plain ones: the others are not in GSM-7, and would more than double the price of a text.
 */
export function describeWait(after: string, locale: string): WaitWords {
  return words(`${locale} ${after}`, () => {
    const { amount, unit } = inWeeks(offsetOf(after));
    const say = (unitDisplay: Display) =>
      new Intl.NumberFormat(locale, { style: "unit", unit: UNITS[unit], unitDisplay })
        .format(amount)
        .replace(/\p{Zs}/gu, " ");
    return { short: say(shortest(unit, locale)), long: say("long") };
  });
}

type Display = "long" | "short" | "narrow";

const UNITS = { m: "minute", h: "hour", d: "day", w: "week", mo: "month" } as const;

function inWeeks({ amount, unit }: Offset): Offset {
  const whole = unit === "d" && amount > 0 && amount % 7 === 0;
  return whole ? { amount: amount / 7, unit: "w" } : { amount, unit };
}

/**
 * The shortest form that people write and nobody misreads: English has "24h" where CLDR's short form
 * is "24 hr"; a short week ends in a dot in Spanish ("1 sem."), and a short month is one of minutes.
 */
function shortest(unit: Offset["unit"], locale: string): Display {
  if (unit === "w" || unit === "mo") return "long";
  return unit === "h" && /^en\b/i.test(locale) ? "narrow" : "short";
}
