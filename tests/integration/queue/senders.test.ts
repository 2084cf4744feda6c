import { sql } from "kysely";
import { beforeEach, describe, expect, it } from "vitest";
import type { Pace } from "../../../src/domain/pacing.ts";
import { noteSign } from "../../../src/ledger/channelStates.ts";
import { takePaced } from "../../../src/ledger/paced.ts";
import { leftOfDay } from "../../../src/ledger/senders.ts";
import { dispatchDue } from "../../../src/queue/dispatcher.ts";
import { DEPLOYMENTS } from "../../support/deployments.ts";
import { addClinic, copyReminder, gaps, rounds, sendQueued, startAnew } from "./pacedRig.ts";
import { useRig } from "./rig.ts";

const SECOND = 1_000;
const MINUTE = 60_000;
const HOUR = 3_600_000;

const pace = (perSecond: number, perDay: number | null = null): Pace => ({
  sender: "sms +12125550100",
  perSecond,
  perDay,
});

describe.each(DEPLOYMENTS)("what a paced sender releases, on %s", (kind) => {
  const rig = useRig(kind);
  beforeEach(() => startAnew(rig));

  /** One that is due now and is copied, and the moment from which on its copies are looked at. */
  async function first() {
    const { reminder } = await rig.enrol("once", ["sms"]);
    await sql`update aftercare.reminders set status = 'cancelled'
      where id = ${reminder.id}`.execute(rig.ledger.db);
    return { id: reminder.id, dueAt: new Date(reminder.dueAt) };
  }

  it("keeps one rate, however many dispatchers look, and gives no slot twice", async () => {
    const { id, dueAt } = await first();
    await copyReminder(rig, id, 400);
    const slots = await rounds(rig, pace(10), {
      from: dueAt,
      everyMs: 700,
      forMs: 20 * SECOND,
      dispatchers: 3,
    });
    expect(new Set(slots.map(({ reminderId }) => reminderId)).size).toBe(slots.length);
    expect(new Set(gaps(slots))).toEqual(new Set([100]));
    // As far as the last round has looked ahead, and none before it is due.
    expect(slots[0]?.releaseAt).toEqual(dueAt);
    expect(slots.length).toBe(10 * (19.6 + 5));
  });

  it("keeps a rate of less than one in the time that it looks ahead", async () => {
    const { id, dueAt } = await first();
    await copyReminder(rig, id, 20);
    const slots = await rounds(rig, pace(0.1), { from: dueAt, everyMs: SECOND, forMs: MINUTE });
    expect(slots.map(({ releaseAt }) => releaseAt.getTime() - dueAt.getTime())).toEqual(
      [0, 10, 20, 30, 40, 50, 60].map((seconds) => seconds * SECOND),
    );
  });

  it("releases nothing before it is due", async () => {
    const { id, dueAt } = await first();
    await copyReminder(rig, id, 3, { laterMs: 2 * SECOND });
    await copyReminder(rig, id, 3, { laterMs: 9 * SECOND });
    const slots = await rounds(rig, pace(10), { from: dueAt, everyMs: 400, forMs: 12 * SECOND });
    expect(slots).toHaveLength(6);
    expect(slots.filter((slot) => slot.releaseAt < slot.dueAt)).toEqual([]);
    // A second later at most, where nothing else waits.
    for (const slot of slots) {
      expect(slot.releaseAt.getTime() - slot.dueAt.getTime()).toBeLessThan(SECOND);
    }
  });

  it.each([
    [1, SECOND],
    [100, 200],
  ])("at %d a second a clinic with 10 is not behind one with 5,000", async (rate, everyMs) => {
    const { id, dueAt } = await first();
    const small = await addClinic(rig, "Birch");
    await copyReminder(rig, id, 5_000, { laterMs: -MINUTE });
    const from = new Date(dueAt.getTime() + SECOND);
    // The large one is under way for a while before the small one has anything.
    const before = await rounds(rig, pace(rate), { from, everyMs, forMs: 3 * everyMs });
    await copyReminder(rig, id, 10, { clinicId: small });
    const start = new Date(from.getTime() + 3 * everyMs);
    const slots = await rounds(rig, pace(rate), { from: start, everyMs, forMs: 40 * everyMs });
    const last = slots.findLastIndex(({ clinicId }) => clinicId === small);
    const ofSmall = slots.filter(({ clinicId }) => clinicId === small);
    expect(before.length).toBeGreaterThan(0);
    expect(ofSmall).toHaveLength(10);
    // Its fair share is every second slot: ten of the first twenty.
    expect(last + 1).toBeLessThanOrEqual(2 * 20);
    expect(slots.length).toBeGreaterThan(20);
  });

  it("a clinic that was silent has no credit, and one that had its turns no debt", async () => {
    const { id, dueAt } = await first();
    const other = await addClinic(rig, "Birch");
    await copyReminder(rig, id, 40, { laterMs: -MINUTE });
    await rounds(rig, pace(1), { from: dueAt, everyMs: SECOND, forMs: 20 * SECOND });
    await copyReminder(rig, id, 100, { clinicId: other, laterMs: -MINUTE });
    const from = new Date(dueAt.getTime() + 20 * SECOND);
    const slots = await rounds(rig, pace(1), { from, everyMs: SECOND, forMs: 20 * SECOND });
    const turns = slots.slice(0, 12).map(({ clinicId }) => clinicId === other);
    expect(turns.filter(Boolean).length).toBeGreaterThanOrEqual(5);
    expect(turns.filter(Boolean).length).toBeLessThanOrEqual(7);
    const { rows } = await sql`select 1 from aftercare.sender_turns`.execute(rig.ledger.db);
    expect(rows.length).toBeLessThanOrEqual(2);
  });

  it("permissions go before rebookings due at the same time, and none of these starves", async () => {
    const { id, dueAt } = await first();
    const old = await copyReminder(rig, id, 3, { kind: "rebook", laterMs: -2 * HOUR });
    await copyReminder(rig, id, 200, { kind: "rebook" });
    const permissions = await copyReminder(rig, id, 4, { kind: "permission", laterMs: 500 });
    const urgent = await copyReminder(rig, id, 2, { kind: "retraction", laterMs: 600 });
    const from = new Date(dueAt.getTime() + SECOND);
    const slots = await rounds(rig, pace(1), { from, everyMs: SECOND, forMs: 5 * SECOND });
    const order = slots.map(({ reminderId }) => reminderId);
    // What has waited for longer than it can comes first; then by how long each can still wait.
    expect(new Set(order.slice(0, 3))).toEqual(new Set(old));
    expect(new Set(order.slice(3, 5))).toEqual(new Set(urgent));
    expect(new Set(order.slice(5, 9))).toEqual(new Set(permissions));
  });

  it("what is about to go stale goes before what can wait", async () => {
    const { id, dueAt } = await first();
    await copyReminder(rig, id, 10, { kind: "rebook" });
    const sendUntil = new Date(dueAt.getTime() + MINUTE);
    const closing = await copyReminder(rig, id, 1, { kind: "rebook", laterMs: 1, sendUntil });
    const from = new Date(dueAt.getTime() + SECOND);
    const [slot] = await rounds(rig, pace(1), { from, everyMs: SECOND, forMs: SECOND });
    expect(slot?.reminderId).toBe(closing[0]);
  });

  it("what is past its opening takes no slot", async () => {
    const { id, dueAt } = await first();
    const sendUntil = new Date(dueAt.getTime() - SECOND);
    const over = await copyReminder(rig, id, 5, { laterMs: -MINUTE, sendUntil });
    const fresh = await copyReminder(rig, id, 3);
    const { taken } = await takePaced(rig.ledger, "sms", pace(0.4), 500, dueAt);
    const withSlot = taken.filter(({ releaseAt }) => releaseAt !== undefined);
    expect(withSlot).toHaveLength(2);
    expect(fresh).toEqual(expect.arrayContaining(withSlot.map(({ reminderId }) => reminderId)));
    expect(taken.map(({ reminderId }) => reminderId)).toEqual(expect.arrayContaining(over));
  });

  it("of a paused channel only what is to try it gets a slot", async () => {
    const { id, dueAt } = await first();
    const paused = await addClinic(rig, "Cedar");
    await copyReminder(rig, id, 30, { clinicId: paused });
    await copyReminder(rig, id, 3);
    const fault = { kind: "accountFault", code: "20003", detail: "", by: "answer" } as const;
    await noteSign(rig.ledger.db, { clinicId: paused, channel: "sms" }, fault, dueAt);
    const slots = await rounds(rig, pace(10), { from: dueAt, everyMs: SECOND, forMs: 20 * SECOND });
    const tries = slots.filter(({ clinicId }) => clinicId === paused);
    expect(slots).toHaveLength(4);
    expect(tries.map(({ releaseAt }) => releaseAt.getTime() - dueAt.getTime())).toEqual([
      15 * SECOND,
    ]);
  });

  it("the cap holds over any 24 hours, and what it holds back goes on as it has room", async () => {
    const { id, dueAt } = await first();
    const sendUntil = new Date(dueAt.getTime() + 80 * HOUR);
    await copyReminder(rig, id, 60, { sendUntil });
    const capped = pace(1, 10);
    const slots: number[] = [];
    const told: number[] = [];
    const unlikeTold: number[] = [];
    let goesOnAt = dueAt;
    for (let hours = 0; hours < 75; hours += 0.9) {
      const now = new Date(dueAt.getTime() + hours * HOUR);
      // Three are asked for each time, so that the cap is reached at uneven hours.
      const { taken, capReached } = await takePaced(rig.ledger, "sms", capped, 3, now);
      for (const { releaseAt } of taken) if (releaseAt) slots.push(releaseAt.getTime());
      if (!capReached && taken.length > 0 !== now >= goesOnAt) unlikeTold.push(hours);
      if (capReached) {
        told.push(hours);
        ({ goesOnAt } = capReached);
      }
      await sendQueued(rig);
    }
    const within = slots.map((end) => slots.filter((at) => at > end - 24 * HOUR && at <= end));
    expect(Math.max(...within.map(({ length }) => length))).toBe(10);
    expect(slots.length).toBe(30);
    // Nothing goes before the instant that was told, and something as soon as it is there.
    expect(unlikeTold).toEqual([]);
    // Once each time that it begins to hold.
    expect(told.length).toBeGreaterThanOrEqual(3);
    expect(told.length).toBeLessThanOrEqual(12);
    const { rows } = await sql`select 1 from aftercare.sender_hours`.execute(rig.ledger.db);
    expect(rows.length).toBeLessThanOrEqual(26);
  });

  it("says when a cap has room again, also where it was lowered", async () => {
    const hour = (count: number) => new Date(Date.UTC(2026, 2, 2, count));
    const sender = "a number of uneven hours";
    const { db } = rig.ledger;
    await db
      .insertInto("senders")
      .values({ sender, next_at: hour(9), capped_at: null })
      .execute();
    for (const [count, sent] of [4, 1, 3].entries()) {
      await db
        .insertInto("sender_hours")
        .values({ sender, hour: hour(count), sent })
        .execute();
    }
    const left = (perDay: number) => leftOfDay(db, { sender, perSecond: 1, perDay }, hour(9));
    expect(await left(9)).toEqual({ left: 1, cap: null });
    expect(await left(8)).toEqual({ left: 0, cap: { perDay: 8, goesOnAt: hour(25) } });
    expect(await left(4)).toEqual({ left: -4, cap: { perDay: 4, goesOnAt: hour(26) } });
    expect(await left(3)).toEqual({ left: -5, cap: { perDay: 3, goesOnAt: hour(27) } });
  });

  it("what does not get into the queue does not count for the day", async () => {
    const { id, dueAt } = await first();
    await copyReminder(rig, id, 3);
    const away = () => Promise.reject(new Error("the queue is away"));
    const options = {
      ledger: rig.ledger,
      queue: { add: away },
      clock: { ...rig.clock, now: () => dueAt },
      metrics: rig.delivery.metrics,
      pacing: { sms: { sender: "a number", perSecond: 100, perDay: 50 } },
      onCapReached: () => {},
      horizonMs: 60_000,
    };
    await expect(dispatchDue(options, () => false)).rejects.toThrow("away");
    const { rows } = await sql<{ sent: number }>`
      select sum(sent)::int as sent from aftercare.sender_hours`.execute(rig.ledger.db);
    expect(rows).toEqual([{ sent: 0 }]);
  });

  it("gives no more slots while nobody sends what was handed over", async () => {
    const { id, dueAt } = await first();
    await copyReminder(rig, id, 300);
    let count = 0;
    for (let seconds = 0; seconds < 120; seconds += 5) {
      const now = new Date(dueAt.getTime() + seconds * SECOND);
      count += (await takePaced(rig.ledger, "sms", pace(2), 500, now)).taken.length;
    }
    // Those of the five seconds ahead, and of ten more.
    expect(count).toBe(30);
  });
});
