import { beforeAll, describe, expect, it } from "vitest";
import { useApp } from "../../support/app.ts";
import { type Caller, callerAt } from "../../support/appCaller.ts";
import { enrolmentBody, openClinic, PATIENT, type TestClinic } from "../../support/clinic.ts";
import { until } from "../../support/poll.ts";
import { type Operation, readOpenApi } from "./openapi.ts";

/** Every call that the program answers, but for the documents themselves. */
const CALLS = [
  "GET /healthz",
  "GET /metrics",
  "GET /readyz",
  "GET /t/{token}",
  "GET /t/{token}.ics",
  "POST /t/{token}/resume",
  "POST /t/{token}/stop",
  "GET /u/{token}",
  "POST /u/{token}",
  "GET /v1/channels",
  "GET /v1/inbox",
  "POST /v1/inbox/{id}/handled",
  "PATCH /v1/treatments/{id}",
  "POST /v1/patients/{id}/resume",
  "GET /v1/protocols",
  "POST /v1/protocols/{name}/preview",
  "GET /v1/reminders",
  "GET /v1/reminders/{id}",
  "POST /v1/reminders/cancel",
  "POST /v1/reminders/replay",
  "POST /v1/reminders/send-now",
  "POST /v1/reminders/{id}/cancel",
  "POST /v1/reminders/{id}/replay",
  "POST /v1/reminders/{id}/send-now",
  "GET /v1/treatments",
  "POST /v1/treatments",
  "GET /v1/treatments/{id}",
  "POST /v1/treatments/{id}/cancel",
  "POST /v1/plans",
  "POST /webhooks/twilio/inbound",
  "POST /webhooks/twilio/status/{attemptId}",
];

/** One sample of a metric, or a line about one: https://prometheus.io/docs/instrumenting/exposition_formats/ */
const METRICS_LINE =
  /^(# (HELP|TYPE) [a-z_\d]+ .+|[a-z_\d]+(\{([a-z_]+="[^"\\\n]*",?)+\})? (-?[\d.]+(e[+-]?\d+)?|NaN|[+-]Inf))$/;

describe("what the program tells of itself", () => {
  const running = useApp("embedded", { worker: true });
  let anybody: Caller;
  let clinic: TestClinic;
  beforeAll(async () => {
    anybody = callerAt(running.address, null);
    clinic = await openClinic(running);
  });

  describe("in /openapi.json", () => {
    it("is OpenAPI 3.1, and has every call", async () => {
      const { document } = await readOpenApi(running.address);
      expect(document.openapi).toMatch(/^3\.1\.\d$/);
      const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
        Object.entries(methods).map(([method, operation]) => ({
          call: `${method.toUpperCase()} ${path}`,
          operation,
        })),
      );
      expect(operations.map(({ call }) => call).sort()).toEqual(CALLS.toSorted());
      for (const { call, operation } of operations) {
        expect(operation.summary).toMatch(/\w/);
        // Only the clinics' calls need a key.
        expect([call, needsKey(operation)]).toEqual([call, call.includes(" /v1/")]);
      }
    });

    it("has a shape for each answer of the API, and for each refusal", async () => {
      const { document, faultsOf } = await readOpenApi(running.address);
      const own = Object.entries(document.paths).filter(([path]) => path.startsWith("/v1/"));
      for (const { responses = {} } of own.flatMap(([, methods]) => Object.values(methods))) {
        for (const [status, { content = {} }] of Object.entries(responses)) {
          const type = status < "300" ? "application/json" : "application/problem+json";
          expect(Object.keys(content)).toEqual([type]);
        }
        expect(Object.keys(responses)).toEqual(expect.arrayContaining(["401", "403"]));
      }
      const enrol = { method: "post", path: "/v1/treatments" } as const;
      const refused = await clinic.desk.post("/v1/treatments", {});
      const problem = { ...enrol, status: 422, type: "application/problem+json" };
      expect(faultsOf(problem, refused.body)).toBeNull();
      // The check itself finds fault with what is not as it is described.
      expect(faultsOf({ ...enrol, status: 201 }, refused.body)).toContain("must have required");
      expect(faultsOf({ ...enrol, status: 418 }, {})).toContain("has no answer");
    });
  });

  it("has a page of docs that loads nothing from elsewhere", async () => {
    const page = await anybody.get("/docs/");
    expect(page.status).toBe(200);
    expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
    // The browser is told to load nothing from elsewhere, whatever the scripts say.
    const policy = page.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'self'");
    expect(policy).not.toMatch(/https?:|\*|unsafe-eval|script-src/);

    const links = [...page.text.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, link = ""]) => link);
    expect(links.length).toBeGreaterThan(4);
    for (const link of links) {
      const { origin, pathname } = new URL(link, `${running.address}/docs/`);
      expect(origin).toBe(running.address);
      const { status, text, headers } = await anybody.get(pathname);
      expect(status).toBe(200);
      if (!headers.get("content-type")?.includes("css")) continue;
      expect(text).not.toMatch(/@import|url\(["']?(https?:)?\/\//);
    }
    const { text } = await anybody.get("/docs/static/swagger-initializer.js");
    expect(text).toContain("validatorUrl: null");
    expect(text).toContain("url: resolveUrl('./json')");
  });

  it("has measures that Prometheus can read, and nobody's data in them", async () => {
    const enrolled = await clinic.enrol();
    await until("what was due has left", () => running.outbox.length === 3);
    await clinic.desk.post("/v1/treatments", enrolmentBody(running.clock.now(), { phone: "1" }));
    await anybody.get(`/u/${PATIENT.firstName}`);
    await anybody.get(`/nobody/${PATIENT.email}`);
    await clinic.desk.get(`/v1/treatments/${enrolled.treatment.id}`);

    const metrics = await until("the deliveries are counted", async () => {
      const answer = await anybody.get("/metrics");
      return /^aftercare_attempts_total\{[^}]*sms[^}]*\} 2$/m.test(answer.text) && answer;
    });
    expect(metrics.status).toBe(200);
    expect(metrics.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    const lines = metrics.text.split("\n").filter((line) => line !== "");
    expect(lines.filter((line) => !METRICS_LINE.test(line))).toEqual([]);
    expect(metrics.text).toContain("aftercare_enrolments_total 1\n");
    expect(metrics.text).toContain('aftercare_unsettled_reminders{status="overdue"} 0\n');
    expect(metrics.text).toContain('route="/v1/treatments/:id"');
    const { firstName, phone, email, externalId } = PATIENT;
    for (const secret of [firstName, phone, email, externalId, "Willow", enrolled.treatment.id]) {
      expect(metrics.text).not.toContain(secret);
    }
  });
});

function needsKey({ security }: Operation): boolean {
  return security === undefined || security.length > 0;
}
