import { describe, expect, it } from "vitest";
import { type EnrolledAnswer, enrolmentBody, type FullReminder } from "../../support/clinic.ts";
import { until } from "../../support/poll.ts";
import type { ReminderAnswer } from "../../support/programApi.ts";
import { ENGINES } from "../ledger/engine.ts";
import { PRODUCTS, type Texted, useTexting } from "./texting.ts";

const REASON = { reason: "nothing came" };

describe.each(ENGINES)("a text that its carrier could not deliver, on the %s engine", (kind) => {
  const texting = useTexting(kind);

  const lastText = (of: Texted) => {
    const texts = texting.fake.messages.filter(
      ({ params }) => params["To"] === of.phone && params["Body"]?.includes(PRODUCTS),
    );
    return texts.at(-1)?.sid ?? "";
  };
  const undelivered = (of: Texted, code: number) =>
    texting.fake.callback(lastText(of), "undelivered", code);
  const outcomes = async (of: Texted) =>
    (await texting.detailOf(of)).attempts.map(({ channel, status, code }) => [
      channel,
      status,
      code,
    ]);
  const eventsOf = async (of: Texted) =>
    (await texting.detailOf(of)).events.map(({ type }) => type);

  /** Somebody who can be reached both ways. */
  async function both(): Promise<Texted> {
    const phone = "+12125558001";
    const email = "both@patients.example.test";
    const { body } = await texting.clinic.desk.post<EnrolledAnswer>("/v1/treatments", {
      ...enrolmentBody(texting.running.clock.now()),
      patient: { externalId: phone, firstName: "Ana", phone, email },
    });
    const id = body.reminders.find(({ step }) => step === "products")?.id ?? "";
    return { enrolled: body, phone, id };
  }

  it("goes by email where the patient agreed to that, and the number is remembered", async () => {
    const of = await both();
    await texting.ends(of, "sent");
    expect(await undelivered(of, 30005)).toMatchObject({ httpStatus: 204 });
    expect(await texting.ends(of, "delivered")).toMatchObject({ channel: "email" });
    expect(await outcomes(of)).toEqual([
      ["sms", "undelivered", "30005"],
      ["email", "delivered", null],
    ]);
    expect(await eventsOf(of)).toEqual(["next channel"]);

    // The desk sees it with the next plan, and the texts that were to come go by email.
    const { body } = await texting.clinic.desk.post<{ reminders: FullReminder[] }>("/v1/plans", {
      ...enrolmentBody(texting.running.clock.now()),
      patient: { externalId: of.phone, firstName: "Ana", phone: of.phone },
    });
    const planned = body.reminders.find(({ step }) => step === "makeup-ok");
    expect(planned).toMatchObject({ channel: "email" });
    expect(planned?.trace.channels).toContainEqual({ channel: "sms", use: "dead_address" });
  });

  it("ends as undelivered, with the reason, where there is no other way", async () => {
    const of = await texting.enrol();
    await texting.ends(of, "sent");
    await undelivered(of, 30006);
    expect(await texting.ends(of, "undelivered")).toMatchObject({ statusReason: "bad_address" });
    const later = await texting.enrol({});
    expect((await texting.ends(later, "sent")).channel).toBe("sms");
  });

  it("waits and is sent again where the phone was off", async () => {
    const of = await texting.enrol();
    const { dueAt } = await texting.ends(of, "sent");
    await undelivered(of, 30003);
    const waiting = await texting.ends(of, "scheduled");
    expect(waiting.statusReason).toBe("30003");
    expect(Date.parse(waiting.dueAt)).toBeGreaterThanOrEqual(Date.parse(dueAt) + 24_000);
    texting.running.clock.moveTo(new Date(waiting.dueAt));
    await until("the text goes out again", () => texting.textsTo(of).length === 2);
    await texting.ends(of, "sent");
    await texting.fake.callback(lastText(of), "delivered");
    await texting.ends(of, "delivered");
    expect(await outcomes(of)).toEqual([
      ["sms", "undelivered", "30003"],
      ["sms", "delivered", null],
    ]);
  });

  it("is tried once more, and only once, after an unknown error of the carrier", async () => {
    const of = await texting.enrol();
    await texting.ends(of, "sent");
    await undelivered(of, 30008);
    const waiting = await texting.ends(of, "scheduled");
    texting.running.clock.moveTo(new Date(waiting.dueAt));
    await until("the text goes out again", () => texting.textsTo(of).length === 2);
    await texting.ends(of, "sent");
    await undelivered(of, 30008);
    const { statusReason } = await texting.ends(of, "undelivered");
    expect(statusReason).toBe("30008");
  });

  it("stops what is to go out again, once an earlier one has arrived", async () => {
    const of = await texting.enrol();
    await texting.ends(of, "sent");
    const first = lastText(of);
    texting.running.clock.moveBy(3 * 60_000);
    // The patient says that nothing came, and the phone was only off.
    const { status } = await texting.clinic.admin.post(`/v1/reminders/${of.id}/replay`, REASON);
    expect(status).toBe(200);
    await until("it goes out again", () => texting.textsTo(of).length === 2);
    await texting.ends(of, "sent");
    expect(await texting.fake.callback(first, "delivered")).toMatchObject({ httpStatus: 204 });
    expect((await texting.detailOf(of)).status).toBe("delivered");
    await undelivered(of, 30003);
    expect((await texting.detailOf(of)).status).toBe("delivered");
    const again = await texting.clinic.admin.post(`/v1/reminders/${of.id}/replay`, REASON);
    expect(again).toMatchObject({ status: 409, body: { code: "already_delivered" } });
  });

  it("waits an hour and more where it came at a quiet hour", async () => {
    const of = await texting.enrol();
    await texting.ends(of, "sent");
    const before = texting.running.clock.now();
    await undelivered(of, 30610);
    const { dueAt }: ReminderAnswer = await texting.ends(of, "scheduled");
    expect(Date.parse(dueAt)).toBeGreaterThanOrEqual(before.getTime() + 3_600_000);
  });

  it("pauses the channel where its sender is at fault, for the desk to see", async () => {
    const of = await texting.enrol();
    await texting.ends(of, "sent");
    await undelivered(of, 30034);
    const { body } = await texting.clinic.desk.get<{ items: object[] }>("/v1/channels");
    expect(body.items).toMatchObject([
      {
        channel: "sms",
        provider: "twilio",
        state: "paused",
        pause: { reason: "account_fault", code: "30034" },
      },
      { channel: "email", provider: "outbox", state: "working", pause: null },
    ]);
    expect((await texting.detailOf(of)).status).toBe("scheduled");
    const metrics = await fetch(`${texting.running.address}/metrics`).then((each) => each.text());
    expect(metrics).toContain('aftercare_paused_channels{channel="sms"} 1');
  });
});
