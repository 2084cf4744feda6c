import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { DAY_MS, startOfDay, wallClockAt } from "../../../src/domain/localTime.ts";
import { withOverrides } from "../../../src/domain/overrides.ts";
import { restrictionsOf } from "../../../src/domain/restrictions.ts";
import { cancelTreatment } from "../../../src/ledger/cancel.ts";
import { correctTreatment } from "../../../src/ledger/correct.ts";
import { enrol } from "../../../src/ledger/enrol.ts";
import { pinProtocols } from "../../../src/ledger/protocols.ts";
import { clear, type LifeHouse, openLifeHouse } from "./lifeWorld.ts";
import { loadOverlapping, OVERLAPPING } from "./overlapContent.ts";
import { sendDue } from "./sendDue.ts";

const HOUR = 3_600_000;
const ZONE = "America/New_York";
const START = Date.parse("2026-10-29T13:00:00Z");

let house: LifeHouse;
beforeAll(async () => {
  const { maker, ...rest } = await openLifeHouse();
  const content = await loadOverlapping();
  await pinProtocols(rest.ledger.db, content.protocols.values(), new Date());
  house = { ...rest, maker: { ...maker, content } };
});
afterAll(() => house.close());

/** What a clinic does, each a while after the one before. */
type Deed =
  | { kind: "enrol"; protocol: string; hoursAgo: number }
  | { kind: "correct"; which: number; hoursAgo: number }
  | { kind: "override"; which: number; after: string }
  | { kind: "cancel"; which: number };

const deeds = fc.array(
  fc.record({
    hoursLater: fc.integer({ min: 0, max: 40 }),
    deed: fc.oneof(
      {
        weight: 3,
        arbitrary: fc.record({
          kind: fc.constant("enrol" as const),
          protocol: fc.constantFrom(...OVERLAPPING),
          hoursAgo: fc.integer({ min: 0, max: 60 }),
        }),
      },
      fc.record({
        kind: fc.constant("correct" as const),
        which: fc.nat({ max: 3 }),
        hoursAgo: fc.integer({ min: 0, max: 80 }),
      }),
      fc.record({
        kind: fc.constant("override" as const),
        which: fc.nat({ max: 3 }),
        after: fc.constantFrom("30h", "100h", "6d"),
      }),
      fc.record({ kind: fc.constant("cancel" as const), which: fc.nat({ max: 3 }) }),
    ),
  }),
  { minLength: 2, maxLength: 7 },
);

/** A patient of the clinic, whose treatments overlap, by a clock that only moves when it is told. */
class Patient {
  now = new Date(START);
  readonly treatments: string[] = [];

  async live(script: readonly { hoursLater: number; deed: Deed }[]): Promise<void> {
    for (const { hoursLater, deed } of script) {
      await this.wait(hoursLater);
      await this.does(deed);
    }
    await this.wait(24 * 24);
  }

  /** Time passes by two hours at most, and all that is due meanwhile is sent. */
  private async wait(hours: number): Promise<void> {
    const until = this.now.getTime() + hours * HOUR;
    do {
      this.now = new Date(Math.min(until, this.now.getTime() + 2 * HOUR));
      await sendDue(house, this.now, () => this.mayBeTold());
    } while (this.now.getTime() < until);
  }

  /** At the moment of a send: no topic is permitted that an active treatment still restricts. */
  private async mayBeTold(): Promise<void> {
    const sending = await house.ledger.db
      .selectFrom("reminders")
      .select(["kind", "topics", "treatment_id"])
      .where("status", "=", "sending")
      .executeTakeFirstOrThrow();
    if (sending.kind !== "permission") return;
    for (const { topic, until } of await this.restrictions()) {
      if (sending.topics.includes(topic) && until > this.now) {
        throw new Error(`${topic} is permitted ${until.getTime() - this.now.getTime()} ms early`);
      }
    }
  }

  private async restrictions() {
    const rows = await house.ledger.db
      .selectFrom("treatments")
      .select(["protocol", "overrides", "performed_at"])
      .where("status", "=", "active")
      .execute();
    return rows.flatMap((row) => {
      const protocol = house.maker.content.protocols.get(row.protocol);
      if (protocol === undefined) throw new Error("no such protocol");
      return restrictionsOf(withOverrides(protocol, row.overrides), row.performed_at, ZONE);
    });
  }

  private async does(deed: Deed): Promise<void> {
    const { ledger, clinic, keyId } = house;
    const asked = { clinicId: clinic.id, reason: "a test", actor: "test" };
    if (deed.kind === "enrol") {
      const protocol = house.maker.content.protocols.get(deed.protocol);
      if (protocol === undefined || this.treatments.length > 3) return;
      const performedAt = new Date(this.now.getTime() - deed.hoursAgo * HOUR);
      const consent = { care: ["sms" as const], rebook: [], source: "test", at: this.now };
      const enrolment = {
        protocol: deed.protocol,
        performedAt,
        patient: {
          externalId: "p-1",
          firstName: "Ana",
          phone: "+12125550123",
          email: null,
          timeZone: ZONE,
          locale: "en",
        },
        channels: ["sms" as const],
        consent: { ...consent, textVersion: null, takenBy: null },
        overrides: {},
        overrideReason: null,
      };
      const request = { clinic, keyId, protocol, enrolment, idempotency: null };
      const result = await enrol(ledger, request, this.now, ({ treatment }) => treatment.id);
      if (result.kind === "created") this.treatments.push(result.answer);
      return;
    }
    const id = this.treatments[deed.which];
    if (id === undefined) return;
    if (deed.kind === "cancel")
      return void (await cancelTreatment(ledger, { ...asked, id }, this.now));
    const performedAt =
      deed.kind === "correct" ? new Date(this.now.getTime() - deed.hoursAgo * HOUR) : null;
    const changes = deed.kind === "override" ? { "step-2": deed.after } : {};
    await correctTreatment(ledger, { ...asked, id, performedAt, changes }, this.now);
  }
}

it("permits nothing that a treatment restricts, keeps the cap, and loses no permission", {
  timeout: 240_000,
}, async () => {
  const seen = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(deeds, async (script) => {
      await clear(house);
      const patient = new Patient();
      await patient.live(script);
      const reminders = await house.ledger.db
        .selectFrom("reminders")
        .select(["kind", "status", "status_reason", "claimed_at", "replaced_by", "trace"])
        .execute();
      const days = reminders
        .filter(({ kind }) => kind !== "caution" && kind !== "retraction")
        .flatMap(({ claimed_at: at }) => (at === null ? [] : [dayOf(at)]));
      for (const day of days) {
        expect(days.filter((other) => other === day).length).toBeLessThanOrEqual(3);
      }
      for (const { kind, status, status_reason: reason, trace } of reminders) {
        const end = reason === null ? status : `${status}: ${reason}`;
        if (kind !== "permission") continue;
        seen.set(end, (seen.get(end) ?? 0) + 1);
        expect(ENDS).toContain(end);
        const explained = reason !== "superseded" || (trace.supersededBy ?? []).length > 0;
        expect(explained).toBe(true);
      }
    }),
    { numRuns: 25 },
  );
  // The lives were of every kind, and not all of one.
  expect([...seen.keys()]).toEqual(expect.arrayContaining(["delivered", "skipped: superseded"]));
});

/** How a permission may end: it was sent, another one spoke, or it is plain why nobody did. */
const ENDS = [
  "delivered",
  "skipped: superseded",
  "skipped: collapsed",
  "skipped: expired",
  "cancelled",
];

const dayOf = (at: Date) => startOfDay(wallClockAt(at.getTime(), ZONE)) / DAY_MS;
