import { describe, expect, it } from "vitest";
import { ENGINES } from "../ledger/engine.ts";
import { useTexter } from "./texter.ts";

describe.each(ENGINES)("the audit of patients, on the %s engine", (kind) => {
  const texter = useTexter(kind);

  /** The events of these types since `after`, oldest first. */
  async function eventsOf(types: string[], after = 0) {
    const { db } = texter.running.app.ledger;
    return db
      .selectFrom("events")
      .select(["id", "type", "actor", "detail"])
      .where("clinic_id", "=", texter.clinic.id)
      .where("type", "in", types)
      .where("id", ">", after)
      .orderBy("id")
      .execute();
  }
  const lastId = async (types: string[]) => Number((await eventsOf(types)).at(-1)?.id ?? 0);
  const withoutIds = (events: Awaited<ReturnType<typeof eventsOf>>) =>
    events.map(({ type, actor, detail }) => ({ type, actor, detail }));

  it("names by their ids all who are stopped by a number, and who go on", async () => {
    const types = ["opted out", "opted in"];
    const phone = texter.nextPhone();
    const family = [];
    for (const firstName of ["Ellen", "Nina"]) {
      const { treatment } = await texter.enrol(phone, { firstName, externalId: firstName + phone });
      family.push(treatment.patientId);
    }
    await texter.enrol(texter.nextPhone());
    const before = await lastId(types);
    await texter.text(phone, "STOP");
    await texter.text(phone, "START");
    const detail = { channel: "sms", source: "text", patientIds: family.sort() };
    const events = withoutIds(await eventsOf(types, before));
    expect(events).toEqual([
      { type: "opted out", actor: "patient", detail },
      { type: "opted in", actor: "patient", detail },
    ]);
    expect(JSON.stringify(events)).not.toContain(phone.slice(-7));
  });

  it("names whose permissions an alarm pauses, also where none was waiting", async () => {
    const phone = texter.nextPhone();
    const { treatment } = await texter.enrol(phone);
    const cancel = `/v1/treatments/${treatment.id}/cancel`;
    await texter.clinic.admin.post(cancel, { reason: "not done" });
    const before = await lastId(["permissions paused"]);
    await texter.text(phone, "I have a fever");
    await texter.text(phone, "I have a fever, and nobody calls");
    expect(withoutIds(await eventsOf(["permissions paused"], before))).toEqual([
      { type: "permissions paused", actor: "patient", detail: { patientId: treatment.patientId } },
    ]);
  });

  it("names what changed of a patient, and never to what", async () => {
    const phone = texter.nextPhone();
    const facts = { externalId: "p-moving", firstName: "Mina", email: "mina@example.test" };
    const { treatment } = await texter.enrol(phone, facts);
    const { patientId } = treatment;
    const before = await lastId(["patient changed"]);
    await texter.enrol(phone, facts);
    expect(await eventsOf(["patient changed"], before)).toEqual([]);

    await texter.enrol(phone, { ...facts, firstName: "Wilhelmina", locale: "es" });
    const moved = texter.nextPhone();
    await texter.enrol(moved, { ...facts, firstName: "Wilhelmina", locale: "es" });
    const events = withoutIds(await eventsOf(["patient changed"], before));
    const actor = `key:${texter.clinic.deskKey.id}`;
    const type = "patient changed";
    expect(events).toEqual([
      { type, actor, detail: { patientId, fields: ["firstName", "locale"], newLinks: false } },
      { type, actor, detail: { patientId, fields: ["phone"], newLinks: true } },
    ]);
    for (const value of ["mina", moved.slice(-7), phone.slice(-7)]) {
      expect(JSON.stringify(events).toLowerCase()).not.toContain(value);
    }
  });
});
