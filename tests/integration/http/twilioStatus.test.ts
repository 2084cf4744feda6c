import { randomUUID } from "node:crypto";
import twilio from "twilio";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PUBLIC_URL, startTestApp, type TestApp, useApp } from "../../support/app.ts";
import { callerAt, type HttpAnswer, type ProblemAnswer } from "../../support/appCaller.ts";
import { openClinic, type ReminderDetail, type TestClinic } from "../../support/clinic.ts";
import { type Deployment, openDeployment } from "../../support/deployments.ts";
import { type FakeTwilio, startFakeTwilio } from "../../support/fakeTwilio.ts";
import type { TakenMessage } from "../../support/fakeTwilioMessage.ts";
import { until } from "../../support/poll.ts";
import { ENGINES } from "../ledger/engine.ts";
import { expectProblem } from "./refusal.ts";

type Params = Record<string, string>;

const DELIVERED = { MessageStatus: "delivered", MessageSid: "SM1" };

/** Posts a form to a callback's address as anybody could. */
function post(
  address: string,
  path: string,
  params: Params,
  signature?: string,
): Promise<HttpAnswer<ProblemAnswer>> {
  const headers = {
    "content-type": "application/x-www-form-urlencoded",
    ...(signature !== undefined && { "x-twilio-signature": signature }),
  };
  const body = new URLSearchParams(params).toString();
  return callerAt(address, null).call("POST", path, { headers, body });
}

