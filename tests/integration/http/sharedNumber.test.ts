import { sql } from "kysely";
import { describe, expect, it } from "vitest";
import { receiveInbound } from "../../../src/ledger/inbound.ts";
import type { EnrolledAnswer, TestClinic } from "../../support/clinic.ts";
import { until } from "../../support/poll.ts";
import { ENGINES } from "../ledger/engine.ts";
import { type InboxItemAnswer, useTexter } from "./texter.ts";

const MINUTE = 60_000;
const QUESTION = {
  steps: [{ key: "how-is-it", kind: "checkin", answers: { "1": "ok", "2": "alarm" } }],
};

interface HandledAnswer extends InboxItemAnswer {
  pauseEnded: boolean;
  openAlarms: number;
}

describe.each(ENGINES)("a number of several people, on the %s engine", (kind) => {
  const texter = useTexter(kind);

  const standing = async ({ treatment }: EnrolledAnswer, at = texter.clinic) =>
    (await at.desk.get<EnrolledAnswer>(`/v1/treatments/${treatment.id}`)).body.reminders;

  /** Enrols somebody, who then has been texted. */
  async function texted(phone: string, facts = {}, at?: TestClinic): Promise<EnrolledAnswer> {
    const enrolled = await texter.enrol(phone, facts, at);
    const now = texter.running.clock.now();
    await until("the first texts have left", async () =>
      (await standing(enrolled, at))
        .filter(({ channel, dueAt }) => channel === "sms" && new Date(dueAt) <= now)
        .every(({ status }) => ["sent", "delivered", "skipped"].includes(status)),
    );
    return enrolled;
  }

  /** A mother and a daughter with one number; the mother was texted last. */
  async function family(): Promise<{
    phone: string;
    mother: EnrolledAnswer;
    daughter: EnrolledAnswer;
  }> {
    const phone = texter.nextPhone();
    const of = (firstName: string) =>
      texted(phone, { externalId: `${firstName}-${phone}`, firstName });
    const daughter = await of("Mina");
    texter.running.clock.moveBy(MINUTE);
    return { phone, mother: await of("Ellen"), daughter };
  }

  /** Whether the permission is held back for an alarm. */
  const held = async (of: EnrolledAnswer) =>
    (await standing(of)).some(
      ({ step, statusReason }) => step === "gym-ok" && statusReason === "paused",
    );
  const alarmsOf = async (phone: string) =>
    (await texter.inbox("?handled=false")).filter(({ from }) => from === phone);
  const handle = async (id: string, body: object = { resume: true }) =>
    (await texter.clinic.admin.post<HandledAnswer>(`/v1/inbox/${id}/handled`, body)).body;
  const optOutsOf = (address: string) =>
    texter.running.app.ledger.db
      .selectFrom("opt_outs")
      .select(["clinic_id", "source"])
      .where("address", "=", address)
      .execute();

  /** Makes what was texted for a patient a check-in of a protocol of its own. */
  async function ask({ treatment }: EnrolledAnswer, protocol: string): Promise<void> {
    const { db } = texter.running.app.ledger;
    await sql`insert into aftercare.protocols (name, version, definition, pinned_at)
      values (${protocol}, 1, ${JSON.stringify(QUESTION)}, now())`.execute(db);
    await sql`update aftercare.treatments set protocol = ${protocol}, protocol_version = 1
      where id = ${treatment.id}`.execute(db);
    await sql`update aftercare.reminders set step = 'how-is-it', kind = 'checkin'
      where treatment_id = ${treatment.id} and channel = 'sms'
        and status in ('sent', 'delivered')`.execute(db);
  }

  it("answers the check-in of whoever of them was asked", async () => {
    const { phone, mother, daughter } = await family();
    await ask(daughter, "peel");
    expect(await texter.text(phone, "2")).toContain("call us now");
    const [item] = await alarmsOf(phone);
    expect(item).toMatchObject({ reading: "answer", alarm: true, reminder: { step: "how-is-it" } });
    expect(item?.patient?.id).toBe(daughter.treatment.patientId);
    expect(await held(mother)).toBe(true);
  });

  it("is read by the alarm words of all their protocols", async () => {
    const { phone, daughter } = await family();
    await ask(daughter, "another-peel");
    const given: unknown[] = [];
    const read = { stops: false, starts: false, alarms: false, answer: null, person: false };
    const reader = {
      read(...args: unknown[]) {
        given.push(...args);
        return { ...read, reading: "reply" as const };
      },
      word: () => "",
    };
    const { app, clock } = texter.running;
    const text = { providerId: `SM${phone}`, from: phone, body: "hi", answeredByProvider: false };
    await receiveInbound(app.ledger, text, reader, clock.now());
    const [protocols, answers] = given;
    expect(new Set(protocols as string[])).toEqual(new Set(["microneedling", "another-peel"]));
    expect(answers).toEqual([{ "1": "ok", "2": "alarm" }]);
  });

  it("is let go on as a whole, once nothing alarming is left", async () => {
    const { phone, mother, daughter } = await family();
    await texter.text(phone, "Mina has a fever");
    texter.running.clock.moveBy(MINUTE);
    await texter.text(phone, "and now a blister");
    expect([await held(mother), await held(daughter)]).toEqual([true, true]);
    const [tuesday, monday] = await alarmsOf(phone);

    const first = await handle(monday?.id ?? "");
    expect(first).toMatchObject({ pauseEnded: false, openAlarms: 1 });
    expect(first.handledBy).toMatch(/^key:/);
    expect(first.patient?.permissionsPausedAt).not.toBeNull();
    expect([await held(mother), await held(daughter)]).toEqual([true, true]);
    // Nor by way of the patient.
    const { patientId } = daughter.treatment;
    const path = `/v1/patients/${patientId}/resume`;
    const asked = await texter.clinic.admin.post(path, { reason: "I called" });
    expect(asked.body).toEqual({ wasPaused: true, pauseEnded: false, openAlarms: 1, planned: 0 });

    const second = await handle(tuesday?.id ?? "");
    expect(second).toMatchObject({ pauseEnded: true, openAlarms: 0 });
    expect(second.patient?.permissionsPausedAt).toBeNull();
    expect([await held(mother), await held(daughter)]).toEqual([false, false]);
    const again = await handle(tuesday?.id ?? "");
    expect(again).toMatchObject({ pauseEnded: false, openAlarms: 0 });
  });

  it("is let go on with whoever has another number since", async () => {
    const { phone, daughter } = await family();
    await texter.text(phone, "so much pain");
    const own = texter.nextPhone();
    await texter.enrol(own, { externalId: `Mina-${phone}`, firstName: "Mina" });
    const paused = () =>
      texter.running.app.ledger.db
        .selectFrom("patients")
        .select("permissions_paused_at")
        .where("id", "=", daughter.treatment.patientId)
        .executeTakeFirst();
    const [alarm] = await alarmsOf(phone);
    expect(await handle(alarm?.id ?? "", {})).toMatchObject({ pauseEnded: false });
    expect((await paused())?.permissions_paused_at).not.toBeNull();
    expect(await handle(alarm?.id ?? "")).toMatchObject({ pauseEnded: true });
    expect(await paused()).toEqual({ permissions_paused_at: null });
  });

  it("tells no clinic what was said to another", async () => {
    const elsewhere = await texter.openAnother("Hillside Clinic");
    const phone = texter.nextPhone();
    await texted(phone, {}, elsewhere);
    texter.running.clock.moveBy(MINUTE);
    await texted(phone);
    const said = "Dr Lee at Willow ruined my face, I have a blister, stop texting me";
    await texter.text(phone, said);
    expect(await alarmsOf(phone)).toMatchObject([{ text: said, reading: "alarm" }]);
    const there = await elsewhere.desk.get("/v1/inbox");
    expect(there.body).toMatchObject({
      items: [{ text: "STOP", reading: "stop", alarm: false, answer: null, handledBy: "program" }],
    });
    expect(there.text).not.toContain("Willow");
    texter.running.clock.moveBy(MINUTE);
    await texter.text(phone, "start texting me again please");
    expect((await texter.inbox("", elsewhere)).map(({ text }) => text)).toEqual(["START", "STOP"]);
  });

  it("is stopped at a clinic that texted it and has corrected it since", async () => {
    const wrong = texter.nextPhone();
    const facts = { externalId: `p-${wrong}` };
    await texted(wrong, facts);
    const right = texter.nextPhone();
    await texter.enrol(right, facts);
    // It is nobody's now.
    expect(await texter.text(wrong, "who is this?")).toBeNull();
    expect(await texter.text(wrong, "Please stop texting me, I am not Ana")).toContain(
      "no more texts",
    );
    expect(await optOutsOf(wrong)).toEqual([{ clinic_id: texter.clinic.id, source: "text" }]);
    expect(await optOutsOf(right)).toEqual([]);
    const kept = (await texter.inbox()).filter(({ from }) => from === wrong);
    expect(kept).toMatchObject([{ text: "STOP", reading: "stop", patient: null }]);
    // Confirmed once, and kept to when the number is entered again.
    expect(await texter.text(wrong, "STOP")).toBeNull();
    const again = await texter.enrol(wrong, { externalId: `q-${wrong}` });
    expect(again.reminders.every(({ channel }) => channel === "email")).toBe(true);
    expect(await texter.text(wrong, "START")).toContain("again");
    expect(await optOutsOf(wrong)).toEqual([]);
  });
});
