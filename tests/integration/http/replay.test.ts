import { sql } from "kysely";
import { beforeEach, describe, expect, it } from "vitest";
import { optOut } from "../../../src/ledger/optingOut.ts";
import type { FullReminder } from "../../support/clinic.ts";
import { DEPLOYMENTS } from "../../support/deployments.ts";
import { until } from "../../support/poll.ts";
import { expectProblem } from "./refusal.ts";
import { type Texted, useTexting } from "./texting.ts";

const REASON = { reason: "the patient says that nothing came" };

const DAY = 86_400_000;

describe.each(DEPLOYMENTS)("a replay on %s", (kind) => {
  const texting = useTexting(kind);
  beforeEach(() => texting.fake.heal());

  const replay = ({ id }: Texted) =>
    texting.clinic.admin.post<FullReminder>(`/v1/reminders/${id}/replay`, REASON);
  const tryReplay = ({ id }: Texted) =>
    texting.clinic.admin.post(`/v1/reminders/${id}/replay`, REASON);
  const cancel = (what: string) => texting.clinic.admin.post(`/v1/${what}/cancel`, REASON);

  async function expectRefused(of: Texted, code: string): Promise<void> {
    const before = await texting.detailOf(of);
    expectProblem(await tryReplay(of), { status: 409, code });
    expect(await texting.detailOf(of)).toEqual(before);
  }

  /** Changes the ledger as nothing in the program does yet. */
  const change = (statement: ReturnType<typeof sql>) =>
    statement.execute(texting.running.app.ledger.db);

  it("of a text that failed reaches the phone, under the next dispatch number", async () => {
    const of = await texting.refused(30007);
    expect(await texting.detailOf(of)).toMatchObject({
      status: "failed",
      statusReason: "filtered",
    });
    const answer = await replay(of);
    expect(answer).toMatchObject({
      status: 200,
      body: { id: of.id, status: "scheduled", statusReason: null, channel: "sms" },
    });
    expect(answer.body.dueAt).toBe(texting.running.clock.now().toISOString());

    const { attempts, events } = await texting.ends(of, "sent");
    expect(attempts).toMatchObject([
      { dispatchNo: 1, status: "failed", code: "30007" },
      { dispatchNo: 2, status: "sent", code: null },
    ]);
    expect(texting.textsTo(of)).toHaveLength(1);
    const replayed = events.filter(({ type }) => type === "replayed");
    expect(replayed).toMatchObject([{ detail: { ...REASON, channel: "sms" } }]);
    expect(replayed[0]?.actor).toMatch(/^key:[0-9a-f-]{36}$/);
  });

  it("of a text that the provider took and the patient never saw sends it anew", async () => {
    const of = await texting.enrol();
    await texting.ends(of, "sent");
    await expectRefused(of, "just_sent");
    texting.running.clock.moveBy(120_000);
    expect((await replay(of)).status).toBe(200);
    await until("it went out twice", () => texting.textsTo(of).length === 2);
    expect((await texting.ends(of, "sent")).attempts).toHaveLength(2);
  });

  it("of a text that came back undelivered sends it anew", async () => {
    const of = await texting.enrol();
    const [attempt] = (await texting.ends(of, "sent")).attempts;
    await texting.fake.callback(attempt?.providerId ?? "", "undelivered", 30007);
    await texting.ends(of, "undelivered");
    expect((await replay(of)).status).toBe(200);
    await texting.ends(of, "sent");
    expect(texting.textsTo(of)).toHaveLength(2);
  });

  it("to a number that takes no texts tries it again, for all that is to come, too", async () => {
    const of = await texting.refused(21211);
    expect(await texting.detailOf(of)).toMatchObject({
      status: "failed",
      statusReason: "bad_address",
    });
    const dead = sql<{ count: number }>`
      select count(*)::int from aftercare.dead_addresses where address = ${of.phone}`;
    const { db } = texting.running.app.ledger;
    expect((await dead.execute(db)).rows).toEqual([{ count: 1 }]);
    expect((await replay(of)).status).toBe(200);
    expect((await dead.execute(db)).rows).toEqual([{ count: 0 }]);
    await texting.ends(of, "sent");
  });

  it("by two admins at once, or twice, is one", async () => {
    const of = await texting.refused(30007);
    const answers = await Promise.all(Array.from({ length: 4 }, () => tryReplay(of)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const { events } = await texting.ends(of, "sent");
    expect(events.filter(({ type }) => type === "replayed")).toHaveLength(1);
    expect(texting.textsTo(of)).toHaveLength(1);
  });

  it("is refused where the message was delivered, waits, or has been cancelled", async () => {
    const of = await texting.enrol();
    const [attempt] = (await texting.ends(of, "sent")).attempts;
    await texting.fake.callback(attempt?.providerId ?? "", "delivered");
    await expectRefused(of, "already_delivered");

    const waiting = await texting.enrol({ step: "gym-ok" });
    await expectRefused(waiting, "not_ended");
    await cancel(`reminders/${waiting.id}`);
    await expectRefused(waiting, "cancelled");

    const failed = await texting.refused(30007);
    await cancel(`treatments/${failed.enrolled.treatment.id}`);
    expect((await texting.detailOf(failed)).status).toBe("failed");
    await expectRefused(failed, "cancelled");
  });

  it("and a cancel of its treatment at once: nothing waits any more, whichever was first", async () => {
    for (let round = 0; round < 6; round++) {
      const of = await texting.refused(30007);
      await Promise.all([tryReplay(of), cancel(`treatments/${of.enrolled.treatment.id}`)]);
      const { status, attempts } = await until("it has left, or stays", async () => {
        const detail = await texting.detailOf(of);
        return detail.status !== "sending" && detail;
      });
      expect(["failed", "cancelled", "sent"]).toContain(status);
      expect(attempts).toHaveLength(status === "sent" ? 2 : 1);
    }
  });

  it("is refused while the message is leaving, and while nobody knows whether it left", async () => {
    const doubtful = await texting.doubtful();
    await expectRefused(doubtful, "in_doubt");

    texting.fake.delay(1_000);
    const leaving = await texting.enrol();
    await texting.ends(leaving, "sending");
    await expectRefused(leaving, "already_sending");
    await texting.ends(leaving, "sent");
  });

  it("is refused where the message is out of date, or another stands in its place", async () => {
    const stale = await texting.enrol({ agoMs: 80 * DAY });
    expect(await texting.detailOf(stale)).toMatchObject({ statusReason: "expired" });
    await expectRefused(stale, "expired");
    const collapsed = await texting.enrol({ agoMs: 5.5 * DAY });
    expect(await texting.detailOf(collapsed)).toMatchObject({ statusReason: "collapsed" });
    await expectRefused(collapsed, "collapsed");
    const superseded = await texting.enrol({ step: "gym-ok" });
    await change(sql`
      update aftercare.reminders set status = 'skipped', status_reason = 'superseded'
      where id = ${superseded.id}`);
    await expectRefused(superseded, "superseded");
  });

  it("is refused where the patient said stop, whoever asks", async () => {
    const of = await texting.refused(30007);
    const { patientId } = of.enrolled.treatment;
    const { ledger } = texting.running.app;
    const stop = { patientId, channel: "sms" as const, source: "a test" };
    await optOut(ledger, stop, texting.running.clock.now());
    await expectRefused(of, "opted_out");
    const waiting = {
      ...of,
      id: of.enrolled.reminders.find(({ step }) => step === "gym-ok")?.id ?? "",
    };
    expect(await texting.detailOf(waiting)).toMatchObject({ statusReason: "opted_out" });
    await expectRefused(waiting, "opted_out");
    expect(texting.textsTo(of)).toEqual([]);
  });

  it("is refused where only the provider knows that the patient said stop", async () => {
    const of = await texting.refused(21610);
    expect(await texting.detailOf(of)).toMatchObject({
      status: "skipped",
      statusReason: "opted_out",
    });
    await expectRefused(of, "opted_out");
  });

  it("is refused without consent, and without an address", async () => {
    const of = await texting.refused(30007);
    const { id, patientId } = of.enrolled.treatment;
    await change(sql`update aftercare.patients set phone = null where id = ${patientId}`);
    await expectRefused(of, "no_address");
    await change(sql`delete from aftercare.consents where treatment_id = ${id}`);
    await expectRefused(of, "no_consent");
  });

  it("goes by email, where the text failed and the patient has a mailbox by now", async () => {
    const of = await texting.refused(30007);
    const { patientId } = of.enrolled.treatment;
    await change(
      sql`update aftercare.patients set email = 'ana@example.com' where id = ${patientId}`,
    );
    await optOut(
      texting.running.app.ledger,
      { patientId, channel: "sms", source: "a test" },
      texting.running.clock.now(),
    );
    expect((await replay(of)).body).toMatchObject({ status: "scheduled", channel: "email" });
    expect((await texting.ends(of, "delivered")).attempts).toMatchObject([
      { channel: "sms" },
      { channel: "email", dispatchNo: 2 },
    ]);
  });

  // Last, because the clock does not go back.
  it("at night waits for the morning", async () => {
    const of = await texting.refused(30007);
    texting.running.clock.moveTo(new Date("2026-11-24T03:00:00.000Z"));
    const { body } = await replay(of);
    expect(body).toMatchObject({ status: "scheduled", localTime: "2026-11-24T09:00:00-05:00" });
    expect(texting.textsTo(of)).toEqual([]);
    texting.running.clock.moveTo(new Date("2026-11-24T14:00:00.000Z"));
    expect((await texting.ends(of, "sent")).attempts).toMatchObject([{}, { dispatchNo: 2 }]);
  });
});
