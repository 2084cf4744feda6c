import { sql } from "kysely";
import { beforeAll, describe, expect, it } from "vitest";
import { optOut } from "../../../src/ledger/optingOut.ts";
import { useApp } from "../../support/app.ts";
import { callerAt } from "../../support/appCaller.ts";
import { type EnrolledAnswer, openClinic, type TestClinic } from "../../support/clinic.ts";
import { ENGINES } from "../ledger/engine.ts";
import { enrolWithPage, open, type PagePatient, postForm, sectionOf } from "./patientPages.ts";

const START =
  "They were stopped by text. To get them again, text START to the number that they came from.";
const ON = ["Text messages: on", "Stop the text messages", "Emails: on", "Stop the emails"];

describe.each(ENGINES)("stop and resume on the patient's page, on the %s engine", (kind) => {
  const running = useApp(kind);
  let clinic: TestClinic;
  beforeAll(async () => {
    clinic = await openClinic(running);
  });

  /** What the page says of texts and emails, without what it always says. */
  async function choices({ path }: PagePatient): Promise<string[]> {
    return sectionOf((await open(running, path)).text, "choices").slice(0, -1);
  }

  /** How the treatment's messages on a channel stand, each way once; what is handed over waits, too. */
  async function standing({ treatment }: PagePatient, channel: string): Promise<string[]> {
    const { body } = await clinic.desk.get<EnrolledAnswer>(`/v1/treatments/${treatment.id}`);
    const own = body.reminders.filter((reminder) => reminder.channel === channel);
    const stands = own.map(({ status, statusReason }) => {
      return status === "queued" ? "scheduled" : `${status} ${statusReason ?? ""}`.trim();
    });
    return [...new Set(stands)];
  }

  /** Who changed what about a channel in a clinic. */
  async function changes({ id }: TestClinic): Promise<unknown[]> {
    const { rows } = await sql`select type, actor, detail->>'channel' as channel
      from aftercare.events
      where clinic_id = ${id} and type in ('opted out', 'opted in') order by id`.execute(
      running.app.ledger.db,
    );
    return rows;
  }

  it.each([
    ["sms", "Text messages: stopped", "Resume the text messages"],
    ["email", "Emails: stopped", "Resume the emails"],
  ] as const)("stop and resume %s, and say so", async (channel, stopped, resume) => {
    const patient = await enrolWithPage(running, clinic);
    expect(await choices(patient)).toEqual(ON);
    const stop = await postForm(running, `${patient.path}/stop`, { channel });
    expect([stop.status, stop.location]).toEqual([303, `../${patient.path.slice("/t/".length)}`]);
    const said = await choices(patient);
    expect(said).toContain(stopped);
    expect(said).toContain(resume);
    expect(await standing(patient, channel)).toContain("skipped opted_out");
    expect(await standing(patient, channel)).not.toContain("scheduled");

    expect((await postForm(running, `${patient.path}/resume`, { channel })).status).toBe(303);
    expect(await choices(patient)).toEqual(ON);
  });

  it("are in the history once each, as the patient's doing", async () => {
    const place = await openClinic(running, { name: "Hillside Clinic" });
    const { path } = await enrolWithPage(running, place);
    for (const choice of ["resume", "stop", "resume", "resume"]) {
      expect((await postForm(running, `${path}/${choice}`, { channel: "sms" })).status).toBe(303);
    }
    expect(await changes(place)).toEqual([
      { type: "opted out", actor: "patient", channel: "sms" },
      { type: "opted in", actor: "patient", channel: "sms" },
    ]);
  });

  it("change nothing on a GET", async () => {
    const patient = await enrolWithPage(running, clinic);
    for (const path of ["stop", "resume", "stop?channel=sms"]) {
      expect((await open(running, `${patient.path}/${path}`)).status).toBe(404);
    }
    expect(await choices(patient)).toEqual(ON);
  });

  it("reach no further than the address, the channel and the clinic", async () => {
    const elsewhere = await openClinic(running, { name: "Hillside Clinic" });
    const facts = { phone: "+12125550166", email: "shared@example.test" };
    const one = await enrolWithPage(running, clinic, facts);
    const there = await enrolWithPage(running, elsewhere, facts);
    const stranger = await enrolWithPage(running, clinic);
    await postForm(running, `${there.path}/stop`, { channel: "email" });
    await postForm(running, `${one.path}/stop`, { channel: "sms" });
    expect(await choices(stranger)).toEqual(ON);
    await postForm(running, `${one.path}/resume`, { channel: "email" });
    await postForm(running, `${one.path}/resume`, { channel: "sms" });
    expect(await choices(one)).toEqual(ON);
    expect(await choices(there)).toContain("Emails: stopped");
  });

  it.each([
    ["sms", { phone: "+12125550177" }],
    ["email", { email: "family@example.test" }],
  ] as const)("hold for everybody with the address, by %s", async (channel, shared) => {
    const one = await enrolWithPage(running, clinic, shared);
    const folded = "email" in shared ? { email: "Family@Example.test" } : shared;
    const other = await enrolWithPage(running, clinic, folded);
    const elsewhere = await openClinic(running, { name: "Hillside Clinic" });
    const there = await enrolWithPage(running, elsewhere, shared);
    const waiting = await standing(other, channel);
    await postForm(running, `${one.path}/stop`, { channel });
    await postForm(running, `${there.path}/stop`, { channel });
    expect(await standing(other, channel)).not.toContain("scheduled");

    await postForm(running, `${one.path}/resume`, { channel });
    expect(await standing(one, channel)).toEqual(waiting);
    expect(await standing(other, channel)).toEqual(waiting);
    const { body } = await elsewhere.desk.get<EnrolledAnswer>(
      `/v1/treatments/${there.treatment.id}`,
    );
    const own = body.reminders.filter((reminder) => reminder.channel === channel);
    expect(own.some(({ status }) => status === "scheduled")).toBe(false);
  });

  it.each(["text", "twilio 21610"])("leave alone a stop of texts by %s", async (source) => {
    const patient = await enrolWithPage(running, clinic);
    const { patientId } = patient.treatment;
    const { app, clock } = running;
    // Stopping here once more makes no choice of the page of it.
    await optOut(app.ledger, { patientId, channel: "sms", source }, clock.now());
    await postForm(running, `${patient.path}/stop`, { channel: "sms" });
    const shown = ["Text messages: stopped", START, "Emails: on", "Stop the emails"];
    expect(await choices(patient)).toEqual(shown);

    const resumed = await postForm(running, `${patient.path}/resume`, { channel: "sms" });
    expect([resumed.status, resumed.location]).toEqual([
      303,
      `../${patient.path.slice("/t/".length)}`,
    ]);
    expect(await choices(patient)).toEqual(shown);
    expect(await standing(patient, "sms")).not.toContain("scheduled");
  });

  it("take a text over a choice that was made on the page", async () => {
    const patient = await enrolWithPage(running, clinic, { locale: "es" });
    const { patientId } = patient.treatment;
    const { app, clock } = running;
    await postForm(running, `${patient.path}/stop`, { channel: "sms" });
    expect(await choices(patient)).toContain("Volver a recibir mensajes de texto");
    await optOut(app.ledger, { patientId, channel: "sms", source: "text" }, clock.now());
    const said = await choices(patient);
    expect(said).not.toContain("Volver a recibir mensajes de texto");
    expect(said.join(" ")).toContain("envíe START");
  });

  it("hold for enrolments to come: stopped ones plan around it, resumed ones as before", async () => {
    const facts = { externalId: `p-again-${kind}` };
    const { path } = await enrolWithPage(running, clinic, facts);
    const channelsOf = async () => {
      const { reminders } = await enrolWithPage(running, clinic, facts);
      return [...new Set(reminders.map(({ channel }) => channel))].sort();
    };
    // The addresses are those of the first enrolment until somebody gives others.
    const known = await sql<{ phone: string }>`select phone from aftercare.patients
      where external_id = ${facts.externalId}`.execute(running.app.ledger.db);
    const phone = known.rows[0]?.phone ?? "";
    Object.assign(facts, { phone });
    await postForm(running, `${path}/stop`, { channel: "sms" });
    expect(await channelsOf()).toEqual(["email"]);
    await postForm(running, `${path}/resume`, { channel: "sms" });
    expect(await channelsOf()).toEqual(["email", "sms"]);
  });

  it("offer only channels that the patient agreed to", async () => {
    const patient = await enrolWithPage(running, clinic);
    await sql`delete from aftercare.consents where channel = 'email'
      and patient_id = ${patient.treatment.patientId}`.execute(running.app.ledger.db);
    expect(await choices(patient)).toEqual(ON.slice(0, 2));
  });

  it("refuse what is no channel and what is no form, as a page, and change nothing", async () => {
    const patient = await enrolWithPage(running, clinic);
    expect((await postForm(running, `${patient.path}/stop`, { channel: "fax" })).status).toBe(422);
    expect((await postForm(running, `${patient.path}/stop`, {})).status).toBe(422);
    const json = await callerAt(running.address, null).post(`${patient.path}/stop`, {
      channel: "sms",
    });
    expect(json.status).toBe(415);
    expect(json.headers.get("content-type")).toBe("text/html; charset=utf-8");
    const unknown = await postForm(running, `/t/${"A".repeat(22)}/stop`, { channel: "sms" });
    expect(unknown.status).toBe(404);
    expect(unknown.text).toContain("<h1>This link does not work</h1>");
    expect(await choices(patient)).toEqual(ON);
  });
});
