import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { happenings, visits } from "./lifeCommands.ts";
import { receive } from "./lifeDeeds.ts";
import { ENDS, Life, type Tally } from "./lifeModel.ts";
import { clear, type LifeHouse, openLifeHouse } from "./lifeWorld.ts";

const LIVES = 120;
const MOST_HAPPENINGS = 60;

/** Half as long as the test may take, so that a slow machine runs fewer lives and still ends. */
const ENOUGH_MS = 60_000;

/** Afternoon, minutes before the window closes, night, and the eves of both clock changes. */
const STARTS = [
  "2026-11-23T15:00:00-05:00",
  "2026-11-23T19:50:00-05:00",
  "2026-11-24T02:00:00-05:00",
  "2026-10-31T19:30:00-04:00",
  "2027-03-13T19:30:00-05:00",
].map((text) => new Date(text));

/**
 * Whatever happens to reminders, in whatever order, what never bends does not bend: not early, not
 * after a stop, not twice for one hand-over, not stale, not outside the window, not without
 * consent, and not once more where the first is known to have gone out; and each comes to an end.
 */
describe("a reminder's life, on postgres", () => {
  let house: LifeHouse;
  beforeAll(async () => {
    house = await openLifeHouse();
  });
  afterAll(() => house.close());

  it(
    "bends nothing, whatever happens in it",
    async () => {
      const tally: Tally = new Map();
      const lives = fc.record({
        start: fc.constantFrom(...STARTS),
        first: fc.array(visits, { minLength: 1, maxLength: 4 }),
        commands: fc.commands(happenings(), { maxCommands: MOST_HAPPENINGS, size: "max" }),
      });
      await fc.assert(
        fc.asyncProperty(lives, async ({ start, first, commands }) => {
          await clear(house);
          const life = new Life(house, start, tally);
          for (const visit of first) await life.admit(visit);
          await fc.asyncModelRun(() => ({ model: life, real: life }), commands);
          await expectEnds(life);
        }),
        {
          numRuns: LIVES,
          unbiased: true,
          interruptAfterTimeLimit: ENOUGH_MS,
          markInterruptAsFailure: false,
        },
      );
      // A rule that nothing ever tried is not kept, only unbroken.
      const tried = ["sent", "sent again", "doubled", "late word", "cancel done", "replay done"];
      expect(tried.filter((what) => !tally.has(what))).toEqual([]);
    },
    3 * ENOUGH_MS,
  );
});

/**
 * Where the providers work again and nobody does anything more, every reminder comes to its end.
 * The workers that still wait for an answer are lost, and so is the queue.
 */
async function expectEnds(life: Life): Promise<void> {
  life.provider.memory = "truth";
  life.queue = [];
  const underWay = () => life.known.filter(({ status }) => !ENDS.includes(status));
  for (let round = 0; underWay().length > 0; round++) {
    const statuses = underWay().map(({ status }) => status);
    if (round > 100) throw new Error(`there is no end to what is ${statuses.join(", ")}`);
    life.step += 1;
    await life.rescue();
    // What the rescuer plans anew has another opening, by which the next message is judged.
    await life.expectNothingBent();
    life.step += 1;
    await life.dispatch(1);
    for (const ticket of life.queue) {
      const outcome = { kind: "sent", providerId: "P1", delivered: false } as const;
      await life.deliver(ticket, { taken: true, outcome });
    }
    for (const send of life.provider.sends.filter(({ step }) => step === life.step)) {
      if (send.channel === "sms") await receive(life, send, { status: "delivered", code: null });
    }
    await life.expectNothingBent();
    // To where the next is due, or at least past all that the rescuer waits for.
    const due = underWay().map(({ dueAt }) => dueAt.getTime());
    const soonest = Math.min(...due.filter((instant) => instant > life.now.getTime()));
    const next =
      Number.isFinite(soonest) && round % 2 === 0 ? soonest : life.now.getTime() + 61_000;
    life.now = new Date(next);
  }
}
