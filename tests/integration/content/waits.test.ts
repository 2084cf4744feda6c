import { describe, expect, it } from "vitest";
import { checkContent } from "../../../src/content/check.ts";
import { loadContent } from "../../../src/content/content.ts";
import type { Waits } from "../../../src/domain/waits.ts";
import { contentRoot, message, protocolWith } from "./fixture.ts";
import { ANA, email, LOCALES, sms, type TestLocale } from "./messages.ts";
import { FIRST, SECOND } from "./refusedContent.ts";

/** The messages that name a wait. */
const NAMING = ["essentials", "sun", "makeup-ok", "retinol-ok", "gym-ok", "sun-week"];

/** Waits of which no two are alike, and none is the leaflet's. */
const OTHERS: Waits = {
  "makeup-ok": "31h",
  "retinol-ok": "5d",
  "gym-ok": "120h",
  "sun-week": "3w",
};

const FIGURES = {
  en: { short: ["31h", "5 days", "120h", "3 weeks"], long: ["31", "5", "120", "3"] },
  es: { short: ["31 h", "5 d", "120 h", "3 semanas"], long: ["31", "5", "120", "3"] },
};

function told(step: string, locale: TestLocale, waits: Waits) {
  const variables = { ...ANA, waits };
  const { subject, text } = email(step, locale, variables);
  const [words = ""] = text.split("\n----\n");
  return { sms: sms(step, locale, variables), subject, email: words };
}

/** The sentence that says what is over, by permission step. */
const OVER: Record<TestLocale, Record<string, [sms: string, email: string]>> = {
  en: {
    "makeup-ok": ["Your wait of 31 hours is over", "Your wait of 31 hours after"],
    "retinol-ok": ["Your wait of 5 days is over", "Your wait of 5 days after"],
    "gym-ok": ["Your wait of 120 hours is over", "Your wait of 120 hours after"],
    "sun-week": ["Your wait of 3 weeks after", "Your wait of 3 weeks after"],
  },
  es: {
    "makeup-ok": ["Su espera de 31 h ha terminado", "Su espera de 31 horas tras"],
    "retinol-ok": ["Su espera de 5 d ha terminado", "Su espera de 5 días tras"],
    "gym-ok": ["Su espera de 120 h ha terminado", "Su espera de 120 horas tras"],
    "sun-week": ["Su espera de 3 semanas tras", "Su espera de 3 semanas tras"],
  },
};

describe.each(LOCALES)("a wait that a clinician has set (%s)", (locale) => {
  it("is the one that its permission says is over", () => {
    for (const [step, [inSms, inEmail]] of Object.entries(OVER[locale])) {
      const said = told(step, locale, OTHERS);
      expect(said.sms).toContain(inSms);
      expect(said.email).toContain(inEmail);
      expect(said.subject).toMatch(/^(Your wait is over|Su espera ha terminado)/);
    }
  });

  it("is in the essentials, each one", () => {
    const said = told("essentials", locale, OTHERS);
    for (const wait of FIGURES[locale].short) expect(said.sms).toContain(` ${wait}`);
    const waiting = said.email.split(/What has to wait|Qué debe esperar/)[1]?.split("\n\n\n")[0];
    for (const wait of FIGURES[locale].long) expect(waiting).toMatch(new RegExp(` ${wait} `));
  });

  it("takes the place of the leaflet's figures wherever a message names a wait", () => {
    for (const step of NAMING.slice(1)) {
      const said = told(step, locale, OTHERS);
      const words = [said.sms, said.subject, said.email].join("\n");
      // The two weeks of sunscreen are nobody's wait.
      const strange = (words.match(/\d+/g) ?? []).filter((figure) => figure !== "2");
      for (const figure of strange) expect(FIGURES[locale].long).toContain(figure);
    }
  });

  it("can be one of anything", () => {
    const ones = { "makeup-ok": "1h", "retinol-ok": "1d", "gym-ok": "1w", "sun-week": "1mo" };
    const words = NAMING.flatMap((step) => Object.values(told(step, locale, ones))).join("\n");
    expect(words).not.toMatch(/\b1 (hours|days|weeks|months|horas|días|semanas|meses)\b/);
    expect(words).toMatch(locale === "en" ? /wait of 1 hour is/ : /espera de 1 h ha/);
  });

  it("leaves what is no wait as it is", () => {
    for (const step of ["first-hours", "two-days", "two-weeks", "one-month", "products"]) {
      expect(told(step, locale, OTHERS)).toEqual(told(step, locale, {}));
    }
  });
});

describe("a treatment of an older version of the protocol", () => {
  it("gets the file's wait for a step that its version has not", () => {
    expect(sms("gym-ok", "en", { ...ANA, waits: { "gym-ok": "96h" } })).toMatch(
      /wait of 96 hours is over.* in the sun for 1 week after/,
    );
    expect(sms("gym-ok", "es", { ...ANA, waits: { "sun-week": "10d" } })).toMatch(
      /espera de 72 h ha terminado.* durante 10 d tras/,
    );
  });
});

describe("the waits of a protocol's own messages", () => {
  const request = { protocol: "peel", locale: "en", clinicLocale: "en" } as const;
  const said = async (root: string, step: string, waits: Waits) => {
    const variables = { ...ANA, waits };
    const content = await loadContent(root);
    return content.renderSms({ ...request, step, privacy: "standard", variables }).text;
  };

  it("may be of steps whose keys begin with a figure", async () => {
    const root = await contentRoot({
      ...protocolWith("key: second\n", "key: 2-weeks\n"),
      [SECOND]: null,
      "templates/peel/es/second.md": null,
      "templates/peel/en/2-weeks.md": message("{{ waits.2-weeks.long }} are over."),
      "templates/peel/es/2-weeks.md": message("{{ waits['2-weeks'].short }}."),
      [FIRST]: message("Wait {{ waits['2-weeks'].long }}."),
    });
    const { problems } = await checkContent(root);
    expect(problems.filter(({ message: text }) => text.includes("unknown"))).toEqual([]);
  });

  it("are not known where its file cannot be read, and no fault of the messages", async () => {
    const root = await contentRoot({
      ...protocolWith("version: 1", "version: none"),
      [SECOND]: message("{{ waits.second.long }} are over."),
    });
    const { problems } = await checkContent(root);
    expect(problems.map(({ file }) => file)).toEqual(["jobs/peel.yaml"]);
  });

  it("come from the treatment alone where the protocol has no file any more", async () => {
    const text = message("Wait {{ waits.mask-ok.long }}.");
    const root = await contentRoot({ "templates/mask/en/first.md": text });
    const content = await loadContent(root);
    const variables = { ...ANA, waits: { "mask-ok": "36h" } };
    const asked = { ...request, protocol: "mask", step: "first", privacy: "standard" } as const;
    expect(content.renderSms({ ...asked, variables }).text).toContain("Wait 36 hours.");
  });

  it("are said in the message's language", async () => {
    const root = await contentRoot({ [SECOND]: message("{{ waits.second.long }} are over.") });
    expect(await said(root, "second", { second: "10d" })).toContain("10 days are over.");
    expect(await said(root, "second", {})).toContain("1 week are over.");
  });
});
