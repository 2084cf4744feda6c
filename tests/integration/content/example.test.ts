import { readFile } from "node:fs/promises";
import path from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { checkContent } from "../../../src/content/check.ts";
import { loadContent } from "../../../src/content/content.ts";
import {
  PROTOCOL_JSON_SCHEMA,
  protocolJsonSchema,
} from "../../../src/content/protocolJsonSchema.ts";
import { reachOf } from "../../../src/domain/consent.ts";
import { planTreatment } from "../../../src/domain/plan.ts";
import { DEFAULT_REBOOK_WINDOW, parseSendWindow } from "../../../src/domain/sendWindow.ts";
import { exampleRoot } from "./example.ts";
import { ANA } from "./messages.ts";

const at = (file: string) => new URL(`../../../${file}`, import.meta.url);
const read = async (file: string) => parse(await readFile(at(file), "utf8")) as unknown;

const MICRONEEDLING = "jobs/microneedling.yaml";
const PEEL = "tests/example/jobs/chemical-peel.yaml";

describe("a clinic's own protocol", () => {
  it("passes check, which tells what its marketing needs", async () => {
    const { problems, messages, notes } = await checkContent(await exampleRoot());
    expect(problems).toEqual([]);
    expect(messages).toHaveLength(2 * 8);
    expect(notes).toEqual([expect.stringContaining('step "next-visit" is marketing')]);
  });

  it("is loaded with its check-in, its marketing, its alarm words and a floor", async () => {
    const content = await loadContent(await exampleRoot());
    const peel = content.protocols.get("chemical-peel");
    const step = (key: string) => peel?.steps.find((each) => each.key === key);
    expect(content.locales("chemical-peel")).toEqual(["en", "es"]);
    expect(peel?.alarm?.["es"]).toContain("fiebre");
    expect(step("how-is-it")).toMatchObject({
      kind: "checkin",
      answers: { "1": "ok", "2": "alarm" },
    });
    expect(step("gym-ok")).toMatchObject({ floor: "36h" });
    expect(step("next-visit")).toMatchObject({ kind: "rebook", channels: ["email", "sms"] });
    expect(step("retinol-wait")).toMatchObject({ kind: "retraction", retracts: "retinol-ok" });
  });

  it("calls its treatment by its own names", async () => {
    const content = await loadContent(await exampleRoot());
    const asked = { protocol: "chemical-peel", step: "gym-ok", clinicLocale: "en", variables: ANA };
    const say = (locale: string, privacy: "standard" | "explicit") =>
      content.renderSms({ ...asked, locale, privacy }).text;
    expect(say("en", "standard")).toContain("after your treatment is over.");
    expect(say("en", "explicit")).toContain("after your chemical peel is over.");
    expect(say("es", "explicit")).toContain("tras su peeling ha terminado.");
  });

  it("is planned: the check-in on a morning of the week, marketing where it was agreed to", async () => {
    const content = await loadContent(await exampleRoot());
    const protocol = content.protocols.get("chemical-peel");
    if (!protocol) throw new Error("chemical-peel is not there");
    const performedAt = new Date("2026-11-20T15:30:00Z");
    const plan = planTreatment({
      protocol,
      performedAt,
      now: performedAt,
      timeZone: "America/New_York",
      timeZoneFrom: "clinic",
      sendWindow: parseSendWindow("09:00-20:00"),
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
    const due = (step: string) => plan.find((each) => each.step === step);
    // Friday's treatment, so Saturday 10:00 is true, and Monday 09:00 the next hour of the step's own.
    expect(due("how-is-it")?.dueAt).toEqual(new Date("2026-11-23T14:00:00Z"));
    expect(due("next-visit")).toMatchObject({ status: "skipped", statusReason: "no_consent" });
    expect(plan.filter(({ kind }) => kind === "retraction")).toEqual([]);
  });
});

describe("the schema for editors", () => {
  const validate = new Ajv2020({ allErrors: true }).compile(protocolJsonSchema());

  it("is the one in the repository: `npm run schema` writes it", async () => {
    expect(JSON.parse(await readFile(at(PROTOCOL_JSON_SCHEMA), "utf8"))).toEqual(
      JSON.parse(JSON.stringify(protocolJsonSchema())),
    );
  });

  it.each([MICRONEEDLING, PEEL])(
    "is named in the first line of %s, which keeps to it",
    async (file) => {
      const [line = ""] = (await readFile(at(file), "utf8")).split("\n");
      const named = /^# yaml-language-server: \$schema=(\S+)$/.exec(line)?.[1] ?? "";
      expect(path.join(path.dirname(file), named)).toBe(PROTOCOL_JSON_SCHEMA);
      const right = validate(await read(file));
      expect({ right, errors: validate.errors }).toEqual({ right: true, errors: null });
    },
  );

  it.each([
    ["a kind that there is not", "kind: checkin", "kind: question"],
    ["an offset without a unit", "after: 3h", "after: 3"],
    ["a field that there is not", "floor: 36h", "flor: 36h"],
    ["a channel twice", "channels: [email, sms]", "channels: [email, email]"],
    ["hours that are none", 'mon: "09:00-17:00"', 'mon: "9-17"'],
    ["an answer that means nothing", '"2": alarm', '"2": bad'],
    ["a name in no language", "  es: [peeling", "  Spanish: [peeling"],
  ])("sees %s", async (_what, old, planted) => {
    const text = await readFile(at(PEEL), "utf8");
    expect(text).toContain(old);
    expect(validate(parse(text.replace(old, planted)))).toBe(false);
  });
});
