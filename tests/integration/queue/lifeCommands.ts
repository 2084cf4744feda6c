import fc from "fast-check";
import { CHANNELS, type ChannelName } from "../../../src/domain/channel.ts";
import type { SendOutcome } from "../../../src/domain/outcome.ts";
import type { ActionName } from "../../../src/ledger/actions.ts";
import {
  actOnOne,
  bulk,
  cancelOneTreatment,
  optOutOne,
  pick,
  type Rival,
  receivable,
  receive,
  rival,
  skip,
  type Word,
} from "./lifeDeeds.ts";
import { ENDS, type Life } from "./lifeModel.ts";
import type { Answer, Memory } from "./lifeProvider.ts";
import type { Visit } from "./lifeWorld.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Something that happens to a life; after it, nothing may have bent. */
class Happening<Detail> implements fc.AsyncCommand<Life, Life> {
  readonly #name: string;
  readonly #detail: Detail;
  readonly #possible: (life: Life) => boolean;
  readonly #happen: (life: Life, detail: Detail) => Promise<void>;

  constructor(
    name: string,
    detail: Detail,
    possible: (life: Life) => boolean,
    happen: (life: Life, detail: Detail) => Promise<void>,
  ) {
    this.#name = name;
    this.#detail = detail;
    this.#possible = possible;
    this.#happen = happen;
  }

  check(life: Readonly<Life>): boolean {
    return this.#possible(life as Life);
  }

