import { sql } from "kysely";
import { beforeEach, describe, expect, it } from "vitest";
import type { Pace } from "../../../src/domain/pacing.ts";
import { DEPLOYMENTS } from "../../support/deployments.ts";
import { until } from "../../support/poll.ts";
import { copyReminder, sendQueued, startAnew } from "./pacedRig.ts";
import { type Enrolled, useRig } from "./rig.ts";

const SECOND = 1_000;

const pace = (perSecond: number, perDay: number | null = null): Pace => ({
  sender: "sms +12125550100",
  perSecond,
  perDay,
});

describe.each(DEPLOYMENTS)("sending at a pace, on %s", (kind) => {
  const rig = useRig(kind);
  beforeEach(async () => {
    rig.pacing.sms = pace(1);
    rig.caps.length = 0;
    rig.twilio.heal();
    await startAnew(rig);
    await rig.queue.obliterate({ force: true });
  });

  /** A clock that stands still. */
  const still = (at: Date) => ({ now: () => at, toRealMs: (ms: number) => ms });
  const after = (at: Date, ms: number) => still(new Date(at.getTime() + ms));

  it("a burst goes out at the rate, and its provider never says that it is too much", async () => {
    const patients: Enrolled[] = [];
    for (let n = 0; n < 100; n++) patients.push(await rig.enrol("once", ["sms"]));
    rig.pacing.sms = pace(20);
    // A machine that stands still for a second may send two seconds' worth in one.
    rig.twilio.throttle(50);
    const before = { sends: rig.twilio.sends(), taken: rig.twilio.messages.length };
    const start = rig.clock.now().getTime();
    rig.work();
    await until(
      "all have arrived",
      async () => {
        await rig.dispatch();
        return rig.twilio.messages.length >= before.taken + patients.length;
      },
      { deadlineMs: 60_000 },
    );
    const arrivals = rig.twilio.messages.slice(before.taken).map(({ at }) => at);
    expect(rig.twilio.sends() - before.sends).toBe(patients.length);
    // None is before its slot, but by what the two clocks differ.
    const early = arrivals.filter((at, index) => at < start + index * 50 - 20);
    expect(early).toEqual([]);
    for (const patient of patients) expect(rig.texts(patient)).toHaveLength(1);
    await rig.ends(patients[99] as Enrolled, "sent");
  });

  it("the job of each waits for its slot, and the rest stays in the ledger", async () => {
    const { reminder } = await rig.enrol("once", ["sms"]);
    await copyReminder(rig, reminder.id, 49);
    const now = rig.clock.now();
    rig.pacing.sms = pace(2);
    await rig.dispatch(still(now));
    await rig.dispatch(after(now, 100));
    const jobs = await rig.queue.getJobs(["waiting", "delayed"]);
    const delays = jobs.map(({ delay }) => delay).toSorted((a, b) => a - b);
    expect(delays).toEqual([0, 500, 1000, 1500, 2000, 2500, 3000, 3500, 4000, 4500, 4900]);
    const { rows } = await sql<{ status: string; count: number }>`
      select status, count(*)::int as count from aftercare.reminders
      where status in ('queued', 'scheduled') group by status order by status`.execute(
      rig.ledger.db,
    );
    expect(rows).toEqual([
      { status: "queued", count: 11 },
      { status: "scheduled", count: 39 },
    ]);
  });

  it("emails without a pace do not wait for texts that have one", async () => {
    const { reminder } = await rig.enrol("once", ["sms"]);
    await copyReminder(rig, reminder.id, 20);
    const mail = await rig.enrol("once", ["email"]);
    rig.pacing.sms = pace(0.1);
    await rig.dispatch();
    expect((await rig.reminder(mail)).status).toBe("queued");
    expect(await rig.queue.getJobCountByTypes("waiting", "delayed")).toBe(2);
  });

  it("the rescuer leaves alone what waits for its slot, and takes back what has lost its job", async () => {
    const { reminder } = await rig.enrol("once", ["sms"]);
    await copyReminder(rig, reminder.id, 9);
    // All of it is overdue for longer than the rescuer's patience when it is handed over.
    const now = new Date(rig.clock.now().getTime() + 1_800_000);
    await rig.dispatch(still(now));
    await rig.loseQueue();
    const count = async (status: string) => {
      const { rows } = await sql<{ count: number }>`
        select count(*)::int as count from aftercare.reminders where status = ${status}`.execute(
        rig.ledger.db,
      );
      return rows[0]?.count;
    };
    expect(await count("queued")).toBe(5);
    for (const seconds of [0, 4.9, 29]) {
      await rig.rescue({ ...rig.delivery, clock: after(now, seconds * SECOND) });
      expect(await count("queued")).toBe(5);
    }
    await rig.rescue({ ...rig.delivery, clock: after(now, 31 * SECOND) });
    expect(await count("queued")).toBe(0);
    expect(await count("scheduled")).toBe(10);
  });

  it("says once that the day's cap holds messages back", async () => {
    const { reminder } = await rig.enrol("once", ["sms"]);
    await copyReminder(rig, reminder.id, 9);
    rig.pacing.sms = pace(1, 3);
    const now = rig.clock.now();
    for (let seconds = 0; seconds < 20; seconds++) {
      await rig.dispatch(after(now, seconds * SECOND));
      await sendQueued(rig);
    }
    expect(rig.caps).toEqual(["sms"]);
  });

  it("a sender without a pace has nothing to do with the tables of those that have one", async () => {
    const { reminder } = await rig.enrol("once", ["sms"]);
    delete rig.pacing.sms;
    const tables = ["senders", "sender_turns", "sender_hours"];
    const rename = async (from: (name: string) => string, to: (name: string) => string) => {
      for (const name of tables) {
        await sql`alter table ${sql.table(`aftercare.${from(name)}`)}
          rename to ${sql.ref(to(name))}`.execute(rig.ledger.db);
      }
    };
    const away = (name: string) => `${name}_away`;
    await rename((name) => name, away);
    try {
      await rig.dispatch();
    } finally {
      await rename(away, (name) => name);
    }
    expect((await rig.queue.getJobs(["waiting"])).map(({ data }) => data as unknown)).toEqual([
      { tickets: [{ reminderId: reminder.id, dispatchNo: 1 }] },
    ]);
  });
});
