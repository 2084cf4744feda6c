import { beforeAll, describe, expect, it } from "vitest";
import { useApp } from "../../support/app.ts";
import {
  type FullReminder,
  openClinic,
  type PageAnswer,
  type TestClinic,
} from "../../support/clinic.ts";

const REASON = { reason: "asked at the desk" };
const DAY = 86_400_000;

describe("a filter of many reminders", () => {
  const running = useApp("embedded");
  let clinic: TestClinic;
  let all: FullReminder[];
  beforeAll(async () => {
    clinic = await openClinic(running);
    await clinic.enrol();
    const other = await clinic.enrol({
      externalId: "p-2",
      firstName: "Bea",
      phone: "+12125550188",
    });
    await clinic.admin.post(`/v1/treatments/${other.treatment.id}/cancel`, REASON);
    running.clock.moveBy(1_000);
    const page = await clinic.desk.get<PageAnswer<FullReminder>>("/v1/reminders?limit=200");
    all = page.body.items;
  });

  const middle = new Date(Date.UTC(2026, 10, 23, 20, 30) + 7 * DAY).toISOString();

  it.each<
    [string, (first: FullReminder) => object, (each: FullReminder, first: FullReminder) => boolean]
  >([
    ["status", () => ({ status: "cancelled" }), ({ status }) => status === "cancelled"],
    ["several of them", () => ({ status: ["scheduled", "queued", "cancelled"] }), () => true],
    ["step", () => ({ step: "gym-ok" }), ({ step }) => step === "gym-ok"],
    ["channel", () => ({ channel: "email" }), ({ channel }) => channel === "email"],
    ["due time", () => ({ from: middle }), ({ dueAt }) => dueAt >= middle],
    ["its end", () => ({ to: middle }), ({ dueAt }) => dueAt < middle],
    [
      "patient",
      (first) => ({ patientId: first.patientId }),
      (each, first) => each.patientId === first.patientId,
    ],
    [
      "treatment",
      (first) => ({ treatmentId: first.treatmentId }),
      (each, first) => each.treatmentId === first.treatmentId,
    ],
    [
      "reason",
      () => ({ statusReason: "expired" }),
      ({ statusReason }) => statusReason === "expired",
    ],
    [
      "all at once",
      (first) => ({
        step: "gym-ok",
        channel: "sms",
        patientId: first.patientId,
        status: "scheduled",
      }),
      (each, first) =>
        each.step === "gym-ok" && each.patientId === first.patientId && each.status === "scheduled",
    ],
  ])("by %s finds those and no others", async (_, filterOf, finds) => {
    const [first] = all;
    if (first === undefined) throw new Error("nothing was enrolled");
    const status = ["scheduled", "queued", "cancelled"];
    const filter = { status, ...filterOf(first) };
    const { body } = await clinic.admin.post<{ matched: number }>("/v1/reminders/cancel", {
      filter,
      ...REASON,
    });
    expect(body.matched).toBe(all.filter((each) => finds(each, first)).length);
  });
});
