import { describe, expect, it } from "vitest";
import { loadContent } from "../../src/content/content.ts";
import { findProtocol, localeOf, readYesNo, unmarked } from "../../src/domain/importCells.ts";
import { guessColumns } from "../../src/domain/importColumns.ts";

describe("the headers of a file", () => {
  it("are known in English", () => {
    const headers = [
      "Patient ID",
      "First Name",
      "Last name",
      "Mobile phone",
      "E-mail",
      "Treatment",
    ];
    const more = ["Treatment date", "SMS consent", "Email opt-in", "Marketing", "Language"];
    expect(guessColumns([...headers, ...more])).toEqual({
      externalId: 0,
      firstName: 1,
      phone: 3,
      email: 4,
      protocol: 5,
      performedAt: 6,
      careSms: 7,
      careEmail: 8,
      rebook: 9,
      locale: 10,
    });
  });

  it("are known in Spanish, with accents or without", () => {
    const headers = ["Nombre", "TELÉFONO", "Correo electrónico", "Fecha", "Hora", "Tratamiento"];
    const more = ["Acepta SMS", "Idioma", "Zona horaria", "Expediente"];
    expect(guessColumns([...headers, ...more])).toEqual({
      firstName: 0,
      phone: 1,
      email: 2,
      performedAt: 3,
      time: 4,
      protocol: 5,
      careSms: 6,
      locale: 7,
      timeZone: 8,
      externalId: 9,
    });
  });

  it("are known as the API calls its fields", () => {
    const headers = ["externalId", "firstName", "phone", "email", "timeZone", "performedAt"];
    expect(guessColumns(headers)).toEqual({
      externalId: 0,
      firstName: 1,
      phone: 2,
      email: 3,
      timeZone: 4,
      performedAt: 5,
    });
  });
});

describe("a cell", () => {
  it.each([
    ["yes", true],
    ["Sí", true],
    ["X", true],
    ["1", true],
    ["✓", true],
    ["", false],
    ["No", false],
    ["-", false],
    ["FALSO", false],
    ["perhaps", null],
    ["yes, by email only", null],
    ["?", null],
  ])("of consent %j says %s", (cell, said) => {
    expect(readYesNo(cell)).toBe(said);
  });

  it.each([
    ["Spanish", "es"],
    ["Español", "es"],
    ["ES", "es"],
    ["en_US", "en-US"],
    ["es-MX", "es-MX"],
    ["", ""],
  ])("of language %j is %j", (cell, tag) => {
    expect(localeOf(cell)).toBe(tag);
  });

  it("loses the mark by which a spreadsheet is kept from running it, and no other", () => {
    expect(unmarked("'+12125550147")).toBe("+12125550147");
    expect(unmarked("'Ana'")).toBe("'Ana'");
  });

  it("names a treatment by its title or any other of its names", async () => {
    const { protocols } = await loadContent();
    for (const cell of ["microneedling", "Micro-Needling", "MICROAGUJAS", "micropuncion"]) {
      expect(findProtocol(cell, protocols)?.name).toBe("microneedling");
    }
    expect(findProtocol("micro", protocols)).toBeUndefined();
    expect(findProtocol("", protocols)).toBeUndefined();
  });
});
