import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { alarmsBy } from "../../src/domain/alarmWords.ts";
import { type InboundContext, readInbound, repliesTo } from "../../src/domain/inbound.ts";
import { protocolSchema } from "../../src/domain/protocol.ts";
import { revokes } from "../../src/domain/revocation.ts";
import { TEXTS } from "./inboundTexts.ts";

const { alarm = {} } = protocolSchema.parse(parse(readFileSync("jobs/microneedling.yaml", "utf8")));
const alarmWords = Object.values(alarm).flat();

const read = (body: string, more: Partial<InboundContext> = {}) =>
  readInbound({ body, pictures: 0, optOutType: null, alarmWords, answers: [], ...more });

describe("a patient's text", () => {
  const cases = Object.entries(TEXTS).flatMap(([reading, texts]) =>
    texts
      .split("\n")
      .slice(1, -1)
      .map((text) => [text.trim(), reading] as const),
  );

  it("is in the table often enough", () => {
    expect(cases.length).toBeGreaterThanOrEqual(650);
    expect(new Set(cases.map(([text]) => text)).size).toBe(cases.length);
  });

  it.each(cases)("%j is read as %s", (body, expected) => {
    const { reading, stops, alarms } = read(body);
    const stopped = stops && reading !== "stop" ? "+" : "";
    expect(`${reading}${stopped}`).toBe(expected);
    expect(alarms).toBe(expected.startsWith("alarm"));
  });

  it("is read across lines, and without the space around it", () => {
    expect(read("\n  stop \u00A0\n").reading).toBe("stop");
    expect(read("Hi there\nstop texting me\nAna").stops).toBe(true);
    expect(read("Throat:\nswollen").alarms).toBe(true);
  });

  it("is what Twilio took it for, before what we would", () => {
    expect(read("FINITO", { optOutType: "STOP" })).toMatchObject({ reading: "stop", stops: true });
    expect(read("yes", { optOutType: "START" }).reading).toBe("start");
    expect(read("stop?", { optOutType: "HELP" })).toMatchObject({ reading: "help", stops: false });
  });

  it("alarms whatever Twilio took it for, and still is that", () => {
    const danger = "I can't breathe, fever";
    const help = read(`HELP ${danger}`, { optOutType: "HELP" });
    expect(help).toMatchObject({ reading: "alarm", alarms: true, person: true });
    const start = read(`START ${danger}`, { optOutType: "START" });
    expect(start).toMatchObject({ reading: "alarm", alarms: true, starts: true });
    const stop = read(`STOP ${danger}`, { optOutType: "STOP" });
    expect(stop).toMatchObject({ reading: "alarm", alarms: true, stops: true });
  });

  it.each([
    "STOP",
    "Stop please!",
    "wrong number",
    "por favor, no más",
    "START",
    "help?",
    "Ayuda por favor",
  ])("%j needs nobody", (body) => {
    expect(read(body).person).toBe(false);
  });

  it.each([
    "Is it normal that it peels? Also please stop texting me, call me",
    "Stop. Who is this?",
    "STOP. I am bleeding",
    "no me escriban, llámenme",
    "thanks",
    "restart?",
  ])("%j needs a person", (body) => {
    expect(read(body).person).toBe(true);
  });

  it("with a picture needs a person, whatever else it is", () => {
    const answers = [{ "1": "ok", "2": "alarm" } as const];
    for (const body of ["", "STOP", "HELP", "1"]) {
      expect(read(body, { answers }).person).toBe(body === "");
      expect(read(body, { answers, pictures: 1 }).person).toBe(true);
    }
    expect(read("", { pictures: 2 })).toMatchObject({ reading: "reply", stops: false });
  });

  it("of a keyword that only Twilio knows needs nobody, but more words than one do", () => {
    expect(read("FINITO", { optOutType: "STOP" }).person).toBe(false);
    expect(read("FINITO my cream ran out", { optOutType: "STOP" }).person).toBe(true);
    expect(read("HELP my cream ran out", { optOutType: "HELP" }).person).toBe(true);
  });

  it.each(["1", " 1 ", "1.", "(1)", "1!"])("%j answers a check-in", (body) => {
    const answers = [{ "1": "ok", "2": "alarm" } as const];
    const nothing = { reading: "answer", stops: false, starts: false };
    expect(read(body, { answers })).toEqual({
      ...nothing,
      alarms: false,
      answer: "1",
      person: false,
    });
    const two = body.replace("1", "2");
    expect(read(two, { answers })).toEqual({ ...nothing, alarms: true, answer: "2", person: true });
    expect(read(`${body}2`, { answers }).reading).toBe("reply");
  });

  it.each([
    ["me ", "me ahogo", "alarm"],
    ["más ", "más hinchada", "alarm"],
    ["the pain is ", "so very much, so very much pain", "alarm"],
    ["hola ", "deja de mandarme mensajes", "stop"],
    ["have ", "have the texts stop", "stop"],
    ["get me from ", "remove me from the list", "stop"],
    ["I see. ", "Stop", "stop"],
    ["a b. ", "thank you", "reply"],
  ])("of many times %j is read to its end", (start, end, expected) => {
    expect(read(`${start.repeat(3_000)}${end}`).reading).toBe(expected);
    expect(read(start.repeat(3_000)).reading).toBe("reply");
  });

  it.each([
    ["", "me "],
    ["", "más "],
    ["", "so much "],
    ["", "have "],
    ["", "have texts "],
    ["", "get me from "],
    ["", "stop the "],
    ["", "no quiero mas "],
    ["", "a "],
    ["Me gusta", '"'],
    ["Liked “", '" '],
  ])("of %j and many times %j takes longer by as much as it is longer", (start, part) => {
    const textOf = (length: number) => `${start}${part.repeat(length / part.length)}x`;
    for (const reads of [revokes, (body: string) => alarmsBy(body, alarmWords)]) {
      const [short, long] = [3_000, 30_000].map((length) => workOf(() => reads(textOf(length))));
      // Ten times as much, and a hundred times where each word looked at all the others.
      expect((long ?? 0) / (short ?? 0)).toBeLessThan(40);
    }
  });
});

