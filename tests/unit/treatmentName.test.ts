import { describe, expect, it } from "vitest";
import { nameIn, treatmentName } from "../../src/domain/treatmentName.ts";

const NEEDLING = {
  name: "microneedling",
  title: "Micro needling",
  names: { en: ["micro needling", "dermaroller"], es: ["microneedling", "micropunción"] },
};

describe("what a treatment is called", () => {
  it.each([
    ["en", "micro needling"],
    ["en-GB", "micro needling"],
    ["es-MX", "microneedling"],
    ["ES", "microneedling"],
    ["fr", "Micro needling"],
  ])("in %s is %s", (locale, name) => {
    expect(treatmentName(NEEDLING, locale)).toBe(name);
  });

  it("is its title where it has no names", () => {
    expect(treatmentName({ name: "peel", title: "Peel" }, "en")).toBe("Peel");
  });
});

describe("a text that names a treatment", () => {
  it.each([
    "since your micro needling.",
    "since your Micro-Needling",
    "MICRONEEDLING!",
    "micro\u2011needling",
    "micro \u2013 needling",
    "mi\u00adcro\u00adneedling",
    "micro\u00a0needling",
    "Micro_needling",
    "tras su micropuncion",
    "tras su micro-punción:",
    "the dermaroller's",
    "ｍｉｃｒｏ ｎｅｅｄｌｉｎｇ",
  ])("is known: %s", (text) => {
    expect(nameIn(text, NEEDLING)).not.toBeNull();
  });

  it.each([
    "",
    "since your treatment",
    "micro and needling",
    "needling",
    "micro",
    "microneedlings",
    "supermicro needling",
    "a dermarollers' club",
  ])("is not made up: %s", (text) => {
    expect(nameIn(text, NEEDLING)).toBeNull();
  });

  it("is not every text, where a name is all marks", () => {
    expect(nameIn("Hello", { name: "peel", title: "***" })).toBeNull();
  });
});
