import { describe, expect, it } from "vitest";
import { readTypedPatient } from "../../src/domain/patientSearch.ts";

describe("what somebody types to find a patient", () => {
  it.each([
    ["(212) 555-0147", "US"],
    ["+1 212 555 0147", "US"],
    ["212.555.0147", "US"],
    ["12125550147", "US"],
    ["+1 (212) 555-0147", "GB"],
  ])("is a whole number: %s in %s", (typed, region) => {
    expect(readTypedPatient(typed, region)).toMatchObject({
      lastDigits: "12125550147",
      firstDigits: null,
      names: [],
    });
  });

  it.each([
    ["0147", "0147", "+10147"],
    ["555-0147", "5550147", "+15550147"],
    ["(212) 55", "21255", "+121255"],
  ])("is the end of a number, or its beginning: %s", (typed, lastDigits, firstDigits) => {
    expect(readTypedPatient(typed, "US")).toMatchObject({ lastDigits, firstDigits });
  });

  it("leaves the 0 of a national number away, which is not in its international form", () => {
    expect(readTypedPatient("020 7946 0958", "GB").lastDigits).toBe("442079460958");
    expect(readTypedPatient("020 7946 0958", "US").lastDigits).toBe("2079460958");
  });

  it.each([
    ["Ana", ["Ana"], "Ana"],
    ["  Ana Sofía ", ["Ana Sofía", "Ana"], null],
    ["محمد عبدالله", ["محمد عبدالله", "محمد"], null],
  ])("is a name: %s", (typed, names, email) => {
    expect(readTypedPatient(typed, "US")).toMatchObject({ names, email, lastDigits: null });
  });

  it("is an email address, as soon as it has an @", () => {
    const typed = readTypedPatient("ana@pat", "US");
    expect(typed).toMatchObject({ email: "ana@pat", names: [], lastDigits: null });
  });

  it("may be the clinic's own id for a patient", () => {
    expect(readTypedPatient(" p-1042 ", "US").externalId).toBe("p-1042");
    expect(readTypedPatient("1042", "US")).toMatchObject({
      externalId: "1042",
      lastDigits: "1042",
    });
  });

  it("is nothing where nothing was typed", () => {
    expect(readTypedPatient("  ", "US")).toEqual({
      externalId: null,
      email: null,
      lastDigits: null,
      firstDigits: null,
      names: [],
    });
  });
});