describe.each(ENGINES)("Twilio's word about a message, on the %s engine", (kind) => {
  let deployment: Deployment;
  let fake: FakeTwilio;
  let running: TestApp;
  let clinic: TestClinic;
  let patients = 0;

  beforeAll(async () => {
    fake = await startFakeTwilio();
    deployment = await openDeployment(kind);
    running = await startTestApp(deployment, { worker: true, env: fake.env });
    fake.routeCallbacks({ publicUrl: PUBLIC_URL, localUrl: running.address });
    clinic = await openClinic(running);
  });
  afterAll(async () => {
    await running?.app.close();
    await deployment?.close();
    await fake?.close();
  });

  /** Enrols somebody, and waits until the text about products is as far as `status`. */
  async function texted(status = "sent"): Promise<{ id: string; attemptId: string; sid: string }> {
    const phone = `+1212555${1000 + ++patients}`;
    const { reminders } = await clinic.enrol({ externalId: `p-${patients}`, phone });
    const id = reminders.find(({ step }) => step === "products")?.id ?? "";
    const [attempt] = await until(`the text is ${status}`, async () => {
      const { status: now, attempts } = await detailOf(id);
      return now === status && attempts;
    });
    const attemptId = attempt?.id ?? "";
    return { id, attemptId, sid: taken(attemptId)?.sid ?? "" };
  }

  const taken = (attemptId: string): TakenMessage | undefined =>
    fake.messages.find(({ params }) => params["StatusCallback"]?.endsWith(attemptId));
  const pathOf = (attemptId: string) => `/webhooks/twilio/status/${attemptId}`;
  const detailOf = async (id: string) =>
    (await clinic.desk.get<ReminderDetail>(`/v1/reminders/${id}`)).body;
  const receiptsOf = async (id: string) =>
    (await detailOf(id)).attempts.flatMap(({ receipts }) => receipts.map(({ status }) => status));
  const sign = (path: string, params: Params, token = fake.authToken, base = PUBLIC_URL) =>
    twilio.getExpectedTwilioSignature(token, base + path, params);

  it("settles the reminder and its attempt, step by step", async () => {
    const { id, sid } = await texted();
    expect(await fake.callback(sid, "sending")).toMatchObject({ httpStatus: 204 });
    expect(await detailOf(id)).toMatchObject({ status: "sent", attempts: [{ status: "sent" }] });
    expect(await fake.callback(sid, "sent")).toMatchObject({ httpStatus: 204 });
    expect(await fake.callback(sid, "delivered")).toMatchObject({ httpStatus: 204 });
    expect(await detailOf(id)).toMatchObject({
      status: "delivered",
      statusReason: null,
      attempts: [{ status: "delivered", providerId: sid, code: null }],
    });
    expect(await receiptsOf(id)).toEqual(["sending", "sent", "delivered"]);
  });

  it("stands when an earlier word comes after it", async () => {
    const { id, sid } = await texted();
    await fake.callback(sid, "delivered");
    for (const late of ["sent", "queued", "failed"] as const) {
      expect(await fake.callback(sid, late)).toMatchObject({ httpStatus: 204 });
    }
    expect(await detailOf(id)).toMatchObject({
      status: "delivered",
      statusReason: null,
      attempts: [{ status: "delivered", code: null }],
    });
    expect(await receiptsOf(id)).toEqual(["delivered", "sent", "queued", "failed"]);
  });

  it("counts once, however often and however many at once it comes", async () => {
    const { id, sid } = await texted();
    const results = await Promise.all(
      Array.from({ length: 10 }, () => fake.callback(sid, "delivered")),
    );
    expect(results.every((result) => result?.httpStatus === 204)).toBe(true);
    expect(await receiptsOf(id)).toEqual(["delivered"]);
  });

  it("settles a send of which nobody knew what became of it", async () => {
    fake.acceptThenDrop(1, { body: "exfoliants" });
    const { id, attemptId, sid } = await texted("unknown");
    expect(sid).toMatch(/^SM/);
    const params = { ...DELIVERED, MessageSid: sid };
    const path = pathOf(attemptId);
    expect((await post(running.address, path, params, sign(path, params))).status).toBe(204);
    expect(await detailOf(id)).toMatchObject({ status: "delivered" });
  });

  it("is refused unless it is signed for this very request", async () => {
    const { id, attemptId } = await texted();
    const other = await texted();
    const path = pathOf(attemptId);
    const good = sign(path, DELIVERED);
    const refused = [
      post(running.address, path, DELIVERED),
      post(running.address, path, DELIVERED, ""),
      post(running.address, path, DELIVERED, "bm90IGEgc2lnbmF0dXJl"),
      post(running.address, path, { ...DELIVERED, MessageStatus: "failed" }, good),
      post(running.address, path, { ...DELIVERED, Added: "1" }, good),
      post(running.address, path, {}, good),
      post(running.address, `${path}?x=1`, DELIVERED, good),
      post(running.address, pathOf(other.attemptId), DELIVERED, good),
      post(running.address, path, DELIVERED, sign(path, DELIVERED, "another-auth-token")),
      post(running.address, path, DELIVERED, sign(path, DELIVERED, undefined, running.address)),
      post(running.address, pathOf("not-an-id"), DELIVERED, good),
    ];
    for (const answer of await Promise.all(refused)) {
      expectProblem(answer, { status: 403, code: "bad_signature" });
    }
    // A form is signed, and nothing else.
    const signed = { "x-twilio-signature": good };
    const json = await callerAt(running.address, null).post(path, DELIVERED, signed);
    expectProblem(json, { status: 415, code: "unsupported_media_type" });
    expect(await receiptsOf(id)).toEqual([]);
    expect(await receiptsOf(other.id)).toEqual([]);
    expect((await post(running.address, path, DELIVERED, good)).status).toBe(204);
    expect(await receiptsOf(id)).toEqual(["delivered"]);
  });

  it("is harmless about an attempt that there is not", async () => {
    const path = pathOf(randomUUID());
    const answer = await post(running.address, path, DELIVERED, sign(path, DELIVERED));
    expect(answer.status).toBe(204);
    const none = pathOf("not-an-id");
    expectProblem(await post(running.address, none, DELIVERED, sign(none, DELIVERED)), {
      status: 404,
      code: "not_found",
    });
  });

  it("is refused where it says nothing of a message", async () => {
    const { attemptId } = await texted();
    const path = pathOf(attemptId);
    const answer = await post(running.address, path, { A: "b" }, sign(path, { A: "b" }));
    expectProblem(answer, { status: 422, code: "validation_failed", paths: ["MessageStatus"] });
  });
});

describe("without Twilio", () => {
  const running = useApp("embedded");

  it("nobody is heard, however the request is signed", async () => {
    const path = `/webhooks/twilio/status/${randomUUID()}`;
    for (const token of ["", "undefined", "null"]) {
      const signature = twilio.getExpectedTwilioSignature(token, PUBLIC_URL + path, DELIVERED);
      const answer = await post(running.address, path, DELIVERED, signature);
      expectProblem(answer, { status: 404, code: "not_found" });
    }
  });
});
