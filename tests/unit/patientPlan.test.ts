import { describe, expect, it } from "vitest";
import type { ChannelName } from "../../src/domain/channel.ts";
import type { Said } from "../../src/domain/patient.ts";
import { fateOf, frees, okOf, patientOf, type TreatmentFacts, toldOf } from "./patient.ts";

const said = (ok: Said) => new Map([["ok", ok]]);
const ENDED = said({ kind: "ended" });
const waitsBy = (channel: ChannelName) => said({ kind: "waits", channel });

const A: TreatmentFacts = {
  id: "a",
  performedAt: "2026-06-08T10:00Z",
  steps: frees(["gym"], "48h"),
};
const B: TreatmentFacts = {
  id: "b",
  performedAt: "2026-06-08T10:00Z",
  steps: frees(["gym"], "72h"),
};
const B_FREES = "2026-06-11T10:00:00.000Z";

describe("of two treatments that restrict a topic", () => {
  const now = "2026-06-08T10:00Z";

  it("the longer one speaks", () => {
    expect(fateOf(patientOf([A, B], now), "a")).toBe("superseded");
    expect(fateOf(patientOf([A, B], now), "b")).toBe(B_FREES);
  });

  it("the shorter one waits, and speaks, where the longer one's permission has ended", () => {
    const input = patientOf([A, { ...B, said: ENDED }], now);
    expect(fateOf(input, "a")).toBe(B_FREES);
  });

  it("the shorter one speaks where the longer one's is out of date at a late enrolment", () => {
    const stale = { ...B, steps: frees(["gym"], "72h", { expires: "1d" }) };
    const input = patientOf([A, stale], "2026-06-13T10:00Z");
    expect(fateOf(input, "b")).toBe("expired");
    expect(fateOf(input, "a")).toBe("2026-06-13T10:00:00.000Z");
  });

  it("the shorter one speaks where the patient cannot be reached, or stopped, for the longer", () => {
    const mute = { ...B, reach: { consent: { care: [], rebook: [] } } };
    expect(fateOf(patientOf([A, mute], now), "a")).toBe(B_FREES);
    const stopped = { ...B, reach: { optedOut: ["sms" as const] }, said: waitsBy("sms") };
    expect(fateOf(patientOf([A, stopped], now), "b")).toBe("opted_out");
    expect(fateOf(patientOf([A, stopped], now), "a")).toBe(B_FREES);
  });

  it("nobody speaks where the clinic cancelled the longer one's message by itself", () => {
    const withdrawn = { ...B, said: said({ kind: "withdrawn" }) };
    const { statusReason, trace } = okOf(patientOf([A, withdrawn], now), "a");
    expect(statusReason).toBe("superseded");
    expect(trace.supersededBy).toMatchObject([{ treatmentId: "b", step: null }]);
  });

  it("the longer one is not heard twice: not even once the treatment that spoke is cancelled", () => {
    const told = [toldOf("a", ["gym"], "2026-06-11T10:00Z")];
    const later = "2026-06-11T12:00Z";
    expect(fateOf(patientOf([B], later, { told }), "b")).toBe("superseded");
    const before = [toldOf("a", ["gym"], "2026-06-11T09:00Z")];
    expect(fateOf(patientOf([B], later, { told: before }), "b")).toBe("2026-06-11T12:00:00.000Z");
    const doubted = told.map((each) => ({ ...each, sure: false }));
    expect(fateOf(patientOf([B], later, { told: doubted }), "b")).not.toBe("superseded");
  });

  it("what was taken back is said by whoever is free", () => {
    const told = [toldOf("a", ["gym"], "2026-06-11T10:00Z")];
    const at = new Date("2026-06-11T11:00Z");
    const of = { id: "r", treatmentId: "a", step: "ok", topics: ["gym"], withdrawn: false };
    const back = { ...of, until: null, at };
    const takenBack = [
      {
        ...back,
        channel: "sms" as const,
        plannedAt: at,
        waits: false,
        ended: false,
        tried: [],
        reason: null,
      },
    ];
    const input = patientOf([B], "2026-06-11T12:00Z", { told, takenBack });
    expect(fateOf(input, "b")).toBe("2026-06-11T12:00:00.000Z");
  });
});

describe("a permission that went out and is wrong", () => {
  it("is planned once more, when it is true", () => {
    const left: Said = { kind: "left", at: new Date("2026-06-10T10:00Z"), channel: "sms" };
    const again = { ...A, performedAt: "2026-06-09T10:00Z", said: said(left) };
    const told = [toldOf("a", ["gym"], "2026-06-10T10:00Z")];
    const input = patientOf([again], "2026-06-10T12:00Z", { told });
    expect(fateOf(input, "a")).toBe("2026-06-11T10:00:00.000Z");
  });
});

describe("what was to go by a channel that the patient stopped", () => {
  const reach = { optedOut: ["sms" as const] };
  const now = "2026-06-09T10:00Z";

  it("does not go by another channel, whatever plans it again", () => {
    const input = patientOf([{ ...A, reach, said: waitsBy("sms") }], now);
    expect(fateOf(input, "a")).toBe("opted_out");
    expect(fateOf({ ...input, paused: true }, "a")).toBe("opted_out");
  });

  it("goes where the stop is lifted; what is new takes the channel that is left", () => {
    const back = patientOf([{ ...A, said: waitsBy("sms") }], now);
    expect(okOf(back, "a")).toMatchObject({ status: "scheduled", channel: "sms" });
    const fresh = patientOf([{ ...A, reach }], now);
    expect(okOf(fresh, "a")).toMatchObject({ status: "scheduled", channel: "email" });
  });
});

describe("what is too much for the last day on which it is true", () => {
  const crowd = (id: string): TreatmentFacts => {
    return {
      id,
      performedAt: A.performedAt,
      steps: frees([`topic-${id}`], "24h", { expires: "1h" }),
    };
  };

  it("is told as a drop by the cap", () => {
    const input = patientOf(["a", "b", "c", "d"].map(crowd), A.performedAt);
    const dropped = ["a", "b", "c", "d"]
      .map((id) => okOf(input, id))
      .filter(({ status }) => status === "skipped");
    expect(dropped).toMatchObject([{ statusReason: "expired", trace: { cappedDays: null } }]);
  });
});
