import { describe, expect, it } from "vitest";
import { planOf, planOne } from "./treatment.ts";

const PERFORMED_AT = "2026-11-23T15:30-05:00";

/** What becomes of each step when the treatment is enrolled at `now`. */
function fates(steps: Parameters<typeof planOf>[0], now: string): string[] {
  return planOf(steps, { performedAt: PERFORMED_AT, now }).map(
    ({ status, statusReason }) => statusReason ?? status,
  );
}

describe("a treatment that is enrolled late", () => {
  it("sends at once what is due and fresh, and keeps its staleness budget", () => {
    const now = "2026-11-24T10:15-05:00";
    const reminder = planOne({ after: "2h", expires: "1d" }, { performedAt: PERFORMED_AT, now });
    expect(reminder).toMatchObject({
      status: "scheduled",
      dueAt: new Date(now),
      expiresAt: new Date("2026-11-24T17:30-05:00"),
      sendUntil: new Date("2026-11-24T17:30-05:00"),
    });
  });

  it("skips what has expired", () => {
    const steps = [{ expires: "1d" }, { expires: "2d", topics: ["gym"] }];
    expect(fates(steps, "2026-11-24T15:29-05:00")).toEqual(["scheduled", "scheduled"]);
    expect(fates(steps, "2026-11-24T15:30-05:00")).toEqual(["expired", "scheduled"]);
    expect(fates(steps, "2026-11-25T15:30-05:00")).toEqual(["expired", "expired"]);
  });

  it("skips what expires before the window opens", () => {
    const steps = [{ expires: "17h" }, { expires: "18h", topics: ["gym"] }];
    expect(fates(steps, "2026-11-23T21:00-05:00")).toEqual(["expired", "scheduled"]);
  });

  it("does not let a step that is any hour's at enrolment go stale either", () => {
    const step = { window: "any" as const, expires: "3h" };
    expect(fates([step], "2026-11-23T18:29-05:00")).toEqual(["scheduled"]);
    expect(fates([step], "2026-11-23T18:30-05:00")).toEqual(["expired"]);
  });

  it("by 90 days still sends what is fresh then, and shows all the rest as expired", () => {
    const steps = [
      { after: "0h", expires: "1d" },
      { after: "48h", expires: "5d" },
      { after: "2w", expires: "2w" },
      { after: "2mo", expires: "5w", topics: ["healing"] },
    ];
    const plan = planOf(steps, {
      performedAt: "2026-08-25T15:30-04:00",
      now: "2026-11-23T14:30-05:00",
    });
    expect(plan.map(({ statusReason }) => statusReason)).toEqual([
      "expired",
      "expired",
      "expired",
      null,
    ]);
    expect(plan[3]).toMatchObject({
      status: "scheduled",
      dueAt: new Date("2026-11-23T14:30-05:00"),
      expiresAt: new Date("2026-11-29T15:30-05:00"),
    });
  });
});

describe("of the steps already due and still fresh", () => {
  const now = "2026-11-25T12:00-05:00";
  const at = (after: string, ...topics: string[]) => ({ after, topics, expires: "1w" });

  it("only the latest of a topic is sent", () => {
    const steps = [at("0h", "makeup"), at("12h", "makeup"), at("24h", "makeup")];
    expect(fates(steps, now)).toEqual(["collapsed", "collapsed", "scheduled"]);
  });

  it("the latest is the one that became true last, wherever it stands in the protocol", () => {
    expect(fates([at("24h", "makeup"), at("0h", "makeup")], now)).toEqual([
      "scheduled",
      "collapsed",
    ]);
  });

  it("each topic keeps its own", () => {
    expect(fates([at("0h", "makeup"), at("24h", "gym")], now)).toEqual(["scheduled", "scheduled"]);
  });

  it("a step stays for a topic that no later one is about", () => {
    const steps = [at("0h", "makeup", "gym"), at("24h", "makeup")];
    expect(fates(steps, now)).toEqual(["scheduled", "scheduled"]);
  });

  it("a step goes when later ones between them are about all its topics", () => {
    const steps = [at("0h", "makeup", "gym"), at("24h", "makeup"), at("36h", "gym", "pool")];
    expect(fates(steps, now)).toEqual(["collapsed", "scheduled", "scheduled"]);
  });

  it("those that became true together stand together", () => {
    expect(fates([at("0h", "makeup"), at("0m", "makeup")], now)).toEqual([
      "scheduled",
      "scheduled",
    ]);
  });

  it("a later one that is not due yet replaces nothing", () => {
    const steps = [at("0h", "makeup"), at("72h", "makeup")];
    expect(fates(steps, now)).toEqual(["scheduled", "scheduled"]);
  });

  it("a later one that is due this very moment replaces the earlier", () => {
    const steps = [at("0h", "makeup"), at("24h", "makeup")];
    expect(fates(steps, "2026-11-24T15:29:59-05:00")).toEqual(["scheduled", "scheduled"]);
    expect(fates(steps, "2026-11-24T15:30:00-05:00")).toEqual(["collapsed", "scheduled"]);
  });

  it("a later one that has expired replaces nothing", () => {
    const steps = [at("0h", "makeup"), { ...at("1h", "makeup"), expires: "6h" }];
    expect(fates(steps, now)).toEqual(["scheduled", "expired"]);
  });

  it("a later one that may not be sent replaces nothing", () => {
    const steps = [at("0h", "makeup"), { ...at("24h", "makeup"), kind: "rebook" as const }];
    expect(fates(steps, now)).toEqual(["scheduled", "no_consent"]);
  });

  it("a collapsed one shows when it would have been due", () => {
    const plan = planOf([at("0h", "makeup"), at("24h", "makeup")], {
      performedAt: PERFORMED_AT,
      now,
    });
    expect(plan[0]).toMatchObject({ status: "skipped", dueAt: new Date(now) });
  });

  it("on time, none is collapsed", () => {
    const steps = [at("0h", "makeup"), at("24h", "makeup"), at("48h", "makeup")];
    expect(fates(steps, PERFORMED_AT)).toEqual(["scheduled", "scheduled", "scheduled"]);
  });
});
