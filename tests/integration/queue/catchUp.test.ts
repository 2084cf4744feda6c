import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { loadContent } from "../../../src/content/content.ts";
import { enrol } from "../../../src/ledger/enrol.ts";
import { pinProtocols } from "../../../src/ledger/protocols.ts";
import { clear, type LifeHouse, openLifeHouse } from "./lifeWorld.ts";
import { sendDue } from "./sendDue.ts";

const HOUR = 3_600_000;
/** A Monday at ten in New York. */
const TREATED = new Date("2026-11-23T15:00:00Z");

let house: LifeHouse;
beforeAll(async () => {
  const { maker, ...rest } = await openLifeHouse();
  const content = await loadContent();
  await pinProtocols(rest.ledger.db, content.protocols.values(), TREATED);
  house = { ...rest, maker: { ...maker, content } };
});
beforeEach(() => clear(house));
afterAll(() => house.close());

/** A patient of micro needling, who gets texts only. */
async function enrolled(): Promise<void> {
  const { ledger, clinic, keyId, maker } = house;
  const protocol = maker.content.protocols.get("microneedling");
  if (protocol === undefined) throw new Error("no such protocol");
  const sms = ["sms" as const];
  const said = { source: "test", at: TREATED, textVersion: null, takenBy: null };
  const enrolment = {
    protocol: protocol.name,
    performedAt: TREATED,
    patient: {
      externalId: null,
      firstName: "Ana",
      phone: "+12125550123",
      email: null,
      timeZone: "America/New_York",
      locale: "en",
    },
    channels: sms,
    consent: { care: sms, rebook: [], ...said },
    overrides: {},
    overrideReason: null,
  };
  const request = { clinic, actor: `key:${keyId}`, protocol, enrolment, idempotency: null };
  await enrol(ledger, request, TREATED, () => null);
}

const after = (hours: number) => new Date(TREATED.getTime() + hours * HOUR);

/** The steps by what has become of them so far. */
async function steps() {
  const rows = await house.ledger.db
    .selectFrom("reminders")
    .select(["step", "status", "status_reason as reason", "due_at as dueAt"])
    .orderBy("position")
    .execute();
  const of = (end: string) =>
    rows
      .filter(({ status, reason }) => end === (reason === null ? status : `${status}: ${reason}`))
      .map(({ step }) => step);
  return { of, dueAt: (step: string) => rows.find((each) => each.step === step)?.dueAt };
}

it("after an outage of days, a patient gets three messages that day beside the cautions", async () => {
  await enrolled();
  await sendDue(house, after(55));
  const then = await steps();
  expect(then.of("skipped: expired")).toEqual(["first-hours"]);
  expect(then.of("delivered")).toEqual([
    "essentials",
    "products",
    "skin-care",
    "sun",
    "makeup-ok",
    "retinol-ok",
  ]);
  // What is least urgent goes first thing the next day.
  expect(then.of("scheduled: daily_cap")).toEqual(["two-days"]);
  expect(then.dueAt("two-days")?.toISOString()).toBe("2026-11-26T14:00:00.000Z");

  await sendDue(house, new Date("2026-11-26T14:00:00Z"));
  expect((await steps()).of("delivered")).toContain("two-days");
});

it("after an outage, only the latest of each topic is sent", async () => {
  await enrolled();
  // By now products-reminder says again what products would have said, and both are fresh.
  await sendDue(house, after(5 * 24 + 1));
  const then = await steps();
  expect(then.of("skipped: collapsed")).toEqual(["products"]);
  expect(then.of("delivered")).toContain("products-reminder");
});
