import { describe, expect, it } from "vitest";
import { firstName } from "../../src/domain/firstName.ts";

const problemsOf = (text: string) =>
  firstName.safeParse(text).error?.issues.map(({ message }) => message) ?? [];

describe("a first name", () => {
  it.each([
    "Ana",
    "José",
    "Jose\u0301",
    "J.R.",
    "J.R.R. Tolkien",
    "J. R.",
    "D.J. Smith",
    "J.-P.",
    "J.R.-Ann",
    "St. John",
    "Dr. Ana",
    "Mary-Ann",
    "Ana Jr.",
    "O'Neil",
    "O’Neil & “Sons”",
    "D'Angelo",
    "Karl K:son",
    "Ana (Mom)",
    "Ana/Bea",
    "Ana 2",
    "Ana, 1985",
    "Gal·la",
    "Ğ.Ş.",
    "محمد عبدالله",
    "मि. अनिल",
    "아나",
    "김.이.",
    "阿卜杜拉·买买提",
    "ア・ナ",
    "Ana 🙂",
    "Awww",
    "Att: Ana",
    "Hotel",
  ])("may be %j", (text) => {
    expect(problemsOf(text)).toEqual([]);
  });

  it.each([
    "Ana evil.com/x",
    "evil.com",
    "EVIL.COM",
    "Evil.Kim",
    "bit.ly/x",
    "t.co",
    "Ana,evil.co.uk",
    "пример.рф",
    "évil.com",
    "evil.xn--p1ai",
    "evil\uFF0Ecom",
    "evil\u3002com",
    "evil\uFF61com",
    "evil.\u200Bcom",
    "\uFF45vil.com",
    "e\u0301.com",
    "www.x",
    "Ana www.evil",
    "https://evil",
    "x://y",
    "http:evil",
    "mailto:ana",
    "Tel:911",
    "ana@evil",
    "ana\uFF20evil",
    "@ana",
    "Ana 10.0.0.1",
    "Ana 2125550123",
    "Ana (212) 555-0123",
    "call 555 0123",
    "Ana ٢١٢٥٥٥٠١٢٣",
  ])("may not be %j, which phones make a link of", (text) => {
    expect(problemsOf(text)).toEqual([expect.stringMatching(/^must not look like a link: /)]);
  });

  it.each(["<b>Ana</b>", "1234", "...", "\u200b"])("may not be %j, which is no name", (text) => {
    expect(problemsOf(text)).toContain("must be a name");
  });
});
