import { describe, expect, it } from "vitest";
import { runProgram } from "../../support/program.ts";

/** The Friday afternoon before the clocks of New York go forward, on Sunday 8 March 2026 at 02:00. */
const FRIDAY = [
  "plan",
  "microneedling",
  "--at",
  "2026-03-06T15:30:00-05:00",
  "--tz",
  "America/New_York",
];

/** Every step with the local time at which it goes out. */
const LOCAL_TIMES = {
  essentials: "Fri 6 Mar 2026 15:30 -05:00",
  products: "Fri 6 Mar 2026 15:30 -05:00",
  "first-hours": "Fri 6 Mar 2026 16:30 -05:00",
  "skin-care": "Fri 6 Mar 2026 19:30 -05:00",
  sun: "Sat 7 Mar 2026 09:00 -05:00",
  "makeup-ok": "Sat 7 Mar 2026 15:30 -05:00",
  "retinol-ok": "Sun 8 Mar 2026 16:30 -04:00",
  "two-days": "Mon 9 Mar 2026 09:00 -04:00",
  "gym-ok": "Mon 9 Mar 2026 16:30 -04:00",
  "products-reminder": "Wed 11 Mar 2026 15:30 -04:00",
  "sun-week": "Fri 13 Mar 2026 15:30 -04:00",
  "two-weeks": "Fri 20 Mar 2026 15:30 -04:00",
  "one-month": "Mon 6 Apr 2026 15:30 -04:00",
  "two-months": "Wed 6 May 2026 15:30 -04:00",
};

const TRACE = {
  protocol: { name: "microneedling", version: 4 },
  anchor: "2026-03-06T20:30:00.000Z",
  at: null,
  timeZone: "America/New_York",
  timeZoneFrom: "patient",
  window: "09:00-20:00",
  channels: [
    { channel: "sms", use: "usable" },
    { channel: "email", use: "usable" },
  ],
};

describe("plan, across a clock change", () => {
  it("shows when each message goes out by the patient's clocks, and why", async () => {
    const { code, stdout, stderr } = await runProgram(FRIDAY);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("Treated Fri 6 Mar 2026 15:30 -05:00.");
    const cells = stdout
      .split("\n")
      .filter((line) => line.startsWith("│"))
      .map((line) => line.split("│").map((cell) => cell.trim()))
      .filter(([, sent]) => sent !== "sent");
    const shown = cells.map(([, sent = "", step = ""]) => [step, sent]);
    expect(Object.fromEntries(shown)).toEqual(LOCAL_TIMES);
    const sun = cells.find(([, , step]) => step === "sun");
    expect(sun?.slice(-2)[0]).toBe("true Fri 6 Mar 2026 23:30 -05:00, moved by window");
  });

  it("gives the same as JSON", async () => {
    const { code, stdout } = await runProgram([...FRIDAY, "--json"]);
    expect(code).toBe(0);
    const plan = JSON.parse(stdout) as { step: string; dueAt: string; status: string }[];
    expect(plan.map(({ step }) => step)).toEqual(["essentials", ...Object.keys(LOCAL_TIMES)]);
    const stepOf = (key: string) => plan.find(({ step }) => step === key);

    // 48 hours that passed, not two days of the calendar: an hour later by the clocks.
    expect(stepOf("retinol-ok")).toEqual({
      step: "retinol-ok",
      kind: "permission",
      topics: ["retinol", "vitamin-c"],
      channel: "sms",
      channels: ["sms", "email"],
      dueAt: "2026-03-08T20:30:00.000Z",
      sendUntil: "2026-03-09T00:00:00.000Z",
      expiresAt: "2026-03-13T20:30:00.000Z",
      status: "scheduled",
      statusReason: null,
      trace: {
        ...TRACE,
        after: "48h",
        trueAt: "2026-03-08T20:30:00.000Z",
        movedMinutes: 0,
        movedBy: "nothing",
      },
    });
    // Becomes true at night, and waits for the morning.
    expect(stepOf("sun")).toMatchObject({
      dueAt: "2026-03-07T14:00:00.000Z",
      sendUntil: "2026-03-08T01:00:00.000Z",
      trace: {
        ...TRACE,
        after: "8h",
        trueAt: "2026-03-07T04:30:00.000Z",
        movedMinutes: 570,
        movedBy: "window",
      },
    });
    // A week of the calendar: the same time by the clocks, an hour less that passed.
    expect(stepOf("sun-week")).toMatchObject({
      dueAt: "2026-03-13T19:30:00.000Z",
      trace: { ...TRACE, after: "7d", trueAt: "2026-03-13T19:30:00.000Z", movedBy: "nothing" },
    });
  });

  it("leaves out what has gone stale for one who enrols late", async () => {
    const late = ["--enrolled-at", "2026-03-09T12:00:00-04:00", "--channels", "email", "--json"];
    const { stdout } = await runProgram([...FRIDAY, ...late]);
    const plan = JSON.parse(stdout) as Record<string, string>[];
    const byStep = Object.fromEntries(plan.map((each) => [each["step"], each]));
    expect(byStep["first-hours"]).toMatchObject({ status: "skipped", statusReason: "expired" });
    expect(byStep["makeup-ok"]).toMatchObject({
      channel: "email",
      status: "scheduled",
      dueAt: "2026-03-09T16:00:00.000Z",
      trace: { movedBy: "late enrolment" },
    });
    expect(byStep["gym-ok"]).toMatchObject({ dueAt: "2026-03-09T20:30:00.000Z" });
  });
});
