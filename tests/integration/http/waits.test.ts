import { sql } from "kysely";
import { beforeAll, describe, expect, it } from "vitest";
import type { MessageContent } from "../../../src/domain/message.ts";
import { pinnedProtocol, pinProtocols } from "../../../src/ledger/protocols.ts";
import { useApp } from "../../support/app.ts";
import {
  type EnrolledAnswer,
  enrolmentBody,
  openClinic,
  type TestClinic,
} from "../../support/clinic.ts";
import { until } from "../../support/poll.ts";
import { ENGINES } from "../ledger/engine.ts";

const HOUR = 3_600_000;

// With a worker, by a clock that stands still until a test moves it: all that is due is sent.
describe.each(ENGINES)("a wait that a clinician has set, on the %s engine", (kind) => {
  const running = useApp(kind, { worker: true });
  let clinic: TestClinic;
  let patients = 0;
  beforeAll(async () => {
    clinic = await openClinic(running);
  });

  /** A patient of his own for each test, treated so long ago, who gets messages over one channel. */
  async function enrol(
    hoursAgo: number,
    { locale, channel }: { locale: string; channel: "sms" | "email" },
    overrides: Record<string, string>,
  ): Promise<EnrolledAnswer> {
    patients += 1;
    const phone = `+121255503${String(patients).padStart(2, "0")}`;
    const email = `wait-${patients}@example.test`;
    const at = new Date(running.clock.now().getTime() - hoursAgo * HOUR);
    const body = enrolmentBody(at, { externalId: phone, phone, email, locale });
    const answer = await clinic.admin.post<EnrolledAnswer>("/v1/treatments", {
      ...body,
      channels: [channel],
      consent: { ...body.consent, care: [channel] },
      overrides,
      overrideReason: "the clinician saw the skin",
    });
    expect(answer.status).toBe(201);
    return answer.body;
  }

  /** What went out for a step, in words on one line. */
  async function received({ reminders }: EnrolledAnswer, step: string): Promise<string> {
    const ids = reminders.filter((each) => each.step === step).map(({ id }) => id);
    const content = await until<MessageContent>(`${step} goes out`, () => {
      return running.outbox.find(({ messageKey }) => ids.includes(messageKey))?.content;
    });
    const subject = content.channel === "email" ? content.subject : "";
    return `${subject}\n${content.text}`.replace(/\s+/g, " ");
  }

  it.each([
    ["en", "sms", "retinol and vitamin C at least 72h, gym, pool, sauna and heavy sweat 48h,"],
    [
      "es",
      "sms",
      "retinol y vitamina C al menos 72 h; gimnasio, piscina, sauna y sudar mucho 48 h;",
    ],
    ["en", "email", "Retinol and vitamin C serum: wait for at least 72 hours. From then on"],
    ["es", "email", "Retinol y sérum de vitamina C: espere al menos 72 horas. Después"],
  ] as const)("is in the essentials (%s, %s)", async (locale, channel, expected) => {
    const overrides = { "retinol-ok": "72h", "gym-ok": "48h" };
    const enrolled = await enrol(0, { locale, channel }, overrides);
    expect(await received(enrolled, "essentials")).toContain(expected);
  });

  it.each([
    ["en", "sms", "Your wait of 72 hours is over. You might want to bring in retinol"],
    ["es", "sms", "Su espera de 72 h ha terminado. Tal vez quiera añadir poco a poco retinol"],
    ["en", "email", "Your wait of 72 hours after your micro needling is over. If you like"],
    ["es", "email", "Su espera de 72 horas tras su microneedling ha terminado. Tal vez quiera"],
  ] as const)(
    "longer: its end is told by its own length (%s, %s)",
    async (locale, channel, text) => {
      const enrolled = await enrol(73, { locale, channel }, { "retinol-ok": "72h" });
      expect(await received(enrolled, "retinol-ok")).toContain(text);
    },
  );

  it.each([
    ["en", "sms", "Your wait of 36 hours is over. You may be able to go back"],
    ["es", "sms", "Su espera de 36 h ha terminado. Es posible que ya pueda volver"],
    ["en", "email", "Your wait of 36 hours after your micro needling is over. You may be able to"],
    ["es", "email", "Su espera de 36 horas tras su microneedling ha terminado. Es posible"],
  ] as const)("shorter: no message says more (%s, %s)", async (locale, channel, text) => {
    const enrolled = await enrol(37, { locale, channel }, { "gym-ok": "36h", "makeup-ok": "1d" });
    expect(await received(enrolled, "gym-ok")).toContain(text);
    expect(await received(enrolled, "makeup-ok")).toMatch(/(36h|36 h|36 hours|36 horas)[;.]/);
  });

  it("changed later: what goes out from then on names the new one", async () => {
    const enrolled = await enrol(23, { locale: "en", channel: "sms" }, {});
    const { status } = await clinic.admin.call("PATCH", `/v1/treatments/${enrolled.treatment.id}`, {
      body: { overrides: { "sun-week": "10d", "makeup-ok": "22h" }, reason: "looked again" },
    });
    expect(status).toBe(200);
    const answer = await clinic.desk.get<EnrolledAnswer>(`/v1/treatments/${enrolled.treatment.id}`);
    const text = await received(answer.body, "makeup-ok");
    expect(text).toContain("Your wait of 22 hours is over");
    expect(text).toContain("long spells in the sun, 10 days.");
  });

  it("of an older version of the protocol stays that version's, and what it lacks is the file's", async () => {
    const { db } = running.app.ledger;
    const enrolled = await enrol(23, { locale: "en", channel: "sms" }, {});
    const { name, version } = enrolled.treatment.protocol;
    const present = await pinnedProtocol(db, { name, version });
    const steps = present.steps
      .filter(({ key }) => key !== "sun-week" && key !== "sun-wait")
      .map((step) => (step.key === "makeup-ok" ? { ...step, after: "20h" } : step));
    await pinProtocols(db, [{ ...present, version: 1, steps }], running.clock.now());
    await sql`update aftercare.treatments set protocol_version = 1
      where id = ${enrolled.treatment.id}`.execute(db);
    running.clock.moveBy(HOUR);
    const text = await received(enrolled, "makeup-ok");
    expect(text).toContain("Your wait of 20 hours is over");
    expect(text).toContain("long spells in the sun, 1 week.");
  });
});
