import { beforeAll, describe, expect, it } from "vitest";
import { useApp } from "../../support/app.ts";
import { openClinic, type TestClinic } from "../../support/clinic.ts";
import { ENGINES } from "../ledger/engine.ts";
import { enrolWithPage, open, SWEAT, sectionOf } from "./patientPages.ts";

const PRODUCTS = [
  "Exfoliants",
  "Alpha hydroxy acids (AHAs)",
  "Glycolic acid",
  "Skin care with harsh chemicals for exfoliating",
  "Skin care with a scent",
];

const UNTIL = {
  makeup: ["Make-up", "until Tue, Nov 24, 3:30 PM"],
  retinol: ["Retinol", "Vitamin C serum", "until Wed, Nov 25, 3:30 PM"],
  gym: [...SWEAT, "until Thu, Nov 26, 3:30 PM"],
  sun: ["Long spells in the sun", "until Mon, Nov 30, 3:30 PM"],
};

const SINCE = {
  makeup: [
    "Make-up",
    "You can wear it again, put on with clean hands.",
    "since Tue, Nov 24, 3:30 PM",
  ],
  retinol: [
    "Retinol",
    "Vitamin C serum",
    "If you like, you might want to bring this in, but gradually. If you are not sure about a product, ask your practitioner.",
    "since Wed, Nov 25, 3:30 PM",
  ],
  gym: [...SWEAT, "You may be able to go back to this.", "since Thu, Nov 26, 3:30 PM"],
  sun: [
    "Long spells in the sun",
    "The time without long spells in the sun is over. Sunscreen goes on: wear it whenever you are outdoors.",
    "since Mon, Nov 30, 3:30 PM",
  ],
};

const ALL = ["makeup", "retinol", "gym", "sun"] as const;

/** Moments of one treatment, at 15:30 on 23 November: how many of the waiting times are over. */
const MOMENTS: [at: string, over: number][] = [
  ["2026-11-23T15:30:00-05:00", 0],
  ["2026-11-24T15:29:59-05:00", 0],
  ["2026-11-24T15:30:00-05:00", 1],
  ["2026-11-25T15:29:59-05:00", 1],
  ["2026-11-25T15:30:00-05:00", 2],
  ["2026-11-26T15:29:59-05:00", 2],
  ["2026-11-26T15:30:00-05:00", 3],
  ["2026-11-30T15:29:59-05:00", 3],
  ["2026-11-30T15:30:00-05:00", 4],
  ["2027-01-23T15:30:00-05:00", 4],
];

describe.each(ENGINES)("the page of a micro needling, on the %s engine", (kind) => {
  const running = useApp(kind);
  let clinic: TestClinic;
  let path = "";
  beforeAll(async () => {
    clinic = await openClinic(running, { phone: "+1 212-555-0100" });
    ({ path } = await enrolWithPage(running, clinic, { firstName: "Ana" }));
  });

  it.each(MOMENTS)("tells at %s what waits and what does not", async (at, over) => {
    running.clock.moveTo(new Date(at));
    const { status, text } = await open(running, path);
    expect(status).toBe(200);
    const waiting = ALL.slice(over).flatMap((topic) => UNTIL[topic]);
    const ended = ALL.slice(0, over).flatMap((topic) => SINCE[topic]);
    expect(sectionOf(text, "wait")).toEqual(
      over === 4 ? ["There is no waiting time left."] : waiting,
    );
    expect(sectionOf(text, "over")).toEqual(over === 0 ? ["No waiting time is over yet."] : ended);
    expect(sectionOf(text, "ask").slice(0, -1)).toEqual(PRODUCTS);

    const line = sectionOf(text, "timeline");
    const now = line.findIndex((each) => each.startsWith("Now: "));
    expect(line.slice(0, now).filter((each) => each === "Waiting time over")).toHaveLength(over);
    expect(line.slice(now).filter((each) => each === "Waiting time ends")).toHaveLength(4 - over);
    expect(text.match(/aria-current="time"/g)).toHaveLength(1);
  });

  it("closes 30 days after the last message is stale, like a link that never was", async () => {
    // The last step is true after 2 months and fresh for 2 weeks.
    running.clock.moveTo(new Date("2027-03-08T15:29:59-05:00"));
    expect((await open(running, path)).status).toBe(200);
    running.clock.moveTo(new Date("2027-03-08T15:30:00-05:00"));
    const expired = await open(running, path);
    const unknown = await open(running, `/t/${"A".repeat(22)}`);
    const cut = await open(running, path.slice(0, -3));
    expect([expired.status, unknown.status, cut.status]).toEqual([404, 404, 404]);
    expect(expired.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(expired.text).toContain("<h1>This link does not work</h1>");
    expect(unknown.text).toBe(expired.text);
    expect(cut.text).toBe(expired.text);
    const steady = ({ headers }: typeof expired) =>
      [...headers].filter(([name]) => name !== "date" && !name.startsWith("x-ratelimit"));
    expect(steady(unknown)).toEqual(steady(expired));
  });
});
