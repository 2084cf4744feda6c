import { describe, expect, it } from "vitest";
import { protocolSchema } from "../../src/domain/protocol.ts";

const STEP = {
  key: "retinol-ok",
  kind: "permission",
  topics: ["retinol", "vitamin-c"],
  after: "48h",
  expires: "5d",
  channels: ["sms", "email"],
};

const PROTOCOL = {
  name: "microneedling",
  version: 1,
  title: "Micro needling",
  source: "Micro needling treatment instructions (clinic leaflet)",
  steps: [STEP],
};

const OFFSET =
  "must be a number and a unit: m, h (elapsed), d, w or mo (calendar), such as 48h or 2w";
const HOURS = 'must be hours of one day, such as "09:00-20:00"';
const ANY = 'only a step due at enrolment (after: 0h, without at) may set "any"';
const FLOOR = "belongs to a step of kind permission: others are moved by an admin only";
const SLUG = "must be lower-case words joined by hyphens";

/** What is wrong with a protocol: "path: message" for each problem. */
function problems(protocol: unknown): string[] {
  const issues = protocolSchema.safeParse(protocol).error?.issues ?? [];
  return issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
}

describe("a protocol file", () => {
  it("is read as it is written, with a step sent over the first channel by default", () => {
    expect(protocolSchema.parse(PROTOCOL)).toEqual({
      ...PROTOCOL,
      steps: [{ ...STEP, send: "first" }],
    });
  });

  it.each([
    { at: "10:00" },
    { at: "00:00", after: "2mo" },
    { after: "0h", window: "any" },
    { after: "0d", window: "any" },
    { window: "10:00-18:00" },
    { window: { mon: "10:00-18:00", tue: null } },
    { send: "all" },
    { floor: "24h" },
    { kind: "rebook", channels: ["email"] },
  ])("may have a step with %j", (fields) => {
    expect(problems({ ...PROTOCOL, steps: [{ ...STEP, ...fields }] })).toEqual([]);
  });

  it.each<[Record<string, unknown>, string]>([
    [{ key: "Retinol OK" }, `steps.0.key: ${SLUG}`],
    [{ key: undefined }, "steps.0.key: Invalid input: expected string, received undefined"],
    [{ topics: ["Vitamin C"] }, `steps.0.topics.0: ${SLUG}`],
    [{ topics: [] }, "steps.0.topics: Too small: expected array to have >=1 items"],
    [{ after: "48" }, `steps.0.after: ${OFFSET}`],
    [{ after: "-1h" }, `steps.0.after: ${OFFSET}`],
    [{ after: "1.5d" }, `steps.0.after: ${OFFSET}`],
    [{ after: "1y" }, `steps.0.after: ${OFFSET}`],
    [{ expires: "soon" }, `steps.0.expires: ${OFFSET}`],
    [{ expires: "0h" }, "steps.0.expires: must be longer than 0"],
    [{ floor: "half" }, `steps.0.floor: ${OFFSET}`],
    [{ kind: "caution", floor: "24h" }, `steps.0.floor: ${FLOOR}`],
    [{ at: "10" }, 'steps.0.at: must be a local time such as "10:00"'],
    [{ at: "25:00" }, 'steps.0.at: must be a local time such as "10:00"'],
    [{ channels: ["sms", "sms"] }, "steps.0.channels: must not name a channel twice"],
    [{ channels: [] }, "steps.0.channels: Too small: expected array to have >=1 items"],
    [{ window: "20:00-09:00" }, `steps.0.window: ${HOURS}`],
    [{ window: "always" }, `steps.0.window: ${HOURS}`],
    [{ window: { mon: "9-5" } }, `steps.0.window.mon: ${HOURS}`],
    [{ window: "any" }, `steps.0.window: ${ANY}`],
    [{ window: "any", after: "1m" }, `steps.0.window: ${ANY}`],
    [{ window: "any", after: "0h", at: "03:00" }, `steps.0.window: ${ANY}`],
    [{ delay: "2h" }, 'steps.0: Unrecognized key: "delay"'],
  ])("is refused for a step with %j", (fields, problem) => {
    expect(problems({ ...PROTOCOL, steps: [{ ...STEP, ...fields }] })).toEqual([problem]);
  });

  it.each<[Record<string, unknown>, string]>([
    [{ kind: "advice" }, "steps.0.kind: Invalid option"],
    [{ channels: ["fax"] }, "steps.0.channels.0: Invalid option"],
    [{ send: "both" }, "steps.0.send: Invalid option"],
  ])("is refused for a step with %j, and told what there is", (fields, problem) => {
    const [first = "", ...others] = problems({ ...PROTOCOL, steps: [{ ...STEP, ...fields }] });
    expect(first).toContain(problem);
    expect(first).toContain("expected one of");
    expect(others).toEqual([]);
  });

  it.each<[Record<string, unknown>, string]>([
    [{ name: "Micro Needling" }, `name: ${SLUG}`],
    [{ version: 0 }, "version: Too small: expected number to be >=1"],
    [{ version: "1" }, "version: Invalid input: expected number, received string"],
    [{ title: "" }, "title: Too small: expected string to have >=1 characters"],
    [{ source: undefined }, "source: Invalid input: expected string, received undefined"],
    [{ steps: [] }, "steps: Too small: expected array to have >=1 items"],
    [{ author: "someone" }, ': Unrecognized key: "author"'],
  ])("is refused with %j", (fields, problem) => {
    expect(problems({ ...PROTOCOL, ...fields })).toEqual([problem]);
  });

  it("is refused where two steps have one key, at the second", () => {
    const steps = [STEP, { ...STEP, key: "gym-ok" }, STEP];
    expect(problems({ ...PROTOCOL, steps })).toEqual(['steps.2.key: "retinol-ok" is used twice']);
  });

  it("is told all its problems at once, each with its step", () => {
    const steps = [
      { ...STEP, after: "48" },
      { ...STEP, key: "gym-ok", window: "20:00-09:00" },
    ];
    expect(problems({ ...PROTOCOL, version: 0, steps })).toEqual([
      "version: Too small: expected number to be >=1",
      `steps.0.after: ${OFFSET}`,
      `steps.1.window: ${HOURS}`,
    ]);
  });
});
