import { setImmediate as turn } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Channel } from "../../../src/channels/channel.ts";
import type { ChannelName } from "../../../src/domain/channel.ts";
import type { Ticket } from "../../../src/domain/claim.ts";
import { act } from "../../../src/ledger/actions.ts";
import { cancelTreatment } from "../../../src/ledger/cancel.ts";
import { newReminders, remindersInsert } from "../../../src/ledger/reminders.ts";
import { type Delivery, deliver } from "../../../src/queue/deliver.ts";
import { type LifeHouse, LifeWorld, openLifeHouse } from "./lifeWorld.ts";

const TREATMENTS = 500;
/** Reminders of one treatment: they are cancelled all at once, or in some treatments one by one. */
const EACH = 20;
const RACES = TREATMENTS * EACH;
/** In every so-manieth treatment they are cancelled one by one. */
const ONE_BY_ONE = 4;
const AT_ONCE = 20;

/**
 * A cancel that answers that it was in time is a promise, and one broken in thousands is still a
 * patient who gets what the clinic took back. Hence so many: a race is lost at rare moments only.
 */
describe("cancels while workers claim, on postgres", () => {
  let house: LifeHouse;
  beforeAll(async () => {
    house = await openLifeHouse();
  });
  afterAll(() => house.close());

  it("Cancel answered, then 10,000 races: not one message after it", async () => {
    const world = new LifeWorld(house, new Date("2026-11-23T15:00:00-05:00"));
    const treatments = await enrolMany(world);
    while (world.queue.length < RACES) await world.dispatch(1);

    const asked: string[] = [];
    const delivery = { ...world.delivery, channels: notingChannels(asked) };
    const cancels = cancelsOf(world, treatments);
    const tickets = new Map(world.queue.map((ticket) => [ticket.reminderId, ticket]));
    // Those of a treatment one after the other, so that they are claimed while it is cancelled.
    const racing = treatments.flatMap(({ reminders }) =>
      shuffled(reminders).flatMap((id) => tickets.get(id) ?? []),
    );
    const stopped = new Set<string>();
    await sideBySide(AT_ONCE, racing, async (ticket) => {
      const cancel = cancels.get(ticket.reminderId);
      await Promise.all([
        moment().then(() => deliverNow(delivery, ticket)),
        moment().then(async () => {
          for (const id of (await cancel?.()) ?? []) stopped.add(id);
        }),
      ]);
    });

    expect(asked.filter((id) => stopped.has(id))).toEqual([]);
    expect(new Set(asked).size).toBe(asked.length);
    expect(asked.length + stopped.size).toBe(RACES);
    const counts = await countStatuses(house);
    expect(counts).toEqual({ sent: asked.length, cancelled: stopped.size });
    expect(Math.min(asked.length, stopped.size)).toBeGreaterThanOrEqual(1_000);
  }, 400_000);
});

interface Racing {
  treatmentId: string;
  /** The ids of its reminders, which are all due. */
  reminders: string[];
}

/** Treatments with more reminders due at once than a protocol would have. */
async function enrolMany(world: LifeWorld): Promise<Racing[]> {
  const enrolled: Racing[] = [];
  await sideBySide(10, Array.from({ length: TREATMENTS }), async () => {
    const { treatment, reminders } = await world.enrol({
      protocol: "once",
      home: 1,
      channels: ["sms"],
      consent: ["sms"],
      timeZone: null,
      performedAgoMs: 0,
    });
    const planned = reminders.flatMap((each) =>
      Array.from({ length: EACH - 1 }, () => ({
        planned: { ...each, status: "scheduled" as const, statusReason: null },
        replacedBy: null,
      })),
    );
    const more = newReminders(treatment, planned);
    const { db } = world.house.ledger;
    const kept = more.map((reminder, position) => {
      return { clinicId: treatment.clinicId, reminder, position, treatment, createdAt: world.now };
    });
    await remindersInsert(kept).execute(db);
    const ids = [...reminders, ...more].map(({ id }) => id);
    enrolled.push({ treatmentId: treatment.id, reminders: ids });
  });
  return enrolled;
}

/** What cancels, by the reminder that it races with; each answers with the ids that it stopped. */
function cancelsOf(
  world: LifeWorld,
  treatments: readonly Racing[],
): Map<string, () => Promise<string[]>> {
  const { ledger, clinic } = world.house;
  const asked = { clinicId: clinic.id, reason: "a race", actor: "key:1" };
  const cancelOne = async (id: string) => {
    const acted = await act(ledger, { ...asked, action: "cancel", id }, world.now);
    return acted?.refusal === null ? [id] : [];
  };
  const cancelAll = async (id: string) => {
    const { reminders = [] } = (await cancelTreatment(ledger, { ...asked, id }, world.now)) ?? {};
    return reminders.filter(({ status }) => status === "cancelled").map((each) => each.id);
  };
  const cancels = treatments.map(({ treatmentId, reminders }, index) =>
    index % ONE_BY_ONE === 0
      ? reminders.map((id) => [id, () => cancelOne(id)] as const)
      : shuffled(reminders)
          .slice(0, 1)
          .map((id) => [id, () => cancelAll(treatmentId)] as const),
  );
  return new Map(cancels.flat());
}

/** A provider that takes everything, and says of what it was asked. */
function notingChannels(asked: string[]): Delivery["channels"] {
  const channel = (name: ChannelName): Channel => ({
    name,
    provider: "outbox",
    atOnce: Number.POSITIVE_INFINITY,
    send(message) {
      asked.push(message.messageKey);
      return Promise.resolve({ kind: "sent", providerId: message.attemptId, delivered: false });
    },
    lookup: () => Promise.resolve({ kind: "cannot_ask" }),
    close: () => Promise.resolve(),
  });
  return { sms: channel("sms"), email: channel("email") };
}

/** A worker whose reminder changed under its hands looks at it again, as its job would later. */
async function deliverNow(delivery: Delivery, ticket: Ticket): Promise<void> {
  while ((await deliver(delivery, ticket)).kind === "early");
}

/** A random while, in turns of the event loop: each takes in what the ledger has answered. */
async function moment(): Promise<void> {
  for (let turns = Math.floor(Math.random() * 40); turns > 0; turns--) await turn();
}

async function countStatuses({ ledger }: LifeHouse): Promise<Record<string, number>> {
  const rows = await ledger.db
    .selectFrom("reminders")
    .select(["status", ({ fn }) => fn.countAll<number>().as("count")])
    .groupBy("status")
    .execute();
  return Object.fromEntries(rows.map(({ status, count }) => [status, Number(count)]));
}

async function sideBySide<T>(
  most: number,
  items: readonly T[],
  work: (item: T) => Promise<void>,
): Promise<void> {
  const left = items.values();
  const one = async () => {
    for (const item of left) await work(item);
  };
  await Promise.all(Array.from({ length: most }, one));
}

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, at: Math.random() }))
    .sort((one, other) => one.at - other.at)
    .map(({ item }) => item);
}
