import { describe, expect, it } from "vitest";
import {
  describeWeeklyHours,
  hoursByDay,
  parseWeeklyHours,
  windowOfDays,
} from "../../src/domain/weeklyHours.ts";

describe("hours as people type them", () => {
  it.each([
    ["09:00-20:00", "09:00-20:00", "09:00-20:00"],
    [
      "mon-wed 09:00-18:00, sat 10:00-14:00",
      { mon: "09:00-18:00", tue: "09:00-18:00", wed: "09:00-18:00", sat: "10:00-14:00" },
      "mon-wed 09:00-18:00, sat 10:00-14:00",
    ],
    [" Mon  10:00-12:00 ", { mon: "10:00-12:00" }, "mon 10:00-12:00"],
    [
      "sun-mon 10:00-12:00",
      { sun: "10:00-12:00", mon: "10:00-12:00" },
      "mon 10:00-12:00, sun 10:00-12:00",
    ],
    [
      "mon 10:00-12:00, tue 10:00-12:00, wed 10:00-13:00",
      { mon: "10:00-12:00", tue: "10:00-12:00", wed: "10:00-13:00" },
      "mon-tue 10:00-12:00, wed 10:00-13:00",
    ],
  ])("are read, and written back: %s", (text, window, back) => {
    const read = parseWeeklyHours(text);
    expect(read).toEqual(window);
    expect(read && describeWeeklyHours(read)).toBe(back);
  });

  it.each([
    "",
    "noon",
    "20:00-09:00",
    "mon",
    "mon 9-17",
    "mon 09:00-17:00 18:00-19:00",
    "mon-tue-wed 09:00-17:00",
    "mon-fri 09:00-17:00, fri 10:00-12:00",
    "lunes 09:00-17:00",
    "mon 09:00-17:00,",
    "mon 09:00-17:00; tue 09:00-17:00",
  ])("are refused: %s", (text) => {
    expect(parseWeeklyHours(text)).toBeNull();
  });

  it("has a way to say that a day is closed", () => {
    expect(describeWeeklyHours({ mon: null, tue: "09:00-10:00" })).toBe("tue 09:00-10:00");
  });

  it.each([
    ["09:00-20:00", Array<string>(7).fill("09:00-20:00")],
    [{ mon: "10:00-12:00", sat: null }, ["10:00-12:00", null, null, null, null, null, null]],
  ])("can be taken apart by day, and put together again: %j", (window, days) => {
    const byDay = hoursByDay(window);
    expect(Object.values(byDay)).toEqual(days);
    const back = windowOfDays(byDay);
    expect(back && describeWeeklyHours(back)).toBe(describeWeeklyHours(window));
  });

  it("are none where every day is closed, or a day has what is no hours", () => {
    const closed = hoursByDay({});
    expect(windowOfDays(closed)).toBeNull();
    expect(windowOfDays({ ...closed, mon: "20:00-09:00" })).toBeNull();
  });
});
