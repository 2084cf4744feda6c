import { describe, expect, it } from "vitest";
import type { EnrolledAnswer } from "../../support/clinic.ts";
import { until } from "../../support/poll.ts";
import { ENGINES } from "../ledger/engine.ts";
import { useTexter } from "./texter.ts";

describe.each(ENGINES)("Twilio's word that a number has stopped, on the %s engine", (kind) => {
  const texter = useTexter(kind);

  const standing = async ({ treatment }: EnrolledAnswer) =>
    (await texter.clinic.desk.get<EnrolledAnswer>(`/v1/treatments/${treatment.id}`)).body.reminders;
  const optOutsOf = (address: string) =>
    texter.running.app.ledger.db
      .selectFrom("opt_outs")
      .select(["source", "clinic_id"])
      .where("address", "=", address)
      .execute();

  it.each([21610, 30004])("skips all that is unsent, as the answer %s to a send", async (code) => {
    const phone = texter.nextPhone();
    texter.twilio.refuse({ status: 400, code, to: phone });
    const of = await texter.enrol(phone);
    await until("all texts are skipped", async () =>
      (await standing(of))
        .filter(({ channel }) => channel === "sms")
        .every(({ status, statusReason }) => `${status} ${statusReason}` === "skipped opted_out"),
    );
    expect(await optOutsOf(phone)).toEqual([
      { source: `twilio ${code}`, clinic_id: texter.clinic.id },
    ]);
    // Nothing goes by email instead of a text that the patient does not want.
    const mails = (await standing(of)).filter(({ channel }) => channel === "email");
    expect(mails.map(({ step }) => step)).toEqual(["essentials"]);
    // The patient can take it back by a text.
    expect(await texter.text(phone, "START")).toContain("again");
    expect(await optOutsOf(phone)).toEqual([]);
  });

  it("skips all that is unsent, in a status callback", async () => {
    const phone = texter.nextPhone();
    const of = await texter.enrol(phone);
    const taken = await until("two texts are taken", () => {
      const texts = texter.twilio.messages.filter(({ params }) => params["To"] === phone);
      return texts.length === 2 && texts;
    });
    await until(
      "they are sent",
      async () => (await standing(of)).filter(({ status }) => status === "sent").length >= 2,
    );
    const results = await Promise.all(
      taken.map(({ sid }) => texter.twilio.callback(sid, "undelivered", 21610)),
    );
    expect(results.map((result) => result?.httpStatus)).toEqual([204, 204]);
    const texts = (await standing(of)).filter(({ channel }) => channel === "sms");
    expect(texts.map((x) => `${x.status} ${x.statusReason}`).sort()).toEqual([
      ...texts.slice(2).map(() => "skipped opted_out"),
      "undelivered opted_out",
      "undelivered opted_out",
    ]);
    expect(await optOutsOf(phone)).toMatchObject([{ source: "twilio 21610" }]);
    // A patient who texts STOP now is told that it holds.
    expect(await texter.text(phone, "STOP")).toContain("no more texts");
    // What Twilio says once more, after a START, is no news.
    await texter.text(phone, "START");
    const again = await texter.twilio.callback(taken[0]?.sid ?? "", "undelivered", 21610);
    expect(again?.httpStatus).toBe(204);
    expect(await optOutsOf(phone)).toEqual([]);
  });
});
