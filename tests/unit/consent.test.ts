import { describe, expect, it } from "vitest";
import type { ChannelName } from "../../src/domain/channel.ts";
import { chooseChannels, purposeOf, type ReachInput, reachOf } from "../../src/domain/consent.ts";
import { STEP_KINDS } from "../../src/domain/protocol.ts";
import { planOf, planOne, REACHABLE } from "./treatment.ts";

const PERFORMED_AT = "2026-11-23T15:30-05:00";
const both: ChannelName[] = ["sms", "email"];
const none: ChannelName[] = [];

describe("the reach of a patient", () => {
  it.each<[string, Partial<ReachInput>, string, string]>([
    ["consent and addresses", {}, "usable", "usable"],
    ["consent to sms alone", { consent: { care: ["sms"], rebook: [] } }, "usable", "no_consent"],
    ["no consent", { consent: { care: [], rebook: [] } }, "no_consent", "no_consent"],
    ["no phone", { phone: null }, "no_address", "usable"],
    ["no email", { email: null }, "usable", "no_address"],
    ["a STOP by text", { optedOut: ["sms"] }, "opted_out", "usable"],
    ["a number known dead", { dead: ["sms"] }, "dead_address", "usable"],
    ["a dead number that said STOP", { dead: ["sms"], optedOut: ["sms"] }, "opted_out", "usable"],
    ["a STOP after the number went", { optedOut: ["sms"], phone: null }, "opted_out", "usable"],
  ])("with %s", (_name, change, sms, email) => {
    expect(reachOf({ ...REACHABLE, ...change }).care).toEqual({ sms, email });
  });

  it("for marketing is what was agreed to for marketing", () => {
    const consent = { care: both, rebook: ["email"] satisfies ChannelName[] };
    expect(reachOf({ ...REACHABLE, consent }).rebook).toEqual({
      sms: "no_consent",
      email: "usable",
    });
    expect(reachOf({ ...REACHABLE, consent: { care: none, rebook: both } }).care).toEqual({
      sms: "no_consent",
      email: "no_consent",
    });
  });

  it("ends for every purpose with an opt-out, whatever was agreed to", () => {
    const reach = reachOf({
      ...REACHABLE,
      consent: { care: both, rebook: both },
      optedOut: both,
    });
    expect(reach).toEqual({
      care: { sms: "opted_out", email: "opted_out" },
      rebook: { sms: "opted_out", email: "opted_out" },
    });
  });

  it("only a rebook step is marketing", () => {
    expect(STEP_KINDS.filter((kind) => purposeOf(kind) === "rebook")).toEqual(["rebook"]);
  });
});

describe("the channels of a step", () => {
  const step = { kind: "caution" as const, channels: both };

  it("come in the patient's order of preference", () => {
    const reach = reachOf(REACHABLE);
    expect(chooseChannels(step, ["sms", "email"], reach).usable).toEqual(["sms", "email"]);
    expect(chooseChannels(step, ["email", "sms"], reach).usable).toEqual(["email", "sms"]);
    const reversed = { ...step, channels: ["email", "sms"] satisfies ChannelName[] };
    expect(chooseChannels(reversed, ["sms", "email"], reach).usable).toEqual(["sms", "email"]);
  });

  it("that have no preference come last, and are not refused", () => {
    const reach = reachOf(REACHABLE);
    expect(chooseChannels(step, ["email"], reach).usable).toEqual(["email", "sms"]);
    const mails = { ...step, channels: ["email"] satisfies ChannelName[] };
    expect(chooseChannels(mails, ["sms"], reach).usable).toEqual(["email"]);
  });

  it("are none that the step does not name", () => {
    const texts = { ...step, channels: ["sms"] satisfies ChannelName[] };
    const choice = chooseChannels(texts, ["email", "sms"], reachOf(REACHABLE));
    expect(choice.usable).toEqual(["sms"]);
    expect(choice.considered).toEqual([{ channel: "sms", use: "usable" }]);
  });
});

describe("a plan", () => {
  it.each<[string, Partial<ReachInput>, ChannelName, ChannelName[], string | null]>([
    ["falls back in order", {}, "email", ["email", "sms"], null],
    ["leaves out what has no address", { email: null }, "sms", ["sms"], null],
    ["leaves out what was stopped", { optedOut: ["email"] }, "sms", ["sms"], null],
  ])("%s", (_name, reach, channel, channels, reason) => {
    const treatment = { performedAt: PERFORMED_AT, channels: ["email", "sms"] as ChannelName[] };
    const reminder = planOne({}, { ...treatment, reach });
    expect(reminder).toMatchObject({ channel, channels, statusReason: reason });
  });

  it.each<[string, Partial<ReachInput>]>([
    ["no_consent", { consent: { care: [], rebook: both } }],
    ["no_address", { phone: null, email: null }],
    ["no_address", { consent: { care: ["sms"], rebook: [] }, phone: null }],
    ["opted_out", { optedOut: both }],
    ["opted_out", { optedOut: ["sms"], email: null }],
    ["opted_out", { optedOut: ["sms"], consent: { care: ["sms"], rebook: [] } }],
  ])("without a usable channel skips each step once: %s %j", (reason, reach) => {
    for (const send of ["first", "all"] as const) {
      const reminder = planOne({ send }, { performedAt: PERFORMED_AT, reach });
      expect(reminder).toMatchObject({ status: "skipped", statusReason: reason, channels: [] });
    }
  });

  it("never sends marketing on a consent to care", () => {
    const steps = [{ kind: "checkin" as const }, { kind: "rebook" as const }];
    const plan = planOf(steps, { performedAt: PERFORMED_AT });
    expect(plan.map(({ statusReason }) => statusReason)).toEqual([null, "no_consent"]);
  });

  it("sends marketing over the channel that was agreed to for it", () => {
    const consent = { care: both, rebook: ["email"] satisfies ChannelName[] };
    const reminder = planOne({ kind: "rebook" }, { performedAt: PERFORMED_AT, reach: { consent } });
    expect(reminder).toMatchObject({ status: "scheduled", channel: "email", channels: ["email"] });
  });
});

describe("a step that goes out over all channels", () => {
  const step = { send: "all" as const };

  it("is one reminder for each, in the patient's order, without fallbacks", () => {
    const treatment = { performedAt: PERFORMED_AT, channels: ["email", "sms"] as ChannelName[] };
    const plan = planOf([step], treatment);
    expect(plan.map(({ channel, channels }) => [channel, channels])).toEqual([
      ["email", ["email"]],
      ["sms", ["sms"]],
    ]);
    expect(plan.map(({ dueAt }) => dueAt)).toEqual([
      new Date(PERFORMED_AT),
      new Date(PERFORMED_AT),
    ]);
  });

  it.each<[string, Partial<ReachInput>]>([
    ["was not agreed to", { consent: { care: ["sms"], rebook: [] } }],
    ["has no address", { email: null }],
    ["was stopped", { optedOut: ["email"] }],
  ])("leaves out the channel that %s", (_name, reach) => {
    const plan = planOf([step], { performedAt: PERFORMED_AT, reach });
    expect(plan.map(({ channel, status }) => [channel, status])).toEqual([["sms", "scheduled"]]);
  });

  it("is visible on each where it has expired", () => {
    const plan = planOf([{ ...step, expires: "1h" }], {
      performedAt: PERFORMED_AT,
      now: "2026-11-23T17:30-05:00",
    });
    expect(plan.map(({ channel, statusReason }) => [channel, statusReason])).toEqual([
      ["sms", "expired"],
      ["email", "expired"],
    ]);
  });
});