  async run(life: Life): Promise<void> {
    life.step += 1;
    await this.#happen(life, this.#detail);
    life.count(this.#name);
    await life.expectNothingBent();
  }

  toString(): string {
    return `${this.#name} ${JSON.stringify(this.#detail)}`;
  }
}

function happening<Detail>(
  name: string,
  detail: fc.Arbitrary<Detail>,
  possible: (life: Life) => boolean,
  happen: (life: Life, detail: Detail) => Promise<void>,
): fc.Arbitrary<Happening<Detail>> {
  return detail.map((each) => new Happening(name, each, possible, happen));
}

const which = fc.nat({ max: 30 });

const told = { code: "told", detail: "" };
const FAILURES: SendOutcome[] = [
  { kind: "transient", ...told, of: "provider" },
  { kind: "transient", ...told, of: "message" },
  { kind: "transient", code: "30008", detail: "", of: "message" },
  { kind: "rateLimited", ...told, retryAfterMs: null },
  { kind: "rateLimited", ...told, retryAfterMs: 20 * MINUTE },
  { kind: "quietHours", ...told },
  { kind: "accountFault", ...told },
  { kind: "permanent", ...told, reason: "bad_address", dead: true },
  { kind: "permanent", ...told, reason: "opted_out", dead: false },
  { kind: "permanent", ...told, reason: "filtered", dead: false },
  { kind: "permanent", ...told, reason: "refused", dead: false },
];
const UNKNOWN: SendOutcome = { kind: "unknown", ...told };
const SENT: SendOutcome = { kind: "sent", providerId: "P1", delivered: false };
const DELIVERED: SendOutcome = { kind: "sent", providerId: "P1", delivered: true };

const doubtful: fc.Arbitrary<Answer> = fc.record({
  taken: fc.boolean(),
  outcome: fc.constantFrom<Answer["outcome"]>(UNKNOWN, "silence", "silence"),
});
/** Answers that no receipt can overtake in a way that only the ledger's locks decide. */
const raced: fc.Arbitrary<Answer> = fc.oneof(
  fc.constant({ taken: true, outcome: SENT }),
  doubtful,
  fc.record({ taken: fc.constant(false), outcome: fc.constantFrom(...FAILURES) }),
);
const answers = fc.oneof(
  { weight: 6, arbitrary: raced },
  { weight: 1, arbitrary: fc.constant({ taken: true, outcome: DELIVERED }) },
);
const memory = fc.constantFrom<Memory>("truth", "truth", "blind", "silent");

export const visits: fc.Arbitrary<Visit> = fc.record({
  protocol: fc.constantFrom("once", "once", "brief", "later", "spread"),
  home: fc.nat({ max: 2 }),
  channels: fc.constantFrom<ChannelName[]>(["sms", "email"], ["email", "sms"], ["sms"]),
  consent: fc.constantFrom<ChannelName[]>(["sms", "email"], ["sms", "email"], ["sms"], ["email"]),
  timeZone: fc.constantFrom(null, "America/Los_Angeles", "Asia/Kathmandu"),
  performedAgoMs: fc.constantFrom(0, 0, -10 * MINUTE, 50 * MINUTE, 3 * HOUR),
});

const any = (life: Life) => life.known.length > 0;
const word: fc.Arbitrary<Word> = fc.oneof(
  fc.record({
    status: fc.constantFrom("queued", "sent", "delivered", "delivered"),
    code: fc.constant(null),
  }),
  fc.record({
    status: fc.constant("undelivered"),
    code: fc.constantFrom(
      null,
      "30003",
      "30008",
      "30005",
      "30004",
      "30007",
      "30034",
      "30022",
      "30610",
    ),
  }),
);

/** Instants around which something changes, or plain stretches of time. */
const skips = fc.oneof(
  fc.record({
    byMs: fc.constantFrom(SECOND, 31 * SECOND, 36 * SECOND, 61 * SECOND, 5 * MINUTE, HOUR),
  }),
  fc.record({ byMs: fc.constantFrom(61 * SECOND, 6 * HOUR, 12 * HOUR, DAY, 3 * DAY) }),
  fc.record({
    to: fc.constantFrom("dueAt", "dueAt", "dueAt", "sendUntil", "expiresAt"),
    offMs: fc.constantFrom(-30 * SECOND, -1, 0, 0),
  }),
);

const rivals = fc.constantFrom<Rival[]>(
  "cancel",
  "treatment",
  "opt-out",
  "replay",
  "send-now",
  "receipt",
  "rescue",
);
/** A ticket of the queue, and where it is empty, the next that comes into it. */
async function nextTicket(life: Life, n: number): Promise<Life["queue"][number] | null> {
  if (life.queue.length === 0) {
    await life.dispatch(1);
    if (life.queue.length === 0) skip(life, { to: "dueAt", offMs: 0 });
    await life.dispatch(1);
  }
  return life.queue.length === 0 ? null : pick(life.queue, n);
}

const queued = (life: Life) => life.queue.length > 0;
const nothing = fc.constant(null);

/** All that can happen; what is written twice happens more often. */
export function happenings(): fc.Arbitrary<fc.AsyncCommand<Life, Life>>[] {
  const enrol = happening(
    "enrol",
    visits,
    (life) => life.known.length < 12,
    async (life, of) => {
      await life.admit(of);
    },
  );
  const dispatch = happening("dispatch", fc.integer({ min: 1, max: 2 }), any, (life, dispatchers) =>
    life.dispatch(dispatchers),
  );
  const deliver = happening(
    "deliver",
    fc.record({ n: which, answer: answers, times: fc.constantFrom(1, 1, 2), kept: fc.boolean() }),
    any,
    async (life, { n, answer, times, kept }) => {
      const ticket = await nextTicket(life, n);
      if (ticket === null) return;
      const works = Array.from({ length: times }, () => life.deliver(ticket, answer));
      await Promise.all(works);
      if (kept) life.queue.push(ticket);
    },
  );
  const work = happening("work", answers, any, async (life, answer) => {
    await life.dispatch(1);
    for (const ticket of life.queue) await life.deliver(ticket, answer);
  });
  const race = happening(
    "race",
    fc.record({ n: which, answer: raced, kind: rivals }),
    any,
    async (life, { n, answer, kind }) => {
      const ticket = await nextTicket(life, n);
      if (ticket === null) return;
      const index = life.known.findIndex(({ id }) => id === ticket.reminderId);
      await Promise.all([life.deliver(ticket, answer), rival(life, kind, index)]);
    },
  );
  const answer = happening(
    "answer",
    fc.record({
      n: which,
      ifTaken: fc.constantFrom(SENT, UNKNOWN),
      ifNot: fc.constantFrom(...FAILURES),
    }),
    (life) => life.waiting.length > 0,
    async (life, { n, ifTaken, ifNot }) => {
      const waiting = pick(life.waiting, n);
      if (!ENDS.includes(life.reminderOf(waiting.send).status)) life.count("late word");
      await life.answer(waiting, waiting.send.taken ? ifTaken : ifNot);
    },
  );
  const vanish = happening(
    "vanish",
    fc.record({ n: which, taken: fc.boolean(), memory }),
    any,
    async (life, { n, taken, memory: is }) => {
      const ticket = await nextTicket(life, n);
      if (ticket === null) return;
      await life.deliver(ticket, { taken, outcome: "silence" });
      skip(life, { byMs: 61 * SECOND });
      life.provider.memory = is;
      await life.rescue();
    },
  );
  const rescue = happening(
    "rescue",
    fc.record({ memory, times: fc.constantFrom(1, 2) }),
    any,
    async (life, { memory: is, times }) => {
      life.provider.memory = is;
      await Promise.all(Array.from({ length: times }, () => life.rescue()));
    },
  );
  const receipt = happening(
    "receipt",
    fc.record({ n: which, word, times: fc.constantFrom(1, 2) }),
    (life) => receivable(life).length > 0,
    async (life, { n, word: says, times }) => {
      const send = pick(receivable(life), n);
      for (let time = 0; time < times; time++) await receive(life, send, says);
    },
  );
  const pass = happening("skip", skips, any, (life, by) => {
    skip(life, by);
    return Promise.resolve();
  });
  const lose = happening("lose the queue", nothing, queued, (life) => {
    life.queue = [];
    return Promise.resolve();
  });
  const cancel = happening("cancel", which, any, (life, n) => actOnOne(life, "cancel", n));
  const cancelAll = happening("cancel treatment", which, any, cancelOneTreatment);
  const stop = happening(
    "opt out",
    fc.record({ n: which, channel: fc.constantFrom(...CHANNELS) }),
    any,
    (life, { n, channel }) => optOutOne(life, n, channel),
  );
  const replay = happening("replay", which, any, (life, n) => actOnOne(life, "replay", n));
  const sendNow = happening("send now", which, any, (life, n) => actOnOne(life, "send-now", n));
  const many = happening("bulk", fc.constantFrom<ActionName>("replay", "send-now"), any, bulk);

  const often = [work, deliver, vanish, race, answer, rescue, receipt, receipt, replay, pass, pass];
  const now = [...often, ...often, enrol, dispatch, sendNow];
  return [...now, ...now, cancel, cancelAll, stop, many, lose];
}