/** What something costs at best: time of this process, whatever else the machine does meanwhile. */
function workOf(act: () => void): number {
  const costs = Array.from({ length: 5 }, () => {
    const before = process.cpuUsage();
    act();
    const { user, system } = process.cpuUsage(before);
    return user + system;
  });
  return Math.max(Math.min(...costs), 500);
}

describe("the answer to a patient's text", () => {
  const now = new Date("2026-11-24T12:00:00Z");
  const state = {
    answeredByProvider: false,
    stoppedBefore: false,
    confirmedBefore: false,
    acknowledgedAt: null,
  };
  const ago = (hours: number) => new Date(now.getTime() - hours * 3_600_000);
  const answers = (body: string, more: Partial<typeof state | { acknowledgedAt: Date }> = {}) =>
    repliesTo(read(body), { ...state, ...more }, now);

  it("confirms a stop once", () => {
    expect(answers("STOP")).toEqual(["stop"]);
    expect(answers("STOP", { stoppedBefore: true, confirmedBefore: true })).toEqual([]);
    // One by a link, or by a provider's word, was never confirmed by text.
    expect(answers("STOP", { stoppedBefore: true })).toEqual(["stop"]);
  });

  it("is empty where Twilio has answered", () => {
    for (const body of ["STOP", "START", "HELP"]) {
      expect(answers(body, { answeredByProvider: true })).toEqual([]);
    }
  });

  it("tells who is in danger what to do beside Twilio's, unless Twilio has blocked the number", () => {
    const beside = (body: string, optOutType: "STOP" | "HELP") =>
      repliesTo(read(body, { optOutType }), { ...state, answeredByProvider: true }, now);
    expect(beside("HELP I can't breathe", "HELP")).toEqual(["alarm"]);
    expect(beside("STOP I can't breathe", "STOP")).toEqual([]);
  });

  it("acknowledges a picture", () => {
    const asked = [{ "1": "ok", "2": "alarm" } as const];
    const picture = (body: string) => read(body, { answers: asked, pictures: 1 });
    expect(repliesTo(picture(""), state, now)).toEqual(["reply"]);
    expect(repliesTo(picture("1"), state, now)).toEqual(["reply"]);
    expect(repliesTo(read("1", { answers: asked }), state, now)).toEqual(["answer"]);
  });

  it("acknowledges a reply at most once in 24 hours, and nobody who has stopped", () => {
    expect(answers("thanks")).toEqual(["reply"]);
    expect(answers("thanks", { acknowledgedAt: ago(23.9) })).toEqual([]);
    expect(answers("thanks", { acknowledgedAt: ago(24) })).toEqual(["reply"]);
    expect(answers("thanks", { stoppedBefore: true })).toEqual([]);
  });

  it("always tells who is in danger what to do", () => {
    const more = { stoppedBefore: true, confirmedBefore: true, acknowledgedAt: ago(1) };
    expect(answers("I have a fever", more)).toEqual(["alarm"]);
    expect(answers("STOP. I have a fever")).toEqual(["stop", "alarm"]);
    expect(answers("HELP", more)).toEqual(["help"]);
  });
});
