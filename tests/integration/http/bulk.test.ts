import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { beforeEach, describe, expect, it } from "vitest";
import type { ReminderStatus } from "../../../src/domain/reminder.ts";
import { loadDeliverables } from "../../../src/ledger/deliverables.ts";
import { claim } from "../../../src/ledger/delivery.ts";
import { takeDue } from "../../../src/ledger/dispatch.ts";
import { useApp } from "../../support/app.ts";
import {
  type FullReminder,
  openClinic,
  type PageAnswer,
  type TestClinic,
} from "../../support/clinic.ts";
import { ENGINES } from "../ledger/engine.ts";

const REASON = { reason: "the provider was down" };

/** Reminders of one treatment. */
const STEPS = 15;

interface BulkAnswer {
  dryRun: boolean;
  matched: number;
  changed?: number;
  wouldChange?: number;
  refused: { code: string; count: number }[];
  nextCursor: string | null;
}

// Without a worker, so that each reminder stays where a test brings it.
describe.each(ENGINES)("by filter, on the %s engine", (kind) => {
  const running = useApp(kind);
  let clinic: TestClinic;
  beforeEach(async () => {
    clinic = await openClinic(running);
  });

  const filterAll = { from: "2026-01-01T00:00:00Z" };

  async function press(action: string, body: object): Promise<BulkAnswer> {
    const path = `/v1/reminders/${action}`;
    const answer = await clinic.admin.post<BulkAnswer>(path, {
      filter: filterAll,
      ...REASON,
      ...body,
    });
    expect(answer).toMatchObject({ status: 200 });
    return answer.body;
  }

  /** Enrols so many patients, one after another; then their enrolment is past. */
  async function enrolMany(patients: number): Promise<string[]> {
    const ids: string[] = [];
    for (let n = 0; n < patients; n++) {
      const { reminders } = await clinic.enrol({
        externalId: `p-${n}`,
        phone: `+1212555${1000 + n}`,
        email: `p-${n}@patients.example.test`,
      });
      ids.push(...reminders.map(({ id }) => id));
    }
    running.clock.moveBy(1_000);
    return ids;
  }

  /** All that waits goes out, and none of it arrives; then that is past. */
  async function failAll(status: "failed" | "sent" = "failed"): Promise<void> {
    const way: [ReminderStatus[], ReminderStatus][] = [
      [["scheduled"], "queued"],
      [["queued"], "sending"],
      [["sending"], status],
    ];
    for (const [from, to] of way) {
      await running.app.ledger.db
        .updateTable("reminders")
        .set({ status: to, updated_at: running.clock.now() })
        .where("clinic_id", "=", clinic.id)
        .where("status", "in", from)
        .execute();
    }
    running.clock.moveBy(1_000);
  }

  /** How many reminders have so many events of a type. */
  async function eventCounts(type: string): Promise<Record<number, number>> {
    const { rows } = await sql<{ times: number; reminders: number }>`
      select times, count(*)::int as reminders from (
        select r.id, count(e.id)::int as times from aftercare.reminders r
        left join aftercare.events e on e.reminder_id = r.id and e.type = ${type}
        where r.clinic_id = ${clinic.id} group by r.id
      ) counted group by times`.execute(running.app.ledger.db);
    return Object.fromEntries(rows.map(({ times, reminders }) => [times, reminders]));
  }

  /** Reminders as they are, but for what the dispatcher moves. */
  async function snapshot(): Promise<unknown[]> {
    const { db } = running.app.ledger;
    const rows = await db
      .selectFrom("reminders")
      .selectAll()
      .where("clinic_id", "=", clinic.id)
      .orderBy("id")
      .execute();
    return rows;
  }

  it("a replay shows what it would do, and then does exactly that", async () => {
    const ids = await enrolMany(4);
    await failAll();
    const cancelled = await clinic.enrol({ externalId: "p-9", firstName: "Bea" });
    await clinic.admin.post(`/v1/treatments/${cancelled.treatment.id}/cancel`, REASON);
    const { db } = running.app.ledger;
    const stale = { expires_at: running.clock.now() };
    await db.updateTable("reminders").set(stale).where("id", "in", ids.slice(0, 5)).execute();
    running.clock.moveBy(1_000);

    const before = await snapshot();
    const dry = await press("replay", {
      filter: { ...filterAll, status: ["failed", "cancelled"] },
    });
    expect({ ...dry, refused: dry.refused.toSorted((a, b) => (a.code < b.code ? -1 : 1)) }).toEqual(
      {
        dryRun: true,
        matched: 5 * STEPS,
        wouldChange: 4 * STEPS - 5,
        refused: [
          { code: "cancelled", count: STEPS },
          { code: "expired", count: 5 },
        ],
        nextCursor: null,
      },
    );
    expect(await snapshot()).toEqual(before);
    expect(await eventCounts("replayed")).toEqual({ 0: 5 * STEPS });

    const { wouldChange, ...counts } = dry;
    const wet = await press("replay", {
      filter: { ...filterAll, status: ["cancelled", "failed"] },
      dryRun: false,
    });
    expect(wet).toEqual({
      ...counts,
      dryRun: false,
      changed: wouldChange,
      refused: expect.arrayContaining(dry.refused),
    });
    expect(await eventCounts("replayed")).toEqual({ 0: STEPS + 5, 1: 4 * STEPS - 5 });
    const page = await clinic.desk.get<PageAnswer<FullReminder>>("/v1/reminders?limit=200");
    const statuses = page.body.items
      .filter(({ id }) => !ids.slice(0, 5).includes(id))
      .map(({ status }) => (status === "queued" ? "scheduled" : status));
    expect(statuses.filter((status) => status === "scheduled")).toHaveLength(4 * STEPS - 5);
    expect(statuses.filter((status) => status === "cancelled")).toHaveLength(STEPS);
    // What is true by now is due by now; the rest keeps its time.
    const times = new Set(page.body.items.map(({ dueAt }) => dueAt));
    expect(times.has(running.clock.now().toISOString())).toBe(true);
    expect(await press("replay", { dryRun: false })).toMatchObject({ changed: 0 });
  });

  it("a replay leaves what was sent alone, unless the filter names it", async () => {
    await enrolMany(1);
    await failAll("sent");
    running.clock.moveBy(120_000);
    expect(await press("replay", {})).toMatchObject({ matched: 0 });
    expect(await press("replay", { filter: { status: "sent" } })).toMatchObject({
      matched: STEPS,
      wouldChange: STEPS,
    });
  });

  describe("of more reminders than a batch takes", () => {
    const PATIENTS = 44;
    const ALL = PATIENTS * STEPS;
    beforeEach(async () => {
      await enrolMany(PATIENTS);
      await failAll();
    });

    it("a replay goes over all of them", async () => {
      expect(await press("replay", { limit: 5 })).toMatchObject({
        wouldChange: ALL,
        nextCursor: null,
      });
      const answer = await press("replay", { dryRun: false });
      expect(answer).toMatchObject({ matched: ALL, changed: ALL, refused: [], nextCursor: null });
      expect(await eventCounts("replayed")).toEqual({ 1: ALL });
    });

    it("a replay stops at its limit and goes on from there, and doubles nothing", async () => {
      let cursor: string | null = null;
      const parts: number[] = [];
      do {
        const part: BulkAnswer = await press("replay", { dryRun: false, limit: 100, cursor });
        parts.push(part.changed ?? 0);
        ({ nextCursor: cursor } = part);
        // All that has just been replayed fails at once; what is due by now comes later in the order.
        await failAll();
      } while (cursor !== null);
      expect(parts).toEqual([100, 100, 100, 100, 100, 100, 60]);
      expect(await eventCounts("replayed")).toEqual({ 1: ALL });
      // Only who presses again means those that failed since.
      expect(await press("replay", {})).toMatchObject({ wouldChange: ALL });
    });

    it("a replay by two admins at once is one", async () => {
      const both = await Promise.all([
        press("replay", { dryRun: false }),
        press("replay", { dryRun: false }),
      ]);
      expect((both[0].changed ?? 0) + (both[1].changed ?? 0)).toBe(ALL);
      expect(await eventCounts("replayed")).toEqual({ 1: ALL });
    });

    it("a cancel takes all of what waits, and nothing twice", async () => {
      await press("replay", { dryRun: false });
      const both = await Promise.all([
        press("cancel", { dryRun: false }),
        press("cancel", { dryRun: false }),
      ]);
      expect((both[0].changed ?? 0) + (both[1].changed ?? 0)).toBe(ALL);
      expect(await eventCounts("cancelled")).toEqual({ 1: ALL });
    });
  });

  it("a cancel stops what changed a moment ago, too", async () => {
    await clinic.enrol();
    expect(await press("cancel", { dryRun: false })).toMatchObject({ changed: STEPS });
    expect(await eventCounts("cancelled")).toEqual({ 1: STEPS });
  });

  it("a cancel and the workers' claims: each reminder is stopped or leaves", async () => {
    const ids = await enrolMany(20);
    const { ledger } = running.app;
    const later = new Date(running.clock.now().getTime() + 10 * 60_000);
    await sql`
      update aftercare.reminders set due_at = ${running.clock.now()},
        send_until = ${later} where clinic_id = ${clinic.id}`.execute(ledger.db);
    await takeDue(ledger, later, 1_000, running.clock.now());
    const states = await loadDeliverables(ledger.db, ids, running.clock.now());
    const claimed = new Set<string>();
    async function claimAll() {
      for (const state of states.slice(0, 100)) {
        const request = { ...state, to: state.to ?? "", attemptId: randomUUID() };
        const taken = await claim(
          ledger,
          [{ claimed: request, content: null, provider: "outbox" }],
          running.clock.now(),
        );
        if (taken.size > 0) claimed.add(state.reminderId);
      }
    }
    const [answer] = await Promise.all([press("cancel", { dryRun: false }), claimAll()]);
    const { db } = ledger;
    const rows = await db
      .selectFrom("reminders")
      .select(["id", "status"])
      .where("clinic_id", "=", clinic.id)
      .execute();
    expect(rows).toHaveLength(20 * STEPS);
    for (const { id, status } of rows) {
      expect({ id, status }).toEqual({ id, status: claimed.has(id) ? "sending" : "cancelled" });
    }
    expect(answer.changed).toBe(20 * STEPS - claimed.size);
  });

  it("send-now counts why it cannot, and hurries what it can", async () => {
    await enrolMany(2);
    // The first hours have begun, and their reminder waits for another due time.
    running.clock.moveBy(90 * 60_000);
    const { db } = running.app.ledger;
    await db
      .updateTable("reminders")
      .set({ due_at: new Date(running.clock.now().getTime() + 60_000) })
      .where("clinic_id", "=", clinic.id)
      .where("step", "=", "first-hours")
      .execute();
    const filter = { from: running.clock.now().toISOString() };
    const dry = await press("send-now", { filter });
    expect(dry).toMatchObject({ wouldChange: 2, refused: [{ code: "too_early", count: 22 }] });
    expect(await press("send-now", { filter, dryRun: false })).toMatchObject({ changed: 2 });
    expect(await eventCounts("sent now")).toEqual({ 0: 2 * STEPS - 2, 1: 2 });
  });
});
