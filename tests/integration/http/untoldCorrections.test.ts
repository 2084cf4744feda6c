import { describe, expect, it } from "vitest";
import { callerAt } from "../../support/appCaller.ts";
import { type EnrolledAnswer, enrolmentBody, type TestClinic } from "../../support/clinic.ts";
import { until } from "../../support/poll.ts";
import { joinClinic } from "../../support/staff.ts";
import { ENGINES } from "../ledger/engine.ts";
import { CLINIC_EMAIL, useTexter } from "./texter.ts";

const HOUR = 3_600_000;

describe.each(ENGINES)("a correction that reaches nobody, on the %s engine", (kind) => {
  const log: string[] = [];
  const texter = useTexter(kind, { onLog: (line) => void log.push(line) });

  const ago = (hours: number) => new Date(texter.running.clock.now().getTime() - hours * HOUR);
  const statuses = async ({ treatment }: EnrolledAnswer, step: string, clinic: TestClinic) => {
    const { body } = await clinic.desk.get<EnrolledAnswer>(`/v1/treatments/${treatment.id}`);
    return body.reminders.filter((each) => each.step === step).map(({ status }) => status);
  };
  const untold = async () => {
    const { text } = await callerAt(texter.running.address, null).get("/metrics");
    return Number(/^aftercare_untold_corrections (\d+)$/m.exec(text)?.[1]);
  };

  /** Permits retinol to a patient of texts only, corrects that, and lets the text of it fail. */
  async function correctInVain(phone: string, clinic = texter.clinic): Promise<EnrolledAnswer> {
    const body = enrolmentBody(ago(49), { externalId: `p-${phone}`, phone });
    const consent = { ...body.consent, care: ["sms"] };
    const { body: enrolled } = await clinic.admin.post<EnrolledAnswer>("/v1/treatments", {
      ...body,
      channels: ["sms"],
      consent,
    });
    await until("retinol is permitted", async () =>
      (await statuses(enrolled, "retinol-ok", clinic)).includes("sent"),
    );
    texter.twilio.refuse({ to: phone, body: "Sorry", status: 400, code: 21614 });
    const correction = { performedAt: ago(20), reason: "the time was wrong" };
    const path = `/v1/treatments/${enrolled.treatment.id}`;
    expect((await clinic.admin.call("PATCH", path, { body: correction })).status).toBe(200);
    await until("the correction fails", async () =>
      (await statuses(enrolled, "retinol-wait", clinic)).includes("failed"),
    );
    return enrolled;
  }

  it("is told to the clinic at once by mail and webhook: whom to call, and until when", async () => {
    const phone = texter.nextPhone();
    const enrolled = await correctInVain(phone);
    const found = await until("a mail about the patient", async () => {
      for (const mail of texter.smtp.messages) {
        if (!mail.envelope.to.includes(CLINIC_EMAIL)) continue;
        const parsed = await mail.parsed();
        if (parsed.text?.includes(phone) && parsed.text.includes("retinol")) return parsed;
      }
      return undefined;
    });
    expect(found.subject).toBe("CALL A PATIENT: a correction did not arrive");
    expect(found.text).toContain(`(p-${phone})`);
    expect(found.text).toContain("retinol, vitamin-c");
    // By the clinic's clocks: 48 hours after the treatment as it was corrected.
    const { treatment } = enrolled;
    const path = `/v1/treatments/${treatment.id}`;
    const { body } = await texter.clinic.desk.get<EnrolledAnswer>(path);
    const again = body.reminders.filter(({ step }) => step === "retinol-ok").at(-1);
    const waitUntil = new Date(again?.trace.trueAt ?? "").toISOString();
    const local = new Date(Date.parse(waitUntil) - 5 * HOUR).toISOString().slice(0, 19);
    expect(found.text).toContain(`allowed from ${local}-05:00 on`);

    const posted = await until("its webhook is told", () =>
      texter.webhook.posted.find(({ body: { type }, raw }) => {
        return type === "correction" && raw.includes(phone) && raw.includes("retinol-ok");
      }),
    );
    expect(texter.webhook.signed(posted)).toBe(true);
    expect(posted.body).toMatchObject({
      clinicId: texter.clinic.id,
      treatmentId: treatment.id,
      step: "retinol-ok",
      waitUntil,
      reason: "bad_address",
      patient: { externalId: `p-${phone}`, phone },
    });
    await until("all have heard", async () => (await untold()) === 0);
    expect(log.filter((line) => line.includes(texter.clinic.id))).toEqual([]);
  });

  it("is an error in the log and a measure where the clinic cannot be told either", async () => {
    const clinic = await texter.openAnother("Hillside Clinic");
    const phone = texter.nextPhone();
    await correctInVain(phone, clinic);
    const lines = await until("it is logged", () => {
      const found = log.filter((line) => line.includes(clinic.id) && line.includes("notifier"));
      return found.length > 0 && found;
    });
    const msg = "a correction reaches nobody: its clinic has no way to be told";
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({ level: 50, code: "no_address", msg });
    const personal = [phone, "Wilhelmina", "retinol", CLINIC_EMAIL, "Hillside"];
    expect(personal.filter((each) => log.join("").includes(each))).toEqual([]);
    expect(await untold()).toBeGreaterThan(0);
  });

  it("shows to the desk, with whom to call, until the wait is over", async () => {
    const clinic = await texter.openAnother("Meadow Clinic");
    const phone = texter.nextPhone();
    await correctInVain(phone, clinic);
    const desk = await joinClinic(texter.running, clinic.id, "front_desk");
    const today = await desk.get(desk.at("today"));
    expect(today.text).toMatch(/corrections? did not reach the patient/i);
    const { text, html } = await desk.get(desk.at("failures"));
    expect(text).toContain("To call: a correction did not arrive");
    expect(text).toContain("Retinol, Vitamin C serum");
    expect(html).toContain(`href="tel:${phone}"`);
    expect(text).toMatch(/Allowed from \w{3} \d+ \w{3} \d{4}, \d\d:\d\d on/);

    texter.running.clock.moveBy(30 * HOUR);
    const later = await desk.get(desk.at("failures"));
    expect(later.text).not.toContain("To call:");
  });
});
