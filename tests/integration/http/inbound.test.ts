import { describe, expect, it } from "vitest";
import { useApp } from "../../support/app.ts";
import { callerAt } from "../../support/appCaller.ts";
import type { EnrolledAnswer, TestClinic } from "../../support/clinic.ts";
import { until } from "../../support/poll.ts";
import { ENGINES } from "../ledger/engine.ts";
import { expectProblem } from "./refusal.ts";
import { CLINIC_PHONE, INBOUND, useTexter } from "./texter.ts";

const HOUR = 3_600_000;

describe.each(ENGINES)("a patient's text, on the %s engine", (kind) => {
  const texter = useTexter(kind);

  /** Somebody to whom what is due at once has been sent. */
  async function texted(facts = {}, at?: TestClinic): Promise<{ phone: string } & EnrolledAnswer> {
    const phone = texter.nextPhone();
    return { phone, ...(await textedAt(phone, facts, at)) };
  }

  async function textedAt(phone: string, facts = {}, at = texter.clinic): Promise<EnrolledAnswer> {
    const enrolled = await texter.enrol(phone, facts, at);
    const now = texter.running.clock.now().toISOString();
    await until("what was due has left", async () =>
      (await standing(enrolled, at)).every(
        ({ dueAt, status }) =>
          dueAt > now || (status !== "scheduled" && status !== "queued" && status !== "sending"),
      ),
    );
    return enrolled;
  }

  const standing = async ({ treatment }: EnrolledAnswer, at = texter.clinic) =>
    (await at.desk.get<EnrolledAnswer>(`/v1/treatments/${treatment.id}`)).body.reminders;
  const waitingIn = async (of: EnrolledAnswer, channel: string, at = texter.clinic) =>
    (await standing(of, at)).filter((x) => x.status === "scheduled" && x.channel === channel);

  it("of STOP skips all that is unsent by text, and is confirmed once", async () => {
    const of = await texted();
    expect((await waitingIn(of, "sms")).length).toBeGreaterThan(5);
    const sent = texter.twilio.messages.length;
    expect(await texter.text(of.phone, "Stop please!")).toBe(
      "Willow Skin Clinic: You will get no more texts from this number. " +
        "Reply START to get them again.",
    );
    expect(await waitingIn(of, "sms")).toEqual([]);
    const skipped = (await standing(of)).filter((each) => each.status === "skipped");
    expect(new Set(skipped.map((each) => each.statusReason))).toEqual(new Set(["opted_out"]));
    const detail = await texter.detailOf(skipped[0]?.id ?? "");
    expect(detail.events).toMatchObject([
      { type: "skipped", actor: "patient", detail: { reason: "opted_out" } },
    ]);
    // Once more is no news.
    expect(await texter.text(of.phone, "STOP")).toBeNull();
    // And whoever has stopped gets no acknowledgement either.
    expect(await texter.text(of.phone, "fine, thank you")).toBeNull();
    expect(texter.twilio.messages).toHaveLength(sent);
    const plan = await texter.enrol(of.phone);
    expect(plan.reminders.every(({ channel }) => channel === "email")).toBe(true);
  });

  it("is answered in the patient's language", async () => {
    const of = await texted({ locale: "es-MX" });
    expect(await texter.text(of.phone, "AYUDA")).toContain(CLINIC_PHONE);
    expect(await texter.text(of.phone, "Gracias")).toContain("Hemos recibido su mensaje");
    expect(await texter.text(of.phone, "Tengo fiebre")).toContain(`llame ahora al ${CLINIC_PHONE}`);
    expect(await texter.text(of.phone, "no me escriban más")).toContain(
      "no le enviaremos mensajes",
    );
  });

  it("of START lets texts come again", async () => {
    const of = await texted();
    await texter.text(of.phone, "stop");
    expect(await texter.text(of.phone, "yes")).toBeNull();
    expect((await texter.enrol(of.phone)).reminders.some((x) => x.channel === "sms")).toBe(false);
    expect(await texter.text(of.phone, "START")).toContain("You will get texts from this number");
    expect((await texter.enrol(of.phone)).reminders.some((x) => x.channel === "sms")).toBe(true);
    // A stop after it is a new one, and is confirmed anew.
    expect(await texter.text(of.phone, "stop")).toContain("no more texts");
  });

  it("of HELP names the clinic and its phone", async () => {
    const of = await texted();
    const answer = await texter.text(of.phone, "help");
    expect(answer).toContain("Willow Skin Clinic");
    expect(answer).toContain(CLINIC_PHONE);
    expect(await waitingIn(of, "sms")).not.toEqual([]);
  });

  it("is not answered where Twilio has done so", async () => {
    const of = await texted();
    const by = (OptOutType: string) => ({ more: { OptOutType } });
    expect(await texter.text(of.phone, "HELP", by("HELP"))).toBeNull();
    expect(await texter.text(of.phone, "BASTANTE", by("STOP"))).toBeNull();
    expect(await waitingIn(of, "sms")).toEqual([]);
    expect(await texter.text(of.phone, "yes", by("START"))).toBeNull();
    expect((await texter.enrol(of.phone)).reminders.some((x) => x.channel === "sms")).toBe(true);
    // An alarm is: Twilio has said nothing of it.
    const alarm = await texter.text(of.phone, "HELP I can't breathe, fever", by("HELP"));
    expect(alarm).toContain("911");
    const open = (await texter.inbox("?handled=false")).filter(({ from }) => from === of.phone);
    expect(open).toMatchObject([{ reading: "alarm", alarm: true, answer: alarm }]);
  });

  it("that says more than STOP stops, and reaches a person", async () => {
    const of = await texted();
    const said = "Is it normal that it peels? Also please stop texting me, call me";
    expect(await texter.text(of.phone, said)).toContain("no more texts");
    expect(await waitingIn(of, "sms")).toEqual([]);
    const open = (await texter.inbox("?handled=false")).filter(({ from }) => from === of.phone);
    expect(open).toMatchObject([{ text: said, reading: "stop", handledBy: null }]);
    const told = await until("the clinic is told", async () => {
      for (const mail of texter.smtp.messages) {
        const parsed = await mail.parsed();
        if (parsed.text?.includes(said)) return parsed;
      }
      return undefined;
    });
    expect(told.subject).toBe("A patient has written");
  });

  it("that is a picture is kept as one, needs a person and is acknowledged", async () => {
    const of = await texted();
    const pictures = (NumMedia: string) => ({ more: { NumMedia } });
    expect(await texter.text(of.phone, "", pictures("1"))).toContain(CLINIC_PHONE);
    await texter.text(of.phone, "look at this", pictures("2"));
    await texter.text(of.phone, "plain", pictures("0"));
    await texter.text(of.phone, "odd", pictures("many"));
    expect(await texter.text(of.phone, "STOP", pictures("1"))).toContain("no more texts");
    const open = (await texter.inbox("?handled=false")).filter(({ from }) => from === of.phone);
    expect(open.map(({ text, reading }) => `${reading}: ${text}`).sort()).toEqual([
      "reply: [picture]",
      "reply: look at this [2 pictures]",
      "reply: odd",
      "reply: plain",
      "stop: STOP [picture]",
    ]);
  });

  it("that is a reply is acknowledged once in 24 hours, with the clinic's phone", async () => {
    const of = await texted();
    expect(await texter.text(of.phone, "Is some peeling normal?")).toContain(CLINIC_PHONE);
    texter.running.clock.moveBy(23 * HOUR);
    expect(await texter.text(of.phone, "hello?")).toBeNull();
    texter.running.clock.moveBy(HOUR);
    expect(await texter.text(of.phone, "hello??")).toContain(CLINIC_PHONE);
    const items = (await texter.inbox("?handled=false")).filter(({ from }) => from === of.phone);
    expect(items.map(({ text, reading, alarm }) => [text, reading, alarm])).toEqual([
      ["hello??", "reply", false],
      ["hello?", "reply", false],
      ["Is some peeling normal?", "reply", false],
    ]);
  });

  it("stops for every clinic that knows the number, and is one item for each", async () => {
    const elsewhere = await texter.openAnother("Hillside Clinic");
    const here = await texted();
    texter.running.clock.moveBy(60_000);
    const there = await textedAt(here.phone, {}, elsewhere);
    // The clinic that texted last is meant by a reply.
    expect(await texter.text(here.phone, "thanks")).toContain("Hillside Clinic");
    expect(await texter.inbox("", elsewhere)).toMatchObject([{ text: "thanks" }]);
    const before = (await texter.inbox()).length;
    texter.running.clock.moveBy(1_000);
    expect(await texter.text(here.phone, "STOP")).toContain("no more texts");
    expect(await waitingIn(here, "sms")).toEqual([]);
    expect(await waitingIn(there, "sms", elsewhere)).toEqual([]);
    expect(await texter.inbox()).toHaveLength(before + 1);
    expect((await texter.inbox("", elsewhere)).map(({ reading }) => reading)).toEqual([
      "stop",
      "reply",
    ]);
  });

  it("of a number that nobody has is kept nowhere, and answered where that helps", async () => {
    const stranger = texter.nextPhone();
    expect(await texter.text(stranger, "STOP")).toContain("no more texts from this number");
    expect(await texter.text(stranger, "HELP")).toContain("Please call your clinic");
    expect(await texter.text(stranger, "I have a fever")).toContain("911");
    expect(await texter.text(stranger, "who is this")).toBeNull();
    expect((await texter.inbox()).some(({ from }) => from === stranger)).toBe(false);
    const { db } = texter.running.app.ledger;
    const stops = db.selectFrom("opt_outs").selectAll().where("address", "=", stranger);
    expect(await stops.execute()).toEqual([]);
  });

  it("that comes twice changes nothing, and has the same answer", async () => {
    const of = await texted();
    const options = { sid: "SM00000000000000000000000000000001" };
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => texter.text(of.phone, "thank you!", options)),
    );
    expect(new Set(answers).size).toBe(1);
    expect(answers[0]).toContain(CLINIC_PHONE);
    const own = (await texter.inbox()).filter(({ from }) => from === of.phone);
    expect(own).toHaveLength(1);
    // A stop that is replayed after a START does not stop again.
    const stop = { sid: "SM00000000000000000000000000000002" };
    const first = await texter.text(of.phone, "STOP", stop);
    await texter.text(of.phone, "START");
    expect(await texter.text(of.phone, "STOP", stop)).toBe(first);
    expect((await texter.enrol(of.phone)).reminders.some((x) => x.channel === "sms")).toBe(true);
  });

  it("is refused unless it is signed for this very request", async () => {
    const of = await texted();
    const form = { MessageSid: "SM1", From: of.phone, Body: "hello" };
    const good = texter.sign(form);
    const refused = [
      texter.post(form),
      texter.post(form, ""),
      texter.post(form, "bm90IGEgc2lnbmF0dXJl"),
      texter.post({ ...form, Body: "STOP" }, good),
      texter.post({ ...form, From: "+12125559999" }, good),
      texter.post({ ...form, OptOutType: "STOP" }, good),
      texter.post(form, texter.sign(form, "another-auth-token")),
    ];
    for (const answer of await Promise.all(refused)) {
      expectProblem(answer, { status: 403, code: "bad_signature" });
    }
    expect((await texter.inbox()).some(({ from }) => from === of.phone)).toBe(false);
    expect(await waitingIn(of, "sms")).not.toEqual([]);
    expect((await texter.post(form, good)).status).toBe(200);
    const nothing = { Body: "hello" };
    const wrong = await texter.post(nothing, texter.sign(nothing));
    expectProblem(wrong, {
      status: 422,
      code: "validation_failed",
      paths: ["MessageSid", "From"],
    });
  });

  it("may hold anything", async () => {
    const of = await texted();
    for (const body of [
      "",
      "\u0000",
      "👩‍⚕️ ".repeat(300),
      "\u202Etxet",
      "<Message>&amp;",
      "'; --",
    ]) {
      await texter.text(of.phone, body);
    }
    expect((await texter.inbox()).filter(({ from }) => from === of.phone)).toHaveLength(6);
  });
});

describe("without Twilio", () => {
  const running = useApp("embedded");

  it("no text is heard", async () => {
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const answer = await callerAt(running.address, null).call("POST", INBOUND, {
      headers,
      body: "From=%2B12125550147&Body=STOP&MessageSid=SM1",
    });
    expectProblem(answer, { status: 404, code: "not_found" });
  });
});
