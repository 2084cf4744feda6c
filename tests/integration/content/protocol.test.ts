import { describe, expect, it } from "vitest";
import { reachOf } from "../../../src/domain/consent.ts";
import { formatInZone } from "../../../src/domain/localTime.ts";
import { planTreatment } from "../../../src/domain/plan.ts";
import type { Protocol } from "../../../src/domain/protocol.ts";
import {
  DEFAULT_REBOOK_WINDOW,
  DEFAULT_SEND_WINDOW,
  parseSendWindow,
} from "../../../src/domain/sendWindow.ts";
import { shipped, steps } from "./messages.ts";

function protocol(): Protocol {
  const found = shipped.protocols.get("microneedling");
  if (!found) throw new Error("microneedling is not there");
  return found;
}

/** The plan of a patient with a phone only, enrolled `lateHours` after the treatment. */
function plan(performedAt: Date, lateHours = 0) {
  return planTreatment({
    protocol: protocol(),
    performedAt,
    now: new Date(performedAt.getTime() + lateHours * 3_600_000),
    timeZone: "America/New_York",
    timeZoneFrom: "clinic",
    sendWindow: parseSendWindow(DEFAULT_SEND_WINDOW),
    rebookWindow: parseSendWindow(DEFAULT_REBOOK_WINDOW),
    channels: ["sms"],
    reach: reachOf({
      consent: { care: ["sms"], rebook: [] },
      phone: "+12125550123",
      email: null,
      optedOut: [],
      dead: [],
    }),
  });
}

/** Treatments at each full hour of a day in November, and of the day before a clock change. */
const HOURLY = ["2026-11-23T05:00:00Z", "2026-03-07T05:00:00Z", "2026-10-31T04:00:00Z"].flatMap(
  (midnight) =>
    Array.from({ length: 24 }, (_, hour) => new Date(Date.parse(midnight) + hour * 3_600_000)),
);

const NO_RELEASE = ["exfoliants", "aha", "glycolic-acid", "harsh-products", "scented-products"];

describe("the micro needling protocol", () => {
  it("releases each topic when the leaflet does, and no other", () => {
    const released = steps()
      .filter((step) => step.kind === "permission")
      .flatMap((step) => step.topics.map((topic) => [topic, step.after]));
    expect(Object.fromEntries(released)).toEqual({
      makeup: "24h",
      retinol: "48h",
      "vitamin-c": "48h",
      gym: "72h",
      pool: "72h",
      sauna: "72h",
      sweat: "72h",
      sun: "7d",
    });
  });

  it("restricts what it releases from the start, and the products without an end for good", () => {
    const cautioned = steps().filter((step) => step.kind === "caution");
    const atOnce = cautioned.filter((step) => step.after === "0h").flatMap((step) => step.topics);
    const released = steps().filter((step) => step.kind === "permission");
    expect([...atOnce].sort()).toEqual(
      [...released.flatMap((step) => step.topics), ...NO_RELEASE].sort(),
    );
    expect(cautioned.flatMap((step) => step.topics)).toEqual(expect.arrayContaining(NO_RELEASE));
  });

  it("sends every step to a patient enrolled at the desk, whatever the hour", () => {
    for (const performedAt of HOURLY) {
      const sent = plan(performedAt).filter(({ status }) => status === "scheduled");
      const timed = steps().filter(({ kind }) => kind !== "retraction");
      expect(sent.map(({ step }) => step)).toEqual(timed.map(({ key }) => key));
    }
  });

  it("can take back each permission, on all of its topics, and nothing else", () => {
    const all = steps();
    const retractions = all.filter(({ kind }) => kind === "retraction");
    const permissions = all.filter(({ kind }) => kind === "permission");
    expect(retractions.map(({ retracts, topics }) => ({ key: retracts, topics }))).toEqual(
      permissions.map(({ key, topics }) => ({ key, topics })),
    );
    for (const { window, send } of retractions) {
      expect({ window, send }).toEqual({ window: undefined, send: "first" });
    }
  });

  it("sends at most three messages a local day, apart from cautions", () => {
    for (const performedAt of HOURLY) {
      const perDay = new Map<string, number>();
      for (const { dueAt, kind } of plan(performedAt)) {
        const day = formatInZone(dueAt, "America/New_York").slice(0, 10);
        if (kind !== "caution") perDay.set(day, (perDay.get(day) ?? 0) + 1);
      }
      const crowded = [...perDay].filter(([, count]) => count > 3);
      expect({ performedAt, crowded }).toEqual({ performedAt, crowded: [] });
    }
  });

  it.each([
    [0, ["essentials", "products"]],
    [30, ["essentials", "products", "first-hours", "skin-care", "sun", "makeup-ok"]],
    [50, ["essentials", "products", "skin-care", "sun", "makeup-ok", "retinol-ok"]],
    [80, ["products", "skin-care", "sun", "makeup-ok", "retinol-ok", "two-days", "gym-ok"]],
    [6 * 24, ["two-days", "retinol-ok", "gym-ok", "products-reminder", "sun"]],
    [8 * 24, ["products-reminder", "sun-week"]],
  ])("still tells a patient enrolled %i hours late what holds then", (hours, expected) => {
    const performedAt = new Date("2026-11-23T15:30:00Z");
    const now = performedAt.getTime() + hours * 3_600_000;
    const caughtUp = plan(performedAt, hours)
      .filter(({ status, trace }) => status === "scheduled" && Date.parse(trace.trueAt) <= now)
      .map(({ step }) => step);
    expect([...caughtUp].sort()).toEqual([...expected].sort());
  });
});
