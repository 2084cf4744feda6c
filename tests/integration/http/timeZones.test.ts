import { beforeAll, describe, expect, it } from "vitest";
import { useApp } from "../../support/app.ts";
import {
  type EnrolledAnswer,
  enrolmentBody,
  type FullReminder,
  openClinic,
  type TestClinic,
} from "../../support/clinic.ts";
import { until } from "../../support/poll.ts";
import { ENGINES } from "../ledger/engine.ts";

const HOUR = 3_600_000;
const PACIFIC = "America/Los_Angeles";

interface Moved extends FullReminder {
  trace: FullReminder["trace"] & {
    window: string;
    local?: { timeZone: string; timeZoneFrom: string };
    waitUntil?: string | null;
  };
}

// With a worker, by a clock that stands still until a test moves it: all that is due is sent.
describe.each(ENGINES)("a patient who moves to another zone, on the %s engine", (kind) => {
  const running = useApp(kind, { worker: true });
  let clinic: TestClinic;
  let patients = 0;
  beforeAll(async () => {
    clinic = await openClinic(running);
  });

  const now = () => running.clock.now();

  /** Enrols a patient who gets texts only, of a treatment so many hours ago. */
  async function enrol(
    phone: string,
    hoursAgo: number,
    timeZone?: string,
  ): Promise<EnrolledAnswer> {
    const at = new Date(now().getTime() - hoursAgo * HOUR);
    const body = enrolmentBody(at, { externalId: phone, phone });
    const { timeZone: _, ...patient } = body.patient;
    const answer = await clinic.admin.post<EnrolledAnswer>("/v1/treatments", {
      ...body,
      patient: { ...patient, ...(timeZone !== undefined && { timeZone }) },
      channels: ["sms"],
      consent: { ...body.consent, care: ["sms"] },
    });
    expect(answer.status).toBe(201);
    return answer.body;
  }

  const nextPhone = () => `+121255504${String(++patients).padStart(2, "0")}`;
  const remindersOf = async ({ treatment }: EnrolledAnswer) =>
    (await clinic.desk.get<{ reminders: Moved[] }>(`/v1/treatments/${treatment.id}`)).body
      .reminders;
  const stepOf = async (enrolled: EnrolledAnswer, step: string) => {
    const found = (await remindersOf(enrolled)).find((each) => each.step === step);
    if (found === undefined) throw new Error(`no ${step}`);
    return found;
  };
  const delivered = (enrolled: EnrolledAnswer, step: string) =>
    until(`${step} is delivered`, async () => {
      return (await stepOf(enrolled, step)).status === "delivered";
    });
  const sentTo = (phone: string) => running.outbox.filter(({ to }) => to === phone);

  it("gets what is unsent by the new place's hours, never early, and both zones are told", async () => {
    const phone = nextPhone();
    // True at 08:30 in New York the day after: sent at 09:00 there, which is 06:00 in Los Angeles.
    const first = await enrol(phone, -0.2, "America/New_York");
    const performedAt = new Date(first.treatment.performedAt).getTime();
    const again = await clinic.admin.call("PATCH", `/v1/treatments/${first.treatment.id}`, {
      body: { overrides: { sun: "17h" }, reason: "a test of the morning" },
    });
    expect(again.status).toBe(200);
    const before = await stepOf(first, "sun");
    expect(before.localTime).toBe("2026-11-24T09:00:00-05:00");
    expect(before.trace.local).toBeUndefined();

    await enrol(phone, 24 * 30, PACIFIC);
    const sun = await stepOf(first, "sun");
    expect(sun.localTime).toBe("2026-11-24T09:00:00-08:00");
    expect(sun.trace).toMatchObject({
      timeZone: "America/New_York",
      timeZoneFrom: "patient",
      local: { timeZone: PACIFIC, timeZoneFrom: "patient" },
      trueAt: new Date(performedAt + 17 * HOUR).toISOString(),
    });
    const week = await stepOf(first, "sun-week");
    expect(new Date(week.dueAt).getTime()).toBe(performedAt + 7 * 24 * HOUR);
    expect(week.localTime).toMatch(/^2026-11-30T12:42:00-08:00$/);
    const events = await clinic.desk.get<{ events: { type: string; detail: object }[] }>(
      `/v1/reminders/${sun.id}`,
    );
    expect(events.body.events.at(-1)).toMatchObject({ type: "planned again" });

    running.clock.moveTo(new Date("2026-11-24T16:59:00Z"));
    const early = sentTo(phone).length;
    // Somebody else gets what is due in New York: by then the worker has looked at all of it.
    const other = await enrol(nextPhone(), 0, "America/New_York");
    await delivered(other, "essentials");
    expect(sentTo(phone)).toHaveLength(early);
    expect((await stepOf(first, "sun")).status).toBe("scheduled");
    running.clock.moveTo(new Date("2026-11-24T17:00:00Z"));
    await delivered(first, "sun");
  });

  it("is where the clinic is until it says otherwise, and stays where it said", async () => {
    const phone = nextPhone();
    const first = await enrol(phone, 1);
    const [reminder] = await remindersOf(first);
    expect(reminder?.trace).toMatchObject({ timeZone: "America/New_York", timeZoneFrom: "clinic" });
    await enrol(phone, 24 * 30, PACIFIC);
    await enrol(phone, 24 * 31);
    const later = await stepOf(first, "two-weeks");
    expect(later.localTime).toMatch(/-08:00$/);
    expect(later.trace).toMatchObject({
      timeZone: "America/New_York",
      timeZoneFrom: "clinic",
      local: { timeZone: PACIFIC, timeZoneFrom: "patient" },
    });
  });

  it("gets a retraction that waits by the new clocks, which also say until when", async () => {
    const phone = nextPhone();
    // Half past nine in the evening in New York.
    running.clock.moveTo(new Date("2026-11-25T00:30:00Z"));
    const first = await enrol(phone, 49, "America/New_York");
    await delivered(first, "retinol-ok");
    running.clock.moveTo(new Date("2026-11-25T02:30:00Z"));
    const performedAt = new Date(now().getTime() - 20 * HOUR);
    const body = { performedAt, reason: "the time was wrong" };
    await clinic.admin.call("PATCH", `/v1/treatments/${first.treatment.id}`, { body });
    expect((await stepOf(first, "retinol-wait")).localTime).toBe("2026-11-25T09:00:00-05:00");

    await enrol(phone, 24 * 30, PACIFIC);
    const wait = await stepOf(first, "retinol-wait");
    // Half past six there: its hours are open.
    expect(wait.localTime).toBe("2026-11-24T18:30:00-08:00");
    expect(wait.trace.local?.timeZone).toBe(PACIFIC);
    await delivered(first, "retinol-wait");
    const { text = "" } =
      sentTo(phone).findLast(({ content }) => content.text.includes("retinol"))?.content ?? {};
    // True at 06:30 UTC on Thursday.
    expect(text).toContain("Wednesday, November 25 at 10:30 PM");
  });
});
