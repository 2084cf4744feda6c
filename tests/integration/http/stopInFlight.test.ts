import { describe, expect, it } from "vitest";
import type { EnrolledAnswer } from "../../support/clinic.ts";
import { DEPLOYMENTS } from "../../support/deployments.ts";
import { until } from "../../support/poll.ts";
import { useTexter } from "./texter.ts";

/** Patients of one number; a day after their treatment several texts of each are due. */
const FAMILY = 25;

const DAY = 24 * 3_600_000;

describe.each(DEPLOYMENTS)("STOP while 50 texts are queued and in flight, on %s", (kind) => {
  const texter = useTexter(kind);

  it.each([0, 1, 20])("after %i were taken: no more are claimed once it is answered", async (n) => {
    const { running, twilio } = texter;
    const phone = texter.nextPhone();
    const taken = () => twilio.messages.filter(({ params }) => params["To"] === phone).length;
    const enrolled: EnrolledAnswer[] = [];
    for (let member = 0; member < FAMILY; member++) {
      const facts = { externalId: `${phone}-${member}`, firstName: `Ana${member}` };
      enrolled.push(await texter.enrol(phone, facts));
    }
    /** How the texts stand that are due. */
    const dueTexts = async () => {
      const { db } = running.app.ledger;
      return db
        .selectFrom("reminders")
        .select(["status", "status_reason"])
        .where(
          "treatment_id",
          "in",
          enrolled.map(({ treatment }) => treatment.id),
        )
        .where("channel", "=", "sms")
        .where("due_at", "<=", running.clock.now())
        .execute();
    };
    await until("what is due at once has gone", async () => {
      return (await dueTexts()).every(({ status }) => status === "sent");
    });
    const before = taken();

    // Slow enough that some are in flight at any time.
    twilio.delay([200, 600]);
    running.clock.moveBy(DAY);
    expect((await dueTexts()).length - before).toBeGreaterThanOrEqual(50);
    await until("some are taken", () => taken() >= before + n);
    await texter.text(phone, "STOP");
    const { length: claimed } = await attempts(phone);

    await until("each has ended", async () =>
      (await dueTexts()).every(({ status }) => status === "sent" || status === "skipped"),
    );
    expect(await attempts(phone)).toHaveLength(claimed);
    expect(taken()).toBe(claimed);
    const ended = await dueTexts();
    expect(ended.filter(({ status }) => status === "sent")).toHaveLength(claimed);
    const skipped = ended.filter(({ status }) => status === "skipped");
    expect(skipped.length).toBeGreaterThan(0);
    expect(new Set(skipped.map((each) => each.status_reason))).toEqual(new Set(["opted_out"]));

    // Nor two days later.
    twilio.heal();
    running.clock.moveBy(2 * DAY);
    await until("nothing waits", async () =>
      (await dueTexts()).every(({ status }) => status === "sent" || status === "skipped"),
    );
    expect(taken()).toBe(claimed);
  });

  function attempts(phone: string) {
    const { db } = texter.running.app.ledger;
    return db.selectFrom("attempts").select("id").where("address", "=", phone).execute();
  }
});
