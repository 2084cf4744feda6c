import { beforeAll, describe, expect, it } from "vitest";
import { REMINDER_STATUSES } from "../../../src/domain/reminder.ts";
import { receiveInbound } from "../../../src/ledger/inbound.ts";
import { optOut } from "../../../src/ledger/optingOut.ts";
import { useApp } from "../../support/app.ts";
import type { HttpAnswer } from "../../support/appCaller.ts";
import {
  type EnrolledAnswer,
  enrolmentBody,
  type FullReminder,
  openClinic,
  PATIENT,
  type PageAnswer,
  type TestClinic,
} from "../../support/clinic.ts";
import { ENGINES } from "../ledger/engine.ts";
import { readOpenApi } from "./openapi.ts";
import { expectProblem } from "./refusal.ts";

/** What the tests of one route know: the other clinic's data, and a way to ask as one's own. */
interface Known {
  theirs: EnrolledAnswer;
  cursor: string;
  /** What their patient texted. */
  inboxId: string;
  own: TestClinic;
  body: ReturnType<typeof enrolmentBody>;
}

const REASON = { reason: "not mine to cancel" };

/** For each route, everything that a clinic can ask about what is another's. */
const ROUTES: Record<string, (known: Known) => Promise<void>> = {
  "POST /v1/treatments": async ({ theirs, own, body }) => {
    const patient = { ...body.patient, firstName: "Mina", phone: "+12125550199" };
    const answer = await own.desk.post<EnrolledAnswer>("/v1/treatments", { ...body, patient });
    expect(answer.status).toBe(201);
    expect(answer.body.treatment.patientId).not.toBe(theirs.treatment.patientId);
  },
  "POST /v1/plans": async ({ own, body }) => {
    const { body: plan } = await own.desk.post<{ reminders: FullReminder[] }>("/v1/plans", body);
    const uses = plan.reminders.flatMap(({ trace }) => trace.channels.map(({ use }) => use));
    expect(new Set(uses)).toEqual(new Set(["usable"]));
  },
  "GET /v1/treatments": async ({ theirs, cursor, own }) => {
    expectEmpty(await own.admin.get(`/v1/treatments?patientId=${theirs.treatment.patientId}`));
    await expectOnlyOwn(own, "/v1/treatments?limit=200", theirs);
    await expectOnlyOwn(own, `/v1/treatments?cursor=${cursor}`, theirs);
  },
  "GET /v1/treatments/{id}": async ({ theirs, own }) => {
    const answer = await own.admin.get(`/v1/treatments/${theirs.treatment.id}`);
    expectProblem(answer, { status: 404, code: "not_found" });
  },
  "POST /v1/treatments/{id}/cancel": async ({ theirs, own }) => {
    const answer = await own.admin.post(`/v1/treatments/${theirs.treatment.id}/cancel`, REASON);
    expectProblem(answer, { status: 404, code: "not_found" });
  },
  "PATCH /v1/treatments/{id}": async ({ theirs, own }) => {
    const path = `/v1/treatments/${theirs.treatment.id}`;
    const body = { overrides: { "gym-ok": "96h" }, ...REASON };
    const answer = await own.admin.call("PATCH", path, { body });
    expectProblem(answer, { status: 404, code: "not_found" });
  },
  "POST /v1/patients/{id}/resume": async ({ theirs, own }) => {
    const path = `/v1/patients/${theirs.treatment.patientId}/resume`;
    const answer = await own.admin.post(path, REASON);
    expectProblem(answer, { status: 404, code: "not_found" });
  },
  "GET /v1/reminders": async ({ theirs, cursor, own }) => {
    const { id, patientId } = theirs.treatment;
    expectEmpty(await own.admin.get(`/v1/reminders?patientId=${patientId}`));
    expectEmpty(await own.admin.get(`/v1/reminders?treatmentId=${id}`));
    await expectOnlyOwn(own, "/v1/reminders?limit=200", theirs);
    await expectOnlyOwn(own, `/v1/reminders?cursor=${cursor}`, theirs);
  },
  "GET /v1/reminders/{id}": async ({ theirs, own }) => {
    for (const { id } of theirs.reminders) {
      const answer = await own.admin.get(`/v1/reminders/${id}`);
      expectProblem(answer, { status: 404, code: "not_found" });
    }
  },
  "POST /v1/reminders/{id}/cancel": (known) => expectNoneToActOn("cancel", known),
  "POST /v1/reminders/{id}/replay": (known) => expectNoneToActOn("replay", known),
  "POST /v1/reminders/{id}/send-now": (known) => expectNoneToActOn("send-now", known),
  "POST /v1/reminders/cancel": (known) => expectNoneFound("cancel", known),
  "POST /v1/reminders/replay": (known) => expectNoneFound("replay", known),
  "POST /v1/reminders/send-now": (known) => expectNoneFound("send-now", known),
  // Protocols are the server's: the same for every clinic, and about no patient.
  "GET /v1/inbox": async ({ theirs, own }) => {
    await expectOnlyOwn(own, "/v1/inbox", theirs);
    await expectOnlyOwn(own, "/v1/inbox?handled=false", theirs);
  },
  "POST /v1/inbox/{id}/handled": async ({ inboxId, own }) => {
    const answer = await own.admin.post(`/v1/inbox/${inboxId}/handled`, { resume: true });
    expectProblem(answer, { status: 404, code: "not_found" });
  },
  "GET /v1/channels": async ({ theirs, own }) => {
    await expectOnlyOwn(own, "/v1/channels", theirs);
  },
  "GET /v1/protocols": async ({ theirs, own }) => {
    await expectOnlyOwn(own, "/v1/protocols", theirs);
  },
  "POST /v1/protocols/{name}/preview": async ({ own }) => {
    const { status, text } = await own.desk.post("/v1/protocols/microneedling/preview", {});
    expect(status).toBe(200);
    expect(text).toContain("Willow Skin Clinic");
    expect(text).not.toContain("Hillside Clinic");
    expect(text).not.toContain(PATIENT.firstName);
  },
};

