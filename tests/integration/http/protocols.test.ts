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
