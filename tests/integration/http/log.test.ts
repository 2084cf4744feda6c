import net from "node:net";
import twilioLibrary from "twilio";
import { describe, expect, it } from "vitest";
import { openPool } from "../../../src/ledger/pool.ts";
import { FIRST_KEY, PUBLIC_URL } from "../../support/app.ts";
import { callerAt } from "../../support/appCaller.ts";
import { type EnrolledAnswer, enrolmentBody, PATIENT } from "../../support/clinic.ts";
import { openDeployment } from "../../support/deployments.ts";
import { startFakeSmtp } from "../../support/fakeSmtp.ts";
import { startFakeTwilio } from "../../support/fakeTwilio.ts";
import { until } from "../../support/poll.ts";
import { type Owner, startProgram } from "../../support/program.ts";

const CLINIC_NAME = "Willow Skin Clinic";
const MAIL_PASSWORD = "a-password-of-the-mail-server";

/** Says in a database error all that a row holds, as a driver's message may. */
const PLANT = `create function aftercare.tell() returns trigger language plpgsql as
  $$ begin raise exception using message = 'planted: ' || new::text || chr(10) || new::text; end $$;
  create trigger planted before insert on aftercare.patients
    for each row when (new.first_name = 'Griselda') execute function aftercare.tell();
  create trigger planted before update on aftercare.attempts
    for each row when (new.body like '%Unrecorded%') execute function aftercare.tell();
  create trigger planted before insert on aftercare.inbound_messages
    for each row when (new.body like 'Griselda%') execute function aftercare.tell();`;

describe("the log at its finest level", () => {
  it("holds nothing personal and no secret, whatever happens", { timeout: 90_000 }, async ({
    onTestFinished,
  }) => {
    const owner = { onTestFinished };
    const { program, twilio, smtp, plant } = await start(owner);
    const desk = callerAt(program.address, FIRST_KEY);
    let patients = 0;
    const enrol = (firstName: string, changes: object = {}) => {
      const number = ++patients;
      const contact = { phone: `+1212555${2000 + number}`, email: `p${number}@people.test` };
      const body = enrolmentBody(new Date(), { firstName, externalId: `p-${number}`, ...contact });
      return desk.post<EnrolledAnswer>("/v1/treatments", { ...body, ...changes });
    };

    // Delivered, refused by the providers, cut off, answered with a page, and never recorded.
    expect((await enrol("Wilhelmina")).status).toBe(201);
    await until(
      "all has arrived",
      () => twilio.messages.length === 2 && smtp.messages.length === 1,
    );
    twilio.refuse({ status: 400, code: 21211, times: 1 });
    twilio.drop();
    twilio.html500();
    twilio.acceptThenDrop();
    smtp.refuse({ at: "recipient", code: 550, text: "no such user p2@people.test", times: 1 });
    smtp.drop("end", 1, { keep: true });
    for (const firstName of ["Lucretia", "Ermengarde"]) {
      expect((await enrol(firstName)).status).toBe(201);
    }
    await plant(PLANT);
    expect((await enrol("Unrecorded")).status).toBe(201);
    await until("the queue has told of it", () => program.stderr().includes('"part":"queue"'));

    // Failed here, and refused here.
    expect((await enrol("Griselda")).status).toBe(500);
    expect((await enrol("Griselda", { protocol: "Griselda's" })).status).toBe(422);
    expect((await desk.post("/v1/treatments", '{"firstName":"Griselda"')).status).toBe(400);
    expect((await desk.get(`/v1/treatments/${PATIENT.phone}`)).status).toBe(404);
    expect((await desk.get(`/Griselda?email=${PATIENT.email}`)).status).toBe(404);
    expect((await desk.get("/v1/treatments/Griselda%zz")).status).toBe(400);
    expect(
      (await callerAt(program.address, "ac_a-key-of-nobody").get("/v1/reminders")).status,
    ).toBe(401);
    await sendRaw(program.address, `GET /Griselda HTTP/9\r\nAuthorization: ${FIRST_KEY}\r\n\r\n`);
    await sendRaw(program.address, `GET / HTTP/1.1\r\nX-Name: ${"Griselda".repeat(4_000)}\r\n\r\n`);

    // What the providers and the patient say afterwards.
    const sid = twilio.messages[0]?.sid ?? "";
    expect((await twilio.callback(sid, "delivered"))?.httpStatus).toBe(204);
    const form = { "content-type": "application/x-www-form-urlencoded" };
    const path = new URL(twilio.messages[1]?.params["StatusCallback"] ?? PUBLIC_URL).pathname;
    expect((await desk.post(path, `To=${PATIENT.phone}&MessageStatus=sent`, form)).status).toBe(
      403,
    );
    const text = (Body: string, sid: string) => {
      const to = "/webhooks/twilio/inbound";
      const params = { MessageSid: sid, From: twilio.messages[0]?.params["To"] ?? "", Body };
      const signature = twilioLibrary.getExpectedTwilioSignature(
        twilio.authToken,
        PUBLIC_URL + to,
        params,
      );
      const headers = { ...form, "x-twilio-signature": signature };
      return desk.post(to, new URLSearchParams(params).toString(), headers);
    };
    expect((await text("Wilhelmina has a fever, says p1@people.test", "SM1")).status).toBe(200);
    expect((await text("Griselda has a fever", "SM2")).status).toBe(500);
    expect((await text("Wilhelmina says STOP", "SM3")).status).toBe(200);
    const [mail] = smtp.messages;
    const link = /<https:\/\/care\.example\.test(\/u\/[^>\s]+)>/.exec(unfolded(mail?.raw))?.[1];
    expect((await desk.get(link ?? "")).status).toBe(200);
    expect((await desk.post(link ?? "", "List-Unsubscribe=One-Click", form)).status).toBe(200);

    const { stderr, code } = await program.stop();
    expect(code).toBe(0);
    const lines = stderr.trimEnd().split("\n");
    const messages = lines.map((line) => (JSON.parse(line) as { msg?: string }).msg);
    // It was listened to where it is most at stake.
    for (const msg of ["answered", "request failed", "will try again"]) {
      expect(messages).toContain(msg);
    }
    const texts = twilio.messages.flatMap(({ params }) => params["Body"]?.match(/.{20}/gs) ?? []);
    const names = ["Wilhelmina", "Lucretia", "Ermengarde", "Unrecorded", "Griselda", CLINIC_NAME];
    const contacts = ["2125552", "people.test", PATIENT.phone, PATIENT.email, "p-1", "p-2"];
    const secrets = [FIRST_KEY, twilio.authToken, MAIL_PASSWORD, link ?? "", "ac_a-key", "planted"];
    const found = [...names, ...contacts, ...secrets, ...texts].filter((x) => stderr.includes(x));
    expect(found).toEqual([]);
    // Bytes would hide them from the search above.
    expect(stderr).not.toMatch(/"type":"Buffer"|rawPacket/);
  });
});

