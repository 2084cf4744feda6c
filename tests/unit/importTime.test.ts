import { describe, expect, it } from "vitest";
import { type DateOrder, lookAtTimes, readImportTime } from "../../src/domain/importTime.ts";

const now = new Date("2026-11-26T17:00:00Z");
const zone = "America/New_York";

function read(text: string, order: DateOrder | null = null, timeOfDay: string | null = null) {
  const said = readImportTime(text, { order, timeOfDay, zone, now });
  return "at" in said ? said.at.toISOString() : said.problem;
}

describe("a time in a file", () => {
  it.each([
    ["2026-11-23 15:30", null, "2026-11-23T20:30:00.000Z"],
    ["2026-11-23T15:30:15", null, "2026-11-23T20:30:15.000Z"],
    ["2026-11-23T15:30:00.250-05:00", null, "2026-11-23T20:30:00.000Z"],
    ["2026-11-23T20:30Z", null, "2026-11-23T20:30:00.000Z"],
    ["2026/11/3 3:30 PM", null, "2026-11-03T20:30:00.000Z"],
    ["03/11/2026 15:30", "dmy", "2026-11-03T20:30:00.000Z"],
    ["11/3/26, 3:30 p. m.", "mdy", "2026-11-03T20:30:00.000Z"],
    ["3.11.2026 15.30", "dmy", "2026-11-03T20:30:00.000Z"],
    ["03-11-2026 12:05 am", "dmy", "2026-11-03T05:05:00.000Z"],
  ] as const)("%s (%s) is %s", (text, order, at) => {
    expect(read(text, order)).toBe(at);
  });

  it.each([
    ["yesterday", "dmy", "is no date and time such as 2026-04-25 15:30 or 25/04/2026 15:30"],
    ["yesterday", "mdy", "is no date and time such as 2026-04-25 15:30 or 04/25/2026 3:30 pm"],
    ["", "dmy", "is no date and time"],
    ["46349.6458", "dmy", "a spreadsheet counts days"],
    ["2026-02-30 10:00", null, "is no date in the order"],
    ["25/11/2026 10:00", "mdy", "is no date in the order"],
    ["2026-11-23 25:00", null, "is no date and time"],
    ["2026-11-23 10:60", null, "is no date and time"],
    ["2026-11-23 13:00 pm", null, "is no date and time"],
    ["2026-11-23 4", null, "is no date and time"],
    ["03/04/2026 10:00", null, "say which it is"],
    ["2026-11-23", null, "has no time of day"],
  ] as const)("%s (%s) is refused: %s", (text, order, why) => {
    expect(read(text, order)).toContain(why);
  });

  it("takes the time of day that is meant where a date has none", () => {
    expect(read("2026-11-23", null, "18:00")).toBe("2026-11-23T23:00:00.000Z");
    expect(read("2026-11-23 10:00", null, "18:00")).toBe("2026-11-23T15:00:00.000Z");
  });

  it("is the later of two that clocks show twice in autumn, so that nothing is early", () => {
    expect(read("2026-11-01 01:30")).toBe("2026-11-01T06:30:00.000Z");
  });
});

describe("the times of a file", () => {
  it("tell their order where one of them can be read in one way only", () => {
    expect(lookAtTimes(["03/04/2026", "25/04/2026"])).toMatchObject({
      order: "dmy",
      unclear: "03/04/2026",
    });
    expect(lookAtTimes(["03/04/2026", "04/25/2026"])).toMatchObject({ order: "mdy" });
  });

  it("leave it open where each can be read in both, or they do not agree", () => {
    const open = lookAtTimes(["03/04/2026 10:00", "2026-04-25 10:00"]);
    expect(open).toMatchObject({ order: null, unclear: "03/04/2026 10:00", muddled: false });
    const muddled = lookAtTimes(["25/04/2026", "04/25/2026"]);
    expect(muddled).toMatchObject({ order: null, ordered: "25/04/2026", muddled: true });
  });

  it("need no order where every year is in front, or both orders are one day", () => {
    expect(lookAtTimes(["2026-04-03 10:00"])).toMatchObject({ ordered: null, withoutTime: 0 });
    expect(lookAtTimes(["03/03/2026"])).toMatchObject({ order: "dmy", withoutTime: 1 });
  });
});
