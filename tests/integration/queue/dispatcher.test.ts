import { sql } from "kysely";
import { describe, expect, it } from "vitest";
import { noteSign } from "../../../src/ledger/channelStates.ts";
import { createClinic } from "../../../src/ledger/clinics.ts";
import { takeDue } from "../../../src/ledger/dispatch.ts";
import type { JobData } from "../../../src/queue/backend.ts";
import { DEPLOYMENTS } from "../../support/deployments.ts";
import { useRig } from "./rig.ts";

describe.each(DEPLOYMENTS)("the dispatcher on %s", (kind) => {
  const rig = useRig(kind);

  it("hands over what is due within the horizon, with its delay, and nothing else", async () => {
    const { reminders } = await rig.enrol("spread");
    rig.skip(29.5 * 60_000);
    await rig.dispatch();

    const handedOver = await rig.queue.getJobs(["waiting", "delayed"]);
    const [now, later] = handedOver.toSorted((a, b) => a.delay - b.delay);
    const ticketOf = (index: number) => ({ reminderId: reminders[index]?.id, dispatchNo: 1 });
    expect(handedOver).toHaveLength(2);
    expect(now).toMatchObject({ delay: 0, data: { tickets: [ticketOf(0)] } });
    expect(later?.data).toEqual({ tickets: [ticketOf(1)] });
    const { delay } = later ?? {};
    expect(delay).toBeGreaterThan(0);
    expect(delay).toBeLessThanOrEqual(30_000);
    expect(await statuses()).toEqual({ queued: 2, scheduled: 1 });

    await rig.dispatch();
    expect(await rig.queue.getJobCountByTypes("waiting", "delayed")).toBe(2);
    await rig.queue.obliterate({ force: true });
  });

  it("beside another takes each reminder once, however many are due", async () => {
    const { reminder } = await rig.enrol("once");
    await copyReminder(reminder.id, 1_200);
    await Promise.all([rig.dispatch(), rig.dispatch()]);

    const jobs = await rig.queue.getJobs(["waiting"], 0, 2_000);
    const reminders = jobs.flatMap(({ data }) => (data as JobData).tickets).map(idOf);
    expect(reminders).toHaveLength(1_201);
    expect(new Set(reminders).size).toBe(1_201);
    const { rows } = await sql<{ dispatchNo: number }>`
      select distinct dispatch_no as "dispatchNo" from aftercare.reminders
      where step = 'step-0' and treatment_id = ${reminder.treatmentId}`.execute(rig.ledger.db);
    expect(rows).toEqual([{ dispatchNo: 1 }]);
    await rig.queue.obliterate({ force: true });
  });

  it("gives a clinic's reminders of one instant and channel a job for ten of them, and no others", async () => {
    const { reminder } = await rig.enrol("once", ["sms"]);
    await copyReminder(reminder.id, 22, { laterMs: 10_000 });
    await copyReminder(reminder.id, 2, { laterMs: 11_000 });
    await copyReminder(reminder.id, 3, { clinicId: await copyClinic("Elm"), laterMs: 10_000 });
    const mail = await rig.enrol("once", ["email"]);
    await rig.dispatch();
    const jobs = await rig.queue.getJobs(["waiting", "delayed"]);
    const sizes = jobs.map(({ data, delay }) => ({
      seconds: Math.ceil(delay / 1_000),
      tickets: (data as JobData).tickets.length,
    }));
    const inOrder = sizes.toSorted((a, b) => a.seconds - b.seconds || a.tickets - b.tickets);
    expect(inOrder.map(({ seconds, tickets }) => [seconds, tickets])).toEqual([
      [0, 1],
      [0, 1],
      [10, 2],
      [10, 3],
      [10, 10],
      [10, 10],
      [11, 2],
    ]);
    const withMail = jobs
      .map(({ data }) => (data as JobData).tickets.map(idOf))
      .filter((ids) => ids.includes(mail.reminder.id));
    expect(withMail).toEqual([[mail.reminder.id]]);
    await rig.queue.obliterate({ force: true });
    await sql`update aftercare.reminders set status = 'cancelled'
      where status in ('scheduled', 'queued')`.execute(rig.ledger.db);
  });

  it("is fair: a clinic with a long backlog keeps no other waiting, nor does a paused one", async () => {
    const { ledger, clock } = rig;
    const { reminder } = await rig.enrol("once");
    await copyReminder(reminder.id, 700);
    const other = await copyClinic("Birch");
    const paused = await copyClinic("Cedar");
    await copyReminder(reminder.id, 3, { clinicId: other, laterMs: 1_000 });
    await copyReminder(reminder.id, 600, { clinicId: paused, laterMs: -1_000 });
    const fault = { kind: "accountFault", code: "20003", detail: "", by: "answer" } as const;
    await noteSign(ledger.db, { clinicId: paused, channel: "sms" }, fault, clock.now());

    rig.skip(2_000);
    const now = clock.now();
    const taken = await takeDue(ledger, now, 150, now);
    const clinics = await clinicsOf(taken.map(({ reminderId }) => reminderId));
    expect(clinics).toEqual({ [rig.clinic.id]: 100, [other]: 3 });
    // The most overdue first.
    const dues = taken.map(({ dueAt }) => dueAt.getTime());
    expect(dues).toEqual(dues.toSorted((a, b) => a - b));

    let rest = 0;
    for (let more = 1; more > 0; rest += more) {
      more = (await takeDue(ledger, now, 150, now)).length;
    }
    expect(rest).toBe(601);
  });

  async function clinicsOf(ids: string[]): Promise<Record<string, number>> {
    const { rows } = await sql<{ id: string; count: number }>`
      select clinic_id as id, count(*)::int as count from aftercare.reminders
      where id = any(${ids}::uuid[]) group by clinic_id`.execute(rig.ledger.db);
    return Object.fromEntries(rows.map(({ id, count }) => [id, count]));
  }

  async function copyClinic(name: string): Promise<string> {
    const facts = { name, timeZone: "America/New_York", region: "US" };
    return (await createClinic(rig.ledger.db, facts, rig.clock.now())).id;
  }

  async function statuses(): Promise<Record<string, number>> {
    const { rows } = await sql<{ status: string; count: number }>`
      select status, count(*)::int as count from aftercare.reminders
      group by status`.execute(rig.ledger.db);
    return Object.fromEntries(rows.map(({ status, count }) => [status, count]));
  }

  /** A thousand enrolments would take longer than the test. */
  async function copyReminder(
    id: string,
    times: number,
    { clinicId = rig.clinic.id, laterMs = 0 } = {},
  ): Promise<void> {
    await sql`
      insert into aftercare.reminders (clinic_id, treatment_id, patient_id, step, position, kind,
        topics, channel, channels, due_at, send_until, expires_at, status, trace, created_at,
        updated_at)
      select ${clinicId}::uuid, treatment_id, patient_id, step, position, kind, topics, channel,
        channels, due_at + ${laterMs}::int * interval '1 millisecond', send_until, expires_at, status, trace, created_at, updated_at
      from aftercare.reminders, generate_series(1, ${times}::int)
      where id = ${id}`.execute(rig.ledger.db);
  }
});

const idOf = ({ reminderId }: JobData["tickets"][number]) => reminderId;
