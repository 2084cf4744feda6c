import { describe, expect, it } from "vitest";
import { EMAIL_FACTS } from "./emailFacts.ts";
import { ANA, email, everything, LOCALES, sentences, sms, steps } from "./messages.ts";
import { SMS_FACTS } from "./smsFacts.ts";

describe("every fact reaches a patient", () => {
  it.each(SMS_FACTS)("who gave only a phone: %s (%s)", (_, step, en, es) => {
    expect(sms(step, "en")).toMatch(en);
    expect(sms(step, "es")).toMatch(es);
  });

  it.each(EMAIL_FACTS)("who gave only an email: %s (%s)", (_, step, en, es) => {
    expect(email(step, "en").text).toMatch(en);
    expect(email(step, "es").text).toMatch(es);
  });

  it("in messages that go out over both channels", () => {
    for (const { channels } of steps()) expect(channels).toEqual(["sms", "email"]);
  });
});

const NO_RELEASE =
  /exfoli|\bAHA|alpha hydroxy|alfahidrox|glycolic|glicól|scent|perfumad|harsh|agresiv/i;
const RELEASING = {
  en: /\b(may|might|can|could|again|fine|safe|back|start|add|bring|return|over|no longer)\b/i,
  es: /(?<!\p{L})(puede|pueda|podr|ya|volver|vuelv|retom|empe[cz]|empiec|añad|segur|terminó)/iu,
};
const PRACTITIONER = {
  en: /ask your practitioner/,
  es: /pregunt\p{L}+ (antes )?a su especialista/iu,
};

describe.each(LOCALES)("nothing is said beyond the facts (%s)", (locale) => {
  it("releases no product that has no release time", () => {
    const named = everything(locale).filter(({ text }) => NO_RELEASE.test(text));
    expect(new Set(named.map(({ step }) => step)).size).toBeGreaterThanOrEqual(6);
    for (const { step, form, text } of named) {
      expect(`${step} ${form}: ${text}`).toMatch(PRACTITIONER[locale]);
      for (const sentence of sentences(text).filter((part) => NO_RELEASE.test(part))) {
        expect(`${step} ${form}: ${sentence}`).not.toMatch(RELEASING[locale]);
      }
    }
  });

  it("keeps every hedge", () => {
    const hedges = {
      en: [
        [/redness.*(gone|fade)/i, /mostly/],
        [/swollen.*48|swelling.*48/i, /up to/],
        [/go back to|do these things again/, /may be able to/],
        [/bring in/, /might want to/],
        [/breakouts and peeling/i, /might need a little longer/],
        [/bumps/i, /not (for|to) everyone/],
        [/side effects low/, /can (help to )?keep/],
        [/heal.*2 months|2 months.*heal/i, /up to|can/],
      ],
      es: [
        [/(rojez|enrojecimiento).*48/i, /en su mayor parte/],
        [/hinch.*48/i, /hasta/],
        [/volver al? (ejercicio|el ejercicio)/, /es posible que/i],
        [/añadir/i, /tal vez quiera/i],
        [/(pelarse|se pela) y los brotes/i, /pueden|podrían/],
        [/bultitos/i, /no (en todos|le ocurren a todo el mundo)/],
        [/limpiador suave.*reducir/i, /puede/],
        [/(sana|sanando) .*2 meses/i, /hasta/],
      ],
    } as const;
    for (const [subject, hedge] of hedges[locale]) {
      const said = everything(locale).flatMap(({ text }) => sentences(text));
      const about = said.filter((sentence) => subject.test(sentence));
      expect({ subject, sentences: about.length }).not.toEqual({ subject, sentences: 0 });
      for (const sentence of about) expect(sentence).toMatch(hedge);
    }
  });

  it("adds no figure, no alarm, no brand of advice", () => {
    for (const { step, form, text } of everything(locale)) {
      // A link and the day until which to wait are values, not words of ours.
      const words = text
        .replace(/^----$[\s\S]*/m, "")
        .replaceAll(ANA.pageUrl, "")
        .replaceAll(ANA.wait.until ?? "", "");
      const figures = words.match(/\d+/g) ?? [];
      const strange = figures.filter((figure) => !["1", "2", "24", "48", "72"].includes(figure));
      expect({ step, form, strange }).toEqual({ step, form, strange: [] });
      expect(`${step} ${form}: ${words}`).not.toMatch(
        /spf|fps|\bcall\b|llám|llame|doctor|médic|fever|fiebre|pus\b|blister|ampolla|emergenc|urgen|\bice\b|hielo|painkill|analgés|alcohol/i,
      );
    }
  });

  it("says the clinic's name in each SMS, and the treatment only as the patient's own", () => {
    for (const { key } of steps()) {
      const text = sms(key, locale, ANA, "explicit");
      expect(text).toMatch(/^Rose Clinic: /);
      expect(text).not.toMatch(/(?<!your |su )micro ?needling/i);
      expect(text).not.toMatch(/needles|punctur|aguja|punción/i);
      expect({ key, stop: /\bSTOP\b/.test(text) }).toEqual({ key, stop: key === "essentials" });
    }
  });
});
