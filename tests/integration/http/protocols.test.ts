import { beforeAll, describe, expect, it } from "vitest";
import { useApp } from "../../support/app.ts";
import { openClinic, type TestClinic } from "../../support/clinic.ts";

interface ProtocolsAnswer {
  items: {
    name: string;
    version: number;
    locales: string[];
    steps: { key: string; kind: string; after: string; retracts: string | null }[];
  }[];
}

describe("GET /v1/protocols", () => {
  const running = useApp("embedded");
  let clinic: TestClinic;
  beforeAll(async () => {
    clinic = await openClinic(running);
  });

  it("shows what each retraction takes back, and that nothing else takes back anything", async () => {
    const { status, body } = await clinic.desk.get<ProtocolsAnswer>("/v1/protocols");
    expect(status).toBe(200);
    const [protocol] = body.items;
    expect(protocol).toMatchObject({ name: "microneedling", version: 4, locales: ["en", "es"] });
    const steps = protocol?.steps ?? [];
    const retracting = steps.filter(({ retracts }) => retracts !== null);
    expect(
      retracting.map(({ key, kind, after, retracts }) => [key, kind, after, retracts]),
    ).toEqual([
      ["makeup-wait", "retraction", "0h", "makeup-ok"],
      ["retinol-wait", "retraction", "0h", "retinol-ok"],
      ["gym-wait", "retraction", "0h", "gym-ok"],
      ["sun-wait", "retraction", "0h", "sun-week"],
    ]);
    expect(steps.filter(({ kind }) => kind === "retraction")).toHaveLength(retracting.length);
  });
});

interface PreviewAnswer {
  protocol: { name: string; version: number };
  locale: string;
  privacy: string;
  messages: {
    step: string;
    kind: string;
    channels: string[];
    sms: { text: string; encoding: string; segments: number; characters: number } | null;
    email: { subject: string; html: string; text: string } | null;
  }[];
}

describe("POST /v1/protocols/:name/preview", () => {
  const running = useApp("embedded");
  const path = "/v1/protocols/microneedling/preview";
  let clinic: TestClinic;
  beforeAll(async () => {
    clinic = await openClinic(running, { privacy: "explicit", locale: "es-MX" });
  });

  const preview = async (body: object) => {
    const answer = await clinic.desk.post<PreviewAnswer>(path, body);
    expect(answer.status).toBe(200);
    return answer.body;
  };

  it("shows every message as the clinic's patients get it, unless it is asked for another", async () => {
    const own = await preview({});
    expect(own).toMatchObject({ locale: "es", privacy: "explicit" });
    expect(own.protocol).toEqual({ name: "microneedling", version: 4 });
    expect(own.messages).toHaveLength(18);
    const [first] = own.messages;
    expect(first?.step).toBe("essentials");
    expect(first?.sms?.text).toContain("Willow Skin Clinic");
    expect(first?.email?.html).toContain("<!doctype html>");
    const bare = await clinic.desk.call<PreviewAnswer>("POST", path);
    expect(bare.body).toEqual(own);
  });

  it("shows one message in one language and tier, with what its text costs", async () => {
    const asked = { step: "makeup-ok", locale: "en", privacy: "standard" };
    const { messages, ...rest } = await preview(asked);
    expect(rest).toMatchObject({ locale: "en", privacy: "standard" });
    expect(messages).toHaveLength(1);
    const sms = messages[0]?.sms;
    expect(sms?.encoding).toBe("GSM-7");
    expect(sms?.characters).toBe(sms?.text.length);
    expect(sms?.segments).toBe((sms?.characters ?? 0) > 160 ? 2 : 1);
    expect(sms?.text).not.toMatch(/needling/i);
  });

  it("says until when to wait in what takes a permission back", async () => {
    const { messages } = await preview({ step: "gym-wait", locale: "en" });
    // Two days after Monday, 23 November 2026, in New York.
    expect(messages[0]?.sms?.text).toContain("Wednesday, November 25 at 3:30 PM");
  });

  it("refuses what there is not", async () => {
    const unknown = await clinic.desk.post("/v1/protocols/laser/preview", {});
    expect(unknown).toMatchObject({ status: 404, body: { code: "not_found" } });
    const wrong = await clinic.desk.post(path, { step: "x", locale: "fr" });
    expect(wrong).toMatchObject({ status: 422, body: { code: "validation_failed" } });
    expect(wrong.text).toContain("has no messages; there are: en, es");
    expect(await clinic.desk.post(path, { more: 1 })).toMatchObject({ status: 422 });
  });
});
