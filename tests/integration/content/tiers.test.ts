import { describe, expect, it } from "vitest";
import { nameIn } from "../../../src/domain/treatmentName.ts";
import { ANA, email, LOCALES, shipped, sms, steps } from "./messages.ts";

const CALLED = {
  en: { standard: "your treatment", explicit: "your micro needling" },
  es: { standard: "su tratamiento", explicit: "su microneedling" },
};

const NEUTRAL = {
  en: {
    sms: `Rose Clinic: Your clinic has an update for you: ${ANA.pageUrl} Reply STOP to end texts.`,
    subject: "Your clinic has an update for you",
  },
  es: {
    sms: `Rose Clinic: Tenemos una novedad para usted: ${ANA.pageUrl} Baja: responda STOP.`,
    subject: "Su clínica tiene una novedad para usted",
  },
};

const protocol = shipped.protocols.get("microneedling");
if (!protocol) throw new Error("microneedling is not there");

describe.each(LOCALES)("how much a text says (%s)", (locale) => {
  const keys = steps().map(({ key }) => key);

  it.each(keys)("standard: neither SMS nor subject names the treatment: %s", (step) => {
    expect(nameIn(sms(step, locale), protocol)).toBeNull();
    expect(nameIn(email(step, locale).subject, protocol)).toBeNull();
  });

  it.each(keys)("explicit: the same words, but for the treatment's name: %s", (step) => {
    const { standard, explicit } = CALLED[locale];
    const say = (text: string) => text.replaceAll(standard, explicit);
    expect(sms(step, locale, ANA, "explicit")).toBe(say(sms(step, locale)));
    expect(email(step, locale, ANA, "explicit").subject).toBe(say(email(step, locale).subject));
  });

  it.each(keys)("neutral: only that there is something, and where: %s", (step) => {
    expect(sms(step, locale, ANA, "neutral")).toBe(NEUTRAL[locale].sms);
    expect(email(step, locale, ANA, "neutral").subject).toBe(NEUTRAL[locale].subject);
  });

  it("an email says the same in every tier, under its subject", () => {
    for (const step of keys) {
      const { text } = email(step, locale);
      expect(email(step, locale, ANA, "explicit").text).toBe(text);
      expect(email(step, locale, ANA, "neutral").text).toBe(text);
    }
  });

  it("names the treatment in explicit texts that speak of it", () => {
    const named = keys.filter((step) => nameIn(sms(step, locale, ANA, "explicit"), protocol));
    expect(named).toEqual(expect.arrayContaining(["essentials", "gym-ok", "sun-week"]));
    expect(named.length).toBeGreaterThanOrEqual(7);
  });
});

it("the first text shows the patient's page, and how to stop", () => {
  for (const locale of LOCALES) {
    const text = sms("essentials", locale);
    expect(text).toContain(` ${ANA.pageUrl} `);
    expect(text).toMatch(/\bSTOP\b/);
  }
});
