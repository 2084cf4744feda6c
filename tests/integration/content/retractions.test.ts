import { describe, expect, it } from "vitest";
import { describeMoment } from "../../../src/domain/localTime.ts";
import type { MessageVariables } from "../../../src/domain/message.ts";
import { ANA, email, LOCALES, shipped, sms, type TestLocale } from "./messages.ts";

/** Half past three in the afternoon of a Saturday in New York. */
const SATURDAY = new Date("2026-11-28T20:30:00Z");

function untilWhen(locale: string | null, phone: string | null = null): MessageVariables {
  const until = locale === null ? null : describeMoment(SATURDAY, "America/New_York", locale);
  return { ...ANA, clinic: { ...ANA.clinic, phone }, wait: { until } };
}

/** What each retraction takes back, and what it asks the patient to wait with. */
const RETRACTIONS: [step: string, about: Record<TestLocale, RegExp>][] = [
  ["makeup-wait", { en: /before you wear make-up/, es: /para maquillarse/ }],
  [
    "retinol-wait",
    {
      en: /at least until .* before you use retinol, vitamin C .*strong anti-aging products/,
      es: /al menos hasta el .*retinol, .*vitamina C y productos antiedad fuertes/,
    },
  ],
  [
    "gym-wait",
    {
      en: /at least until .*hard workouts at the gym, .*pool.*sauna.*sweat/,
      es: /al menos hasta el .*gimnasio.*piscina.*sauna.*sudar mucho/,
    },
  ],
  [
    "sun-wait",
    {
      en: /no long spells in the sun until .*sunscreen whenever you are outdoors/i,
      es: /No pase mucho tiempo al sol hasta el .*protector solar/,
    },
  ],
];

const TOO_EARLY = { en: /came too early/, es: /(mandamos|enviamos) .*demasiado pronto/ };
const SPOKEN = { en: "until you have spoken with us", es: "hasta haber hablado con nosotros" };
const MOMENT = {
  en: /until Saturday, November 28 at 3:30 PM/,
  es: /hasta el sábado, 28 de noviembre, 15:30/,
};

describe.each(LOCALES)("a retraction (%s)", (locale) => {
  const forms = (step: string, variables: MessageVariables) => [
    sms(step, locale, variables),
    email(step, locale, variables).text.replace(/\s+/g, " "),
  ];

  it.each(RETRACTIONS)(
    "says that the message was too early, and until when to wait: %s",
    (step, about) => {
      for (const text of forms(step, untilWhen(locale))) {
        expect(text).toMatch(TOO_EARLY[locale]);
        expect(text).toMatch(MOMENT[locale]);
        expect(text).toMatch(about[locale]);
        expect(text).not.toMatch(/\.\.|\bnull\b/);
      }
      expect(email(step, locale).subject).toMatch(/^Correc(tion|ción): (no|todavía sin) /);
    },
  );

  it.each(RETRACTIONS)("waits for a talk where nobody can say until when: %s", (step) => {
    for (const text of forms(step, untilWhen(null))) {
      expect(text).toContain(SPOKEN[locale]);
      expect(text).not.toMatch(/\(\)|\bnull\b|until {2}|\{/);
    }
    for (const text of forms(step, untilWhen(null, "+1 212 555 0100"))) {
      expect(text).toContain(`${SPOKEN[locale]} (+1 212 555 0100)`);
    }
  });

  it.each(RETRACTIONS)("permits nothing: %s", (step) => {
    for (const text of forms(step, untilWhen(locale))) {
      expect(text).not.toMatch(/\b(may|might|can|again|fine|safe|allowed)\b/i);
      expect(text).not.toMatch(
        /(?<!\p{L})(puede|pueda(?! hacerle)|ya|volver|permitid\p{L}+)(?!\p{L})/iu,
      );
    }
  });
});

describe("the day and time until which to wait", () => {
  const asked = { protocol: "microneedling", step: "gym-wait" };

  it.each([
    ["es-MX", "en", "es-MX"],
    ["es", "en", "es"],
    ["en-GB", "es", "en-GB"],
    ["fr-CA", "es", "es"],
    ["fr", "de", "en"],
  ])("of a patient of %s at a clinic of %s is written for %s", (locale, clinicLocale, expected) => {
    expect(shipped.dateLocale({ ...asked, locale, clinicLocale })).toBe(expected);
  });

  it("ends no sentence: in some places it has a dot of its own", () => {
    for (const [step] of RETRACTIONS) {
      const text = sms(step, "es-MX", untilWhen("es-MX"));
      expect(text).toMatch(/hasta el sábado, 28 de noviembre, 3:30 p\. ?m\.(?!\.)/);
    }
  });
});