describe.each(ENGINES)("a clinic on the %s engine", (kind) => {
  const running = useApp(kind);
  let other: TestClinic;
  let known: Known;

  beforeAll(async () => {
    other = await openClinic(running, { name: "Hillside Clinic" });
    const theirs = await other.enrol();
    // Their patient stops emails there, which is nothing to anybody else.
    const stop = { patientId: theirs.treatment.patientId, channel: "email", source: "a test" };
    await optOut(running.app.ledger, { ...stop, channel: "email" }, running.clock.now());
    // Their patient also texted, which has paused permissions there.
    const text = { providerId: "SM1", from: PATIENT.phone, answeredByProvider: false };
    const is = { stops: false, starts: false, alarms: true, answer: null, person: true };
    const read = { ...is, reading: "alarm" as const };
    const reader = { read: () => read, word: () => "call us" };
    const { app, clock } = running;
    await receiveInbound(app.ledger, { ...text, body: "fever" }, reader, clock.now());
    const [item] = (await other.desk.get<PageAnswer<{ id: string }>>("/v1/inbox")).body.items;
    // What is done by filter takes only what was there before.
    running.clock.moveBy(1_000);
    const page = await other.desk.get<PageAnswer<FullReminder>>("/v1/reminders?limit=1");
    const cursor = page.body.nextCursor ?? "";
    const body = enrolmentBody(running.clock.now());
    known = { theirs, cursor, inboxId: item?.id ?? "", own: await openClinic(running), body };
  });

  /** All that there is of the other clinic, as it sees it itself, but for what the queue moves. */
  async function whatTheyHave(): Promise<string> {
    const { id } = known.theirs.treatment;
    const { text } = await other.desk.get(`/v1/treatments/${id}`);
    const { db } = running.app.ledger;
    const patients = db.selectFrom("patients").selectAll().where("clinic_id", "=", other.id);
    return text.replaceAll('"queued"', '"scheduled"') + JSON.stringify(await patients.execute());
  }

  it.each(Object.entries(ROUTES))("neither sees nor changes another's data: %s", async (_, ask) => {
    const before = await whatTheyHave();
    expect(before).toContain(PATIENT.firstName);
    await ask(known);
    expect(await whatTheyHave()).toBe(before);
  });

  it("is held to that on every route that there is", async () => {
    const { document } = await readOpenApi(running.address);
    const routes = Object.entries(document.paths)
      .filter(([path]) => path.startsWith("/v1/"))
      .flatMap(([path, methods]) => Object.keys(methods).map((m) => `${m.toUpperCase()} ${path}`));
    expect(routes.sort()).toEqual(Object.keys(ROUTES).sort());
  });
});

async function expectNoneToActOn(action: string, { theirs, own }: Known): Promise<void> {
  for (const { id } of theirs.reminders) {
    const answer = await own.admin.post(`/v1/reminders/${id}/${action}`, REASON);
    expectProblem(answer, { status: 404, code: "not_found" });
  }
}

/** No filter finds what is theirs: neither by its ids, nor one that finds all. */
async function expectNoneFound(action: string, { theirs, own }: Known): Promise<void> {
  const status = REMINDER_STATUSES;
  const { id: treatmentId, patientId } = theirs.treatment;
  const press = async (filter: object) => {
    const body = { ...REASON, filter, dryRun: false };
    const answer = await own.admin.post<{ matched: number }>(`/v1/reminders/${action}`, body);
    expect(answer.status).toBe(200);
    return answer.body.matched;
  };
  expect(await press({ status, treatmentId })).toBe(0);
  expect(await press({ status, patientId })).toBe(0);
  await press({ status });
}

function expectEmpty(answer: HttpAnswer<unknown>): void {
  expect(answer).toMatchObject({ status: 200, body: { items: [], nextCursor: null } });
}

async function expectOnlyOwn(own: TestClinic, path: string, theirs: EnrolledAnswer): Promise<void> {
  const { status, text } = await own.admin.get(path);
  expect(status).toBe(200);
  const { treatment, reminders } = theirs;
  for (const id of [treatment.id, treatment.patientId, ...reminders.map((each) => each.id)]) {
    expect(text).not.toContain(id);
  }
}
