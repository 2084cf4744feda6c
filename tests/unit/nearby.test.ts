import { describe, expect, it } from "vitest";
import { type AmongOthers, besideOthers, type Nearby } from "../../src/domain/nearby.ts";
import { parseSendWindow } from "../../src/domain/sendWindow.ts";

const NOW = new Date("2026-06-10T09:00Z");

function nearby(more: Partial<Nearby>): Nearby {
  return {
    id: "other",
    treatmentId: "own",
    channel: "sms",
    kind: "expectation",
    topics: ["redness"],
    trueAt: new Date("2026-06-10T08:00Z"),
    dueAt: NOW,
    expiresAt: new Date("2026-06-14T08:00Z"),
    claimedAt: null,
    waits: true,
    undelivered: false,
    ...more,
  };
}

/** What becomes of an expectation of the day before, beside one other message. */
function fate(other: Partial<Nearby>, own: Partial<AmongOthers> = {}): string {
  const move = besideOthers(
    {
      reminderId: "it",
      treatmentId: "own",
      kind: "expectation",
      topics: ["redness"],
      trueAt: new Date("2026-06-09T20:30Z"),
      dueAt: NOW,
      channel: "sms",
      channels: ["sms"],
      timeZone: "UTC",
      window: parseSendWindow("09:00-20:00"),
      expiresAt: new Date("2026-06-11T20:30Z"),
      retries: 0,
      nearby: [nearby(other)],
      cap: 3,
      ...own,
    },
    NOW,
  );
  return move?.reason ?? "goes";
}

describe("a message that could go at once", () => {
  it("gives way to a later one of its treatment on the same topic", () => {
    expect(fate({})).toBe("collapsed");
    expect(fate({ waits: false, claimedAt: NOW })).toBe("collapsed");
  });

  it("does not give way to what another treatment says", () => {
    expect(fate({ treatmentId: "another" })).toBe("goes");
    const permission = { kind: "permission" as const };
    expect(fate({ ...permission, treatmentId: "another" }, permission)).toBe("goes");
  });

  it("does not give way to a retraction: the plan that made one has left it standing", () => {
    const retraction = { kind: "retraction" as const, waits: false, claimedAt: NOW };
    expect(fate(retraction, { kind: "permission" })).toBe("goes");
    expect(fate({ ...retraction, treatmentId: "another" }, { kind: "permission" })).toBe("goes");
  });

  it("does not give way to what may be held up, or did not arrive", () => {
    expect(fate({ channel: "email" })).toBe("goes");
    expect(fate({ waits: false, claimedAt: NOW, undelivered: true })).toBe("goes");
  });
});