/** The program and everything around it; all of it ends with the test. */
async function start(owner: Owner) {
  const twilio = await startFakeTwilio();
  owner.onTestFinished(() => twilio.close());
  const smtp = await startFakeSmtp({ auth: { user: "care", pass: MAIL_PASSWORD } });
  owner.onTestFinished(() => smtp.close());
  const deployment = await openDeployment("postgres");
  owner.onTestFinished(() => deployment.close());
  const { DATABASE_URL = "" } = deployment.env;
  const program = await startProgram(owner, ["serve"], {
    ...deployment.env,
    LOG_LEVEL: "trace",
    AFTERCARE_API_KEY: FIRST_KEY,
    CLINIC_NAME,
    PUBLIC_URL,
    ...twilio.env,
    SMTP_URL: smtp.url,
    MAIL_FROM: "care@willow.example.test",
  });
  twilio.routeCallbacks({ publicUrl: PUBLIC_URL, localUrl: program.address });
  const plant = async (sql: string) => {
    const pool = openPool(DATABASE_URL);
    try {
      await pool.query(sql);
    } finally {
      await pool.end();
    }
  };
  return { program, twilio, smtp, plant };
}

/** Sends what is no HTTP, and waits until the program has closed the connection. */
function sendRaw(address: string, request: string): Promise<void> {
  const { hostname, port } = new URL(address);
  return new Promise((resolve) => {
    const socket = net.connect(Number(port), hostname, () => socket.write(request));
    socket.resume();
    // It may be reset, since what was sent is not read to its end.
    socket.on("error", () => {});
    socket.on("close", () => resolve());
  });
}

/** A mail's headers with each on one line (RFC 5322, section 2.2.3). */
function unfolded(raw: Buffer | null | undefined): string {
  return (raw?.toString() ?? "").replace(/\r\n[ \t]+/g, " ");
}
