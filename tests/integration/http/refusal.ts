import { sql } from "kysely";
import { expect } from "vitest";
import type { Ledger } from "../../../src/ledger/ledger.ts";
import type { HttpAnswer, ProblemAnswer } from "../../support/appCaller.ts";

/** What a refusal is to say; `paths` of the fields that it names, in any order. */
export interface Refusal {
  status: number;
  code: string;
  paths?: string[];
}

/** Checks a refusal: RFC 9457, a stable code, and a word about each field that is wrong. */
export function expectProblem(answer: HttpAnswer<ProblemAnswer>, refusal: Refusal): void {
  const { status, code, paths = [] } = refusal;
  const { body } = answer;
  expect({ status: answer.status, code: body?.code, paths: pathsOf(body) }).toEqual({
    status,
    code,
    paths: [...paths].sort(),
  });
  expect(answer.headers.get("content-type")).toBe("application/problem+json");
  expect(body).toMatchObject({ type: "about:blank", status });
  for (const text of [body.title, body.detail, ...(body.errors ?? []).map((e) => e.message)]) {
    expect(text).toMatch(/\w{2}/);
  }
}

function pathsOf(body: ProblemAnswer | null): string[] {
  return (body?.errors ?? []).map(({ path }) => path).sort();
}

/** How many rows there are in each table that an enrolment writes to. */
export async function storedRows({ db }: Ledger) {
  const { rows } = await sql<Record<string, number>>`
    select (select count(*)::int from aftercare.patients) as patients,
      (select count(*)::int from aftercare.treatments) as treatments,
      (select count(*)::int from aftercare.reminders) as reminders,
      (select count(*)::int from aftercare.consents) as consents,
      (select count(*)::int from aftercare.events where treatment_id is not null) as events,
      (select count(*)::int from aftercare.idempotency_keys) as idempotency_keys`.execute(db);
  return rows[0];
}
