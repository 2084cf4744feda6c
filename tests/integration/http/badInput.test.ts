import { beforeAll, describe, expect, it } from "vitest";
import { useApp } from "../../support/app.ts";
import type { HttpAnswer, ProblemAnswer } from "../../support/appCaller.ts";
import { enrolmentBody, openClinic, PATIENT, type TestClinic } from "../../support/clinic.ts";
import { ENGINES } from "../ledger/engine.ts";
import { BAD_INPUTS, type BadInput } from "./badInputs.ts";
import { expectProblem, storedRows } from "./refusal.ts";

/** What an enrolment that is refused must not leave behind. */
const NOTHING = {
  patients: 0,
  treatments: 0,
  reminders: 0,
  consents: 0,
  events: 0,
  idempotency_keys: 0,
};

/** What tells who the patient is. */
const NAMING = [PATIENT.firstName, PATIENT.phone, PATIENT.email, PATIENT.externalId];

const MINUTE = 60_000;
const DAY = 86_400_000;

describe.each(ENGINES)("an enrolment on the %s engine", (kind) => {
  const running = useApp(kind);
  let clinic: TestClinic;
  beforeAll(async () => {
    clinic = await openClinic(running);
  });
  function send(path: string, input: BadInput): Promise<HttpAnswer<ProblemAnswer>> {
    const body = changed(enrolmentBody(running.clock.now()), input);
    const sent = input.raw ? input.raw(JSON.stringify(body)) : body;
    return clinic.desk.post(path, sent, { "idempotency-key": "the-same", ...input.headers });
  }

  describe.each(["/v1/treatments", "/v1/plans"])("sent to %s", (path) => {
    it.each(BAD_INPUTS)("is refused with $name: $status", async (input) => {
      const answer = await send(path, input);
      expectProblem(answer, input);
      for (const value of [...textsIn(input.set), ...NAMING]) {
        expect(answer.text).not.toContain(value);
      }
    });

    it.each([
      ["none at all", ""],
      ["a blank", "two words"],
      ["256 characters", "k".repeat(256)],
      ["a letter beyond ASCII", "cl\xe9"],
    ])("has no say in the Idempotency-Key: %s", async (_name, key) => {
      const body = enrolmentBody(running.clock.now());
      const answer = await clinic.desk.post(path, body, { "idempotency-key": key });
      // A plan stores nothing, and needs no key.
      const refused = { status: 422, body: { errors: [{ path: "idempotency-key" }] } };
      expect(answer).toMatchObject(path === "/v1/plans" ? { status: 200 } : refused);
    });
  });

  // Planned and not enrolled, so that nothing is stored here, either.
  it.each([
    ["exactly 90 days ago", { performedAt: -90 * DAY }],
    ["exactly 15 minutes ahead", { performedAt: 15 * MINUTE }],
    ["a consent exactly 15 minutes ahead", { "consent.at": 15 * MINUTE }],
    ["a consent of ten years ago", { "consent.at": -3_653 * DAY }],
  ])("is accepted at the bounds of its times: %s", async (_name, times) => {
    const now = running.clock.now().getTime();
    const set = Object.fromEntries(
      Object.entries(times).map(([path, ms]) => [path, new Date(now + ms).toISOString()]),
    );
    const body = changed(enrolmentBody(running.clock.now()), { set });
    expect(await clinic.desk.post("/v1/plans", body)).toMatchObject({ status: 200 });
  });

  it.each([
    "J.R.",
    "St. John",
    "Mary-Ann",
    "O'Neil",
    "D.J. Smith",
    "José",
    "Đặng",
    "Mª José",
    "李",
    "S. J. Perelman",
  ])("is accepted of somebody called %s", async (firstName) => {
    const set = { "patient.firstName": firstName };
    const body = changed(enrolmentBody(running.clock.now()), { set });
    expect(await clinic.desk.post("/v1/plans", body)).toMatchObject({ status: 200 });
  });

  it("is accepted with a body of exactly 64 KiB", async () => {
    const json = JSON.stringify(enrolmentBody(running.clock.now()));
    const answer = await clinic.desk.post("/v1/plans", json.padEnd(65_536));
    expect(answer.status).toBe(200);
  });

  it.each([
    ["(212) 555-0147", "a number as it is written in its country"],
    ["+44 20 7946 0958", "a number of another country"],
  ])("is accepted with %s: %s", async (phone) => {
    const body = enrolmentBody(running.clock.now(), { phone });
    expect(await clinic.desk.post("/v1/plans", body)).toMatchObject({ status: 200 });
  });

  it.each(["Zoë", "Mary-Jo O'Brien", "王秀英", "Ma. Teresa", "M".repeat(40)])(
    "is accepted with the name %s",
    async (firstName) => {
      const body = enrolmentBody(running.clock.now(), { firstName });
      expect(await clinic.desk.post("/v1/plans", body)).toMatchObject({ status: 200 });
    },
  );

  it("has stored nothing in all of the above", async () => {
    expect(await storedRows(running.app.ledger)).toEqual(NOTHING);
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});

/** A copy of `body` with the changes of `input`. */
function changed(body: object, { set = {}, drop = [] }: Pick<BadInput, "set" | "drop">): object {
  const copy = structuredClone(body) as Record<string, unknown>;
  const place = (path: string) => {
    const names = path.split(".");
    const last = names.pop() ?? "";
    const at = names.reduce((part, name) => part[name] as Record<string, unknown>, copy);
    return { at, last };
  };
  for (const path of drop) {
    const { at, last } = place(path);
    delete at[last];
  }
  for (const [path, value] of Object.entries(set)) {
    const { at, last } = place(path);
    at[last] = value;
  }
  return copy;
}

/** The texts in a value that are long enough to be told from words of a message. */
function textsIn(value: unknown): string[] {
  if (typeof value === "string") return value.trim().length > 5 ? [value] : [];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}
