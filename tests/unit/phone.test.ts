import { describe, expect, it } from "vitest";
import { isDialable, readPhone } from "../../src/domain/phone.ts";

describe("a phone number", () => {
  it.each([
    ["(212) 555-0147", "US", "+12125550147", "+1 212 555 0147", "unsaid"],
    ["212.555.0147", "US", "+12125550147", "+1 212 555 0147", "unsaid"],
    ["07400 123456", "GB", "+447400123456", "+44 7400 123456", "mobile"],
    ["020 7946 0018", "GB", "+442079460018", "+44 20 7946 0018", "landline"],
    ["+44 20 7946 0018", "US", "+442079460018", "+44 20 7946 0018", "landline"],
    ["(800) 234-5678", "US", "+18002345678", "+1 800 234 5678", "service"],
  ])("%s of %s is read, written for people, and told apart", (...row) => {
    const [text, region, number, international, kind] = row;
    expect(readPhone(text, region)).toEqual({ number, international, kind });
  });

  it.each(["(212) 555-0100", "212 555 0100 ext. 12", "+44 20 7946 0018", "24680", "246-810"])(
    "of a clinic can be dialled from the United States: %s",
    (text) => {
      expect(isDialable(text, "US")).toBe(true);
    },
  );

  it.each(["abc", "", "1234", "555-0100", "call 212 555 0100", "+999 1234567", "1".repeat(20)])(
    "of a clinic cannot be dialled from the United States: %s",
    (text) => {
      expect(isDialable(text, "US")).toBe(false);
    },
  );

  it.each(["", "212", "call 212 555 0147", "212 555 0147 ext. 3", "+999 1234567", "020 7946 0018"])(
    "is not what cannot be called from the United States: %s",
    (text) => {
      expect(readPhone(text, "US")).toBeNull();
    },
  );
});
