import { beforeAll, describe, expect, it } from "vitest";
import { useApp } from "../../support/app.ts";
import {
  type EnrolledAnswer,
  enrolmentBody,
  type FullReminder,
  openClinic,
  type TestClinic,
} from "../../support/clinic.ts";
import { ENGINES } from "../ledger/engine.ts";

const HOUR = 3_600_000;
const PERMISSIONS = ["makeup-ok", "retinol-ok", "gym-ok", "sun-week"];

interface Overlapping extends EnrolledAnswer {
  warnings: { code: string; message: string; steps: string[] }[];
}

interface Superseded extends FullReminder {
  replacedBy: string | null;
  replaces: string[];
  trace: FullReminder["trace"] & {
    supersededBy?: { treatmentId: string; protocol: string; step: string; topics: string[] }[];
  };
  events: { type: string; actor: string; detail: Record<string, unknown> }[];
}

describe.each(ENGINES)("treatments of one patient that overlap, on the %s engine", (kind) => {
  const running = useApp(kind);
  let clinic: TestClinic;
  beforeAll(async () => {
    clinic = await openClinic(running);
  });

  async function enrolAt(at: Date, phone: string): Promise<Overlapping> {
    const body = enrolmentBody(at, { externalId: phone, phone });
    const answer = await clinic.desk.post<Overlapping>("/v1/treatments", body);
    expect(answer.status).toBe(201);
    return answer.body;
  }

  const detailOf = async (id = "") =>
    (await clinic.desk.get<Superseded>(`/v1/reminders/${id}`)).body;
  const stepOf = ({ reminders }: EnrolledAnswer, step: string) =>
    reminders.find((each) => each.step === step);
  const statusesOf = async ({ treatment }: EnrolledAnswer) => {
    const { body } = await clinic.desk.get<EnrolledAnswer>(`/v1/treatments/${treatment.id}`);
    return Object.fromEntries(
      PERMISSIONS.map((step) => {
        const found = stepOf(body, step);
        return [step, found?.statusReason ?? found?.status];
      }),
    );
  };
  const all = (word: string) => Object.fromEntries(PERMISSIONS.map((step) => [step, word]));

  it("let the later one say when its topics are free, with a link both ways", async () => {
    const now = running.clock.now();
    const first = await enrolAt(new Date(now.getTime() - 20 * HOUR), "+12125550151");
    const second = await enrolAt(now, "+12125550151");

    expect(await statusesOf(first)).toEqual(all("superseded"));
    expect(await statusesOf(second)).toEqual(all("scheduled"));
    const earlier = await detailOf(stepOf(first, "gym-ok")?.id);
    const later = await detailOf(stepOf(second, "gym-ok")?.id);
    expect(earlier.replacedBy).toBe(later.id);
    expect(later.replaces).toEqual([earlier.id]);
    expect(earlier.trace.supersededBy).toEqual([
      {
        treatmentId: second.treatment.id,
        protocol: "microneedling",
        step: "gym-ok",
        topics: ["gym", "pool", "sauna", "sweat"],
      },
    ]);
    expect(earlier.events.at(-1)).toMatchObject({
      type: "skipped",
      actor: `key:${clinic.deskKey.id}`,
      detail: { reason: "superseded" },
    });
  });

  it("do not let one that is entered afterwards permit what a later one restricts", async () => {
    const now = running.clock.now();
    const later = await enrolAt(now, "+12125550152");
    const earlier = await enrolAt(new Date(now.getTime() - 20 * HOUR), "+12125550152");
    expect(await statusesOf(earlier)).toEqual(all("superseded"));
    expect(await statusesOf(later)).toEqual(all("scheduled"));
    const warning = earlier.warnings.find(({ code }) => code === "overlapping_treatment");
    expect(warning?.steps).toEqual(expect.arrayContaining([...PERMISSIONS, "two-weeks"]));
    const link = await detailOf(stepOf(earlier, "sun-week")?.id);
    expect(link.replacedBy).toBe(stepOf(later, "sun-week")?.id);
  });

  it("make one message of two permissions that are true at the same moment", async () => {
    const now = running.clock.now();
    const one = await enrolAt(now, "+12125550153");
    const twin = await enrolAt(now, "+12125550153");
    const both = [await statusesOf(one), await statusesOf(twin)];
    for (const step of PERMISSIONS) {
      const words = new Set(both.map((statuses) => statuses[step]));
      expect(words).toEqual(new Set(["collapsed", "scheduled"]));
    }
  });

  it("give their permissions back when the other one is cancelled", async () => {
    const now = running.clock.now();
    const first = await enrolAt(new Date(now.getTime() - 20 * HOUR), "+12125550154");
    const second = await enrolAt(now, "+12125550154");
    expect(await statusesOf(first)).toEqual(all("superseded"));
    const path = `/v1/treatments/${second.treatment.id}/cancel`;
    expect((await clinic.admin.post(path, { reason: "entered twice" })).status).toBe(200);
    expect(await statusesOf(first)).toEqual(all("scheduled"));
    const back = await detailOf(stepOf(first, "gym-ok")?.id);
    expect(back.replacedBy).toBeNull();
    expect(back.dueAt).toBe(stepOf(first, "gym-ok")?.dueAt);
    expect(back.events.at(-1)?.type).toBe("planned again");
  });

  it("are a course where they are of one kind: the latest one tells what is normal", async () => {
    const now = running.clock.now();
    const first = await enrolAt(new Date(now.getTime() - 13 * 24 * HOUR), "+12125550158");
    const second = await enrolAt(now, "+12125550158");
    const earlier = await detailOf(stepOf(first, "two-weeks")?.id);
    expect(earlier).toMatchObject({
      status: "skipped",
      statusReason: "superseded",
      replacedBy: stepOf(second, "two-weeks")?.id,
    });
    const path = `/v1/treatments/${second.treatment.id}/cancel`;
    await clinic.admin.post(path, { reason: "was another patient" });
    const back = await detailOf(stepOf(first, "two-weeks")?.id);
    expect(back).toMatchObject({ status: "scheduled", replacedBy: null });
  });

  it("are one where one is entered twice, which the answer says", async () => {
    const now = running.clock.now();
    const first = await enrolAt(now, "+12125550159");
    const codesOf = ({ warnings }: Overlapping) => warnings.map(({ code }) => code);
    expect(codesOf(first)).not.toContain("entered_twice");
    const again = await enrolAt(now, "+12125550159");
    expect(codesOf(again)).toContain("entered_twice");
    const bySecond = [first, again].map(({ treatment }) =>
      clinic.desk.get<EnrolledAnswer>(`/v1/treatments/${treatment.id}`),
    );
    const told = (await Promise.all(bySecond)).flatMap(({ body }) =>
      body.reminders.filter((each) => each.step === "two-weeks" && each.status !== "skipped"),
    );
    expect(told).toHaveLength(1);
  });

  it("are planned as they would be stored", async () => {
    const now = running.clock.now();
    await enrolAt(now, "+12125550155");
    const body = enrolmentBody(new Date(now.getTime() - 20 * HOUR), {
      externalId: "+12125550155",
      phone: "+12125550155",
    });
    const plan = await clinic.desk.post<Overlapping>("/v1/plans", body);
    const stored = await clinic.desk.post<Overlapping>("/v1/treatments", body);
    const told = ({ reminders }: Overlapping) =>
      reminders.map(({ step, status, statusReason, dueAt }) => [step, status, statusReason, dueAt]);
    expect(told(plan.body)).toEqual(told(stored.body));
    expect(plan.body.warnings).toEqual(stored.body.warnings);
  });

  it("leave another patient's, and another clinic's, alone", async () => {
    const now = running.clock.now();
    const first = await enrolAt(new Date(now.getTime() - 20 * HOUR), "+12125550156");
    await enrolAt(now, "+12125550157");
    const elsewhere = await openClinic(running, { name: "Elm Skin Clinic" });
    await elsewhere.enrol({ externalId: "+12125550156", phone: "+12125550156" });
    expect(await statusesOf(first)).toEqual(all("scheduled"));
  });
});
