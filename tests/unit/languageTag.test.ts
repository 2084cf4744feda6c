import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isLanguageTag } from "../../src/domain/languageTag.ts";
import { describeMoment } from "../../src/domain/localTime.ts";

const MOMENT = new Date("2026-11-25T20:30:00Z");

/** The parts that people put into tags, right and wrong. */
const parts = fc.constantFrom(
  "en",
  "es",
  "MX",
  "mex",
  "usa",
  "US",
  "Latn",
  "419",
  "12",
  "1996",
  "x",
);

describe("a language tag", () => {
  it.each(["en", "es-MX", "es-419", "zh-Hant-TW", "ca-valencia", "tlh"])("is %s", (tag) => {
    expect(isLanguageTag(tag)).toBe(true);
  });

  it.each([
    ["", "empty"],
    ["EN", "not as folders are named"],
    ["english", "a word"],
    ["en_US", "of another notation"],
    ["es-mex", "with a country of three letters"],
    ["en-usa", "with a country of three letters"],
    ["en-US-US", "with two countries"],
    ["en-12", "with a region of two digits"],
    ["en-u-ca-hebrew", "with a calendar"],
    [`en-${"abcdefgh-".repeat(4)}abcdefgh`, "too long"],
  ])("is not %s: it is %s", (tag) => {
    expect(isLanguageTag(tag)).toBe(false);
  });

  it("is one by which a moment can be told, whatever it is made of", () => {
    fc.assert(
      fc.property(fc.array(parts, { minLength: 1, maxLength: 4 }), (list) => {
        const tag = list.join("-");
        fc.pre(isLanguageTag(tag));
        expect(describeMoment(MOMENT, "America/New_York", tag)).toMatch(/\d/);
      }),
    );
  });
});
