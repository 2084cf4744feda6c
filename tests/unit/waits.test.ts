import { describe, expect, it } from "vitest";
import { withOverrides } from "../../src/domain/overrides.ts";
import { describeWait, waitsOf } from "../../src/domain/waits.ts";
import { rows } from "./table.ts";
import { protocolOf } from "./treatment.ts";

describe("a wait in words", () => {
  it.each(
    rows(`
      24h    | en     | 24h       | 24 hours
      24h    | es     | 24 h      | 24 horas
      1h     | en     | 1h        | 1 hour
      1h     | es     | 1 h       | 1 hora
      0h     | en     | 0h        | 0 hours
      0h     | es     | 0 h       | 0 horas
      120h   | en     | 120h      | 120 hours
      120h   | es     | 120 h     | 120 horas
      168h   | en     | 168h      | 168 hours
      30m    | en     | 30 min    | 30 minutes
      30m    | es     | 30 min    | 30 minutos
      1m     | es     | 1 min     | 1 minuto
      1d     | en     | 1 day     | 1 day
      1d     | es     | 1 d       | 1 día
      10d    | en     | 10 days   | 10 days
      10d    | es     | 10 d      | 10 días
      7d     | en     | 1 week    | 1 week
      7d     | es     | 1 semana  | 1 semana
      1w     | en     | 1 week    | 1 week
      1w     | es     | 1 semana  | 1 semana
      14d    | en     | 2 weeks   | 2 weeks
      2w     | es     | 2 semanas | 2 semanas
      0d     | en     | 0 days    | 0 days
      1mo    | en     | 1 month   | 1 month
      1mo    | es     | 1 mes     | 1 mes
      2mo    | en     | 2 months  | 2 months
      2mo    | es     | 2 meses   | 2 meses
      24h    | en-GB  | 24h       | 24 hours
      24h    | es-MX  | 24 h      | 24 horas
      24h    | fr     | 24 h      | 24 heures
      10d    | de     | 10 Tg.    | 10 Tage
    `),
  )("%s in %s is %s, %s", (after, locale, short, long) => {
    expect(describeWait(after, locale)).toEqual({ short, long });
  });
});

describe("the waits of a treatment", () => {
  const protocol = protocolOf([
    { key: "first", kind: "caution", after: "0h" },
    { key: "gym-ok", kind: "permission", after: "72h" },
    { key: "second", kind: "expectation", after: "54h" },
    { key: "sun-ok", kind: "permission", after: "7d" },
  ]);

  it("are those of its permissions", () => {
    expect(waitsOf(protocol)).toEqual({ "gym-ok": "72h", "sun-ok": "7d" });
  });

  it("are what a clinician made of them", () => {
    const overridden = withOverrides(protocol, { "sun-ok": "10d", second: "60h" });
    expect(waitsOf(overridden)).toEqual({ "gym-ok": "72h", "sun-ok": "10d" });
  });
});
