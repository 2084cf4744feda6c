import { beforeAll, describe, expect, it } from "vitest";
import { until } from "../../support/poll.ts";
import { joinClinic, type Member, type PageAnswer } from "../../support/staff.ts";
import { type Texted, useTexting } from "../http/texting.ts";

const HOUR = 3_600_000;

// One outage from its beginning to its end, as the pages tell it: each test goes on where the last ended.
describe("an outage of the provider, as staff see it", () => {
  const texting = useTexting("postgres");
  let desk: Member;
  /** Due at half past four on Monday, and out of date at half past three on Wednesday. */
  let stale: Texted;
  /** Due at half past eleven on Monday night, at nine on Tuesday therefore, and good for days. */
  let fresh: Texted;
  /** Due at once, and met by the outage. */
  let tried: Texted;

  beforeAll(async () => {
    const { fake, running, clinic } = texting;
    desk = await joinClinic(running, clinic.id, "front_desk");
    fake.refuse({ status: 503, code: 20503 });
    stale = await texting.enrol({ step: "first-hours" });
    const products = stale.enrolled.reminders.find(({ step }) => step === "products");
    tried = { ...stale, id: products?.id ?? "" };
    fresh = await texting.enrol({ step: "sun" });
    for (let n = 0; n < 4; n++) await texting.enrol();
    await shows("today", "Text messages are paused");
  });

  const read = async (page: string): Promise<PageAnswer> => {
    const answer = await desk.get(desk.at(page));
    expect(answer.status).toBe(200);
    return answer;
  };
  const shows = (page: string, words: string) =>
    until(`${page} says “${words}”`, async () => {
      const { text } = await read(page);
      return text.includes(words) && text;
    });
  const pageOf = ({ id }: Texted) => `reminders/${id}`;
  const goTo = (instant: string) => texting.running.clock.moveTo(new Date(instant));

  it("says on the page of what waits that it waits, and since when", async () => {
    goTo("2026-11-23T22:00:00Z");
    const text = await shows(pageOf(stale), "It waits for that to end.");
    expect(text).toMatch(
      /Text messages are paused since 15:3\d(:\d\d)? on Monday 23 November 2026: the provider could not be reached, or failed \(20503\)\./,
    );
    expect((await read("today")).text).toMatch(
      /Text messages are paused since Mon 23 Nov 2026, 15:3\d ?\. \d+ messages wait\. What goes out of date meanwhile is not sent\./,
    );
    expect((await read(pageOf(fresh))).text).not.toContain("paused");
  });

  it("says of each postponement why", async () => {
    await shows(pageOf(tried), ": the provider was down (code 20503)");
    goTo("2026-11-24T01:05:00Z");
    await shows(
      pageOf(stale),
      "Reminder postponed, due Tue 24 Nov 2026, 09:00: text messages were paused",
    );
    expect((await read(pageOf(stale))).text).toContain("planned its channel was paused");
    goTo("2026-11-25T01:05:00Z");
    await shows(
      pageOf(stale),
      "Reminder postponed, due Wed 25 Nov 2026, 09:00: text messages were paused",
    );
  });

  it("says of what is not sent that it waited, and when it was due first and last", async () => {
    goTo("2026-11-25T20:31:00Z");
    const text = await shows(pageOf(stale), "skipped out of date");
    expect(text).toContain("Text messages are paused since 15:3");
    expect(text).toContain(
      "It waited for that, and went out of date at 15:30 on Wednesday 25 November 2026: it is not sent.",
    );
    expect(text).not.toContain("at the next hour at which it may be sent");
    expect(text).toContain("Due first Mon 23 Nov 2026, 16:30 New York");
    expect(text).toContain("Due last Wed 25 Nov 2026, 09:00 New York");
    expect(text).toContain("Nothing was tried.");
    expect(text).toContain("Reminder skipped: out of date");
  });

  it("counts on Today what waits and what is lost, and leads to whom to tell", async () => {
    const text = await shows("today", "6 messages have gone out of date meanwhile");
    expect(text).toMatch(/\d+ messages wait\. 6 messages have gone out of date/);
    expect(text).toContain("are not sent: see whom to tell");
    expect(text).not.toContain("Nothing is lost");
    const { html } = await read("today");
    expect(html).toContain(`href="${desk.at("failures/cause?cause=skipped.expired")}"`);
    const list = await read("failures/cause?cause=skipped.expired");
    expect(list.text).toContain("6 messages of the last 30 days.");
    expect(list.html).toContain(`href="tel:${stale.phone}"`);
  });

  it("says afterwards from when until when, on the page of what went out in the end too", async () => {
    texting.fake.heal();
    texting.running.clock.moveBy(HOUR);
    await texting.ends(fresh, "sent");
    for (const each of [stale, fresh]) {
      expect((await read(pageOf(each))).text).toMatch(
        /Text messages were paused from 15:3\d(:\d\d)? on Monday 23 November 2026 until 16:31(:\d\d)? on Wednesday 25 November 2026/,
      );
    }
    expect((await read("today")).text).not.toContain("are paused");
  });
});
