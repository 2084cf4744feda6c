import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  REMINDER_STATUSES,
  REMINDER_TRANSITIONS,
  type ReminderStatus,
} from "../../../src/domain/reminder.ts";
import { createClinic } from "../../../src/ledger/clinics.ts";
import { type Ledger, openLedger } from "../../../src/ledger/ledger.ts";
import { type Deployment, openDeployment } from "../../support/deployments.ts";
import { ENGINES } from "./engine.ts";

const PAIRS = REMINDER_STATUSES.flatMap((from) => REMINDER_STATUSES.map((to) => ({ from, to })));

const NOW = new Date("2026-11-23T20:30:00.000Z");

describe.each(ENGINES)("a reminder on the %s engine", (kind) => {
  let deployment: Deployment;
  let ledger: Ledger;
  let treatment: { clinic_id: string; patient_id: string; treatment_id: string };

  beforeAll(async () => {
    deployment = await openDeployment(kind);
    const { DATABASE_URL: databaseUrl, DATA_DIR: dataDir = "" } = deployment.env;
    ledger = await openLedger(databaseUrl === undefined ? { dataDir } : { databaseUrl });
    treatment = await addTreatment(ledger);
  });
  afterAll(async () => {
    await ledger?.close();
    await deployment?.close();
  });

  async function reminderIn(status: ReminderStatus): Promise<string> {
    const row = await ledger.db
      .insertInto("reminders")
      .values({
        ...treatment,
        step: "gym-ok",
        position: 0,
        kind: "permission",
        topics: ["gym"],
        channel: "sms",
        channels: ["sms"],
        due_at: NOW,
        send_until: NOW,
        expires_at: NOW,
        status,
        status_reason: null,
        taken_at: null,
        trace: "{}",
        created_at: NOW,
        updated_at: NOW,
      })
      .returning("id")
      .executeTakeFirstOrThrow();
    return row.id;
  }

  async function statusOf(id: string): Promise<string> {
    const row = ledger.db.selectFrom("reminders").select("status").where("id", "=", id);
    return (await row.executeTakeFirstOrThrow()).status;
  }

  function move(id: string, status: ReminderStatus) {
    return ledger.db.updateTable("reminders").set({ status }).where("id", "=", id).execute();
  }

  const allowed = PAIRS.filter(({ from, to }) => isAllowed(from, to));
  const refused = PAIRS.filter(({ from, to }) => !isAllowed(from, to) && from !== to);

  it.each(allowed)("may go from $from to $to", async ({ from, to }) => {
    const id = await reminderIn(from);
    await move(id, to);
    expect(await statusOf(id)).toBe(to);
  });

  it.each(refused)("may not go from $from to $to", async ({ from, to }) => {
    const id = await reminderIn(from);
    await expect(move(id, to)).rejects.toMatchObject({
      code: "23514",
      message: `a reminder cannot go from ${from} to ${to}`,
    });
    expect(await statusOf(id)).toBe(from);
  });

  it.each(REMINDER_STATUSES)("may stay %s", async (status) => {
    const id = await reminderIn(status);
    await move(id, status);
    expect(await statusOf(id)).toBe(status);
  });

  it("is in one of all pairs above", () => {
    expect(allowed.length + refused.length + REMINDER_STATUSES.length).toBe(PAIRS.length);
  });
});

function isAllowed(from: ReminderStatus, to: ReminderStatus): boolean {
  return REMINDER_TRANSITIONS[from].includes(to);
}

/** The rows that a reminder refers to. */
async function addTreatment({ db }: Ledger) {
  const place = { name: "Willow Skin Clinic", timeZone: "America/New_York", region: "US" };
  const { id: clinic_id } = await createClinic(db, place, NOW);
  const { id: patient_id } = await db
    .insertInto("patients")
    .values({
      clinic_id,
      external_id: null,
      first_name: "Mina",
      phone: "+12125550123",
      email: null,
      time_zone: null,
      locale: null,
      created_at: NOW,
      updated_at: NOW,
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  const protocol = { name: "microneedling", version: 1, definition: "{}", pinned_at: NOW };
  await db.insertInto("protocols").values(protocol).execute();
  const { id: treatment_id } = await db
    .insertInto("treatments")
    .values({
      clinic_id,
      patient_id,
      protocol: "microneedling",
      protocol_version: 1,
      performed_at: NOW,
      time_zone: "America/New_York",
      channels: ["sms"],
      page_token: "0123456789abcdefghijkl",
      page_expires_at: NOW,
      created_at: NOW,
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  return { clinic_id, patient_id, treatment_id };
}
