import { describe, expect, it } from "vitest";
import { listClinics, updateClinic } from "../../../src/ledger/clinics.ts";
import { callerAt } from "../../support/appCaller.ts";
import type { TestClinic } from "../../support/clinic.ts";
import { until } from "../../support/poll.ts";
import { ENGINES } from "../ledger/engine.ts";
import { CLINIC_EMAIL, useTexter } from "./texter.ts";

const STUCK = "an alarm reaches nobody: its clinic has no way to be told";

/** What a line of the log says, besides when. */
interface Line {
  level: number;
  part: string;
  clinicId: string;
  msg: string;
  inboundId?: string;
  code?: string;
}

// Patients are texted in earnest, and no mail is configured: that was forgotten.
describe.each(ENGINES)("an alarm that reaches nobody, on the %s engine", (kind) => {
  const log: string[] = [];
  const texter = useTexter(kind, { mail: false, onLog: (line) => void log.push(line) });

  const linesOf = ({ id }: Pick<TestClinic, "id">): Line[] =>
    log.map((line) => JSON.parse(line) as Line).filter(({ clinicId }) => clinicId === id);
  const untold = async (): Promise<number> => {
    const { text } = await callerAt(texter.running.address, null).get("/metrics");
    return Number(/^aftercare_untold_alarms (\d+)$/m.exec(text)?.[1]);
  };
  const noticesOf = ({ id }: TestClinic) =>
    texter.running.app.ledger.db
      .selectFrom("notices")
      .select(["way", "tries", "sent_at"])
      .where("clinic_id", "=", id)
      .orderBy("way")
      .execute();
  const openClinic = async (facts: Parameters<typeof updateClinic>[2]) => {
    const clinic = await texter.openAnother("Hillside Clinic");
    await updateClinic(texter.running.app.ledger.db, clinic.id, facts);
    return clinic;
  };
  const textFrom = async (clinic: TestClinic, body: string) => {
    const phone = texter.nextPhone();
    await texter.enrol(phone, {}, clinic);
    await texter.text(phone, body);
    return phone;
  };

  it.each([
    ["an email but no mailer", { email: CLINIC_EMAIL }, "no_mailer"],
    ["neither", {}, "no_address"],
    ["a webhook without its secret", { webhookUrl: "https://a.example.test/" }, "no_address"],
  ])("is an error in the log and a measure, where there is %s", async (_what, facts, code) => {
    const clinic = await openClinic(facts);
    const phone = await textFrom(clinic, "I have a blister");
    const [item] = await texter.inbox("", clinic);
    const [line] = await until("it is logged", () => {
      const lines = linesOf(clinic);
      return lines.length > 0 && lines;
    });
    expect(line).toMatchObject({ level: 50, part: "notifier", msg: STUCK, code });
    expect(line?.inboundId).toBe(item?.id);
    const personal = [phone, "blister", "Hillside", "Wilhelmina", CLINIC_EMAIL];
    expect(personal.filter((each) => log.join("").includes(each))).toEqual([]);

    expect(await untold()).toBe(1);
    expect(await noticesOf(clinic)).toMatchObject([{ way: "email", sent_at: null }]);
    await clinic.desk.post(`/v1/inbox/${item?.id}/handled`);
    expect(await untold()).toBe(0);
  });

  it("is said once, however often it is tried again", async () => {
    const clinic = await openClinic({ email: CLINIC_EMAIL });
    await textFrom(clinic, "my eye is swollen");
    for (const tries of [2, 3]) {
      texter.running.clock.moveBy(3_600_000);
      const triedAgain = async () => (await noticesOf(clinic)).every((each) => each.tries >= tries);
      await until(`it is tried ${tries} times`, triedAgain);
    }
    expect(linesOf(clinic).map(({ msg }) => msg)).toEqual([STUCK]);
    const [item] = await texter.inbox("", clinic);
    await clinic.desk.post(`/v1/inbox/${item?.id}/handled`);
  });

  it("is none where its webhook takes it, although there is no mailer", async () => {
    const { url: webhookUrl, secret: webhookSecret } = texter.webhook;
    const clinic = await openClinic({ email: CLINIC_EMAIL, webhookUrl, webhookSecret });
    await textFrom(clinic, "I have a fever");
    await until("both were tried", async () =>
      (await noticesOf(clinic)).every(({ tries }) => tries > 0),
    );
    await until("it is told", async () => (await noticesOf(clinic)).at(-1)?.sent_at);
    expect(await noticesOf(clinic)).toMatchObject([{ way: "email", sent_at: null }, {}]);
    expect(linesOf(clinic)).toEqual([]);
    expect(await untold()).toBe(0);
  });

  it("is not what a reply is, which is not taken for sent either", async () => {
    const clinic = await openClinic({ email: CLINIC_EMAIL });
    await textFrom(clinic, "see you on Friday");
    await until("it is tried", async () =>
      (await noticesOf(clinic)).some(({ tries }) => tries > 0),
    );
    expect(await noticesOf(clinic)).toMatchObject([{ way: "email", sent_at: null }]);
    expect(linesOf(clinic)).toEqual([]);
    expect(await untold()).toBe(0);
  });

  it("is warned of at the start, for each clinic that none would reach", async () => {
    // All that the ledger had when the program started: the clinic that the start had made.
    const clinics = await listClinics(texter.running.app.ledger.db);
    const [first] = clinics.filter(({ name }) => name === "Your clinic");
    if (first === undefined) throw new Error("there is no first clinic");
    expect(linesOf(first)).toMatchObject([
      { level: 40, part: "notifier", msg: expect.stringMatching(/^an alarm would reach nobody/) },
    ]);
  });
});
