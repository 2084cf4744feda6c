import { beforeEach, describe, expect, it } from "vitest";
import { useApp } from "../../support/app.ts";
import { openClinic, type TestClinic } from "../../support/clinic.ts";
import { joinClinic, type Member, type PageAnswer } from "../../support/staff.ts";
import { endAs } from "./failing.ts";

// Without a worker, so that each reminder stays where a test brings it.
describe("the list of all that failed in one way", () => {
  const running = useApp("postgres");
  let clinic: TestClinic;
  let desk: Member;
  let people = 0;

  beforeEach(async () => {
    clinic = await openClinic(running);
    desk = await joinClinic(running, clinic.id, "front_desk");
  });

  /** The ids of those of a new patient's reminders that are due on the day of the enrolment. */
  async function enrol(): Promise<string[]> {
    const n = ++people;
    const facts = { externalId: `p-${n}`, phone: `+1212555${1000 + n}`, email: `p${n}@p.test` };
    const { reminders } = await clinic.enrol(facts);
    return reminders
      .filter(({ dueAt, status }) => dueAt < "2026-11-24T05:00" && status === "scheduled")
      .map(({ id }) => id);
  }

  it("lists all of a cause, newest first, with whom to call, a page at a time", async () => {
    const ids: string[] = [];
    while (ids.length <= 50) ids.push(...(await enrol()));
    await endAs(running, ids, "failed", "30003");
    await endAs(running, [(await enrol())[0] ?? ""], "failed", "refused");
    const page = await desk.get(desk.at("failures"));
    expect(page.text).toContain(`Show all ${ids.length}`);
    expect(page.text).not.toContain("Show all 1 ");
    const path = desk.at("failures/cause?cause=failed.30003");
    expect(page.html).toContain(`href="${path}"`);

    const rowsOf = ({ html }: PageAnswer) => [...html.matchAll(/reminders\/([0-9a-f-]{36})"/g)];
    const first = await desk.get(path);
    expect(first.text).toContain("The phone could not be reached");
    expect(first.text).toContain(`${ids.length} messages of the last 30 days.`);
    expect(first.html).toMatch(/patients\/[0-9a-f-]{36}"/);
    expect(first.html).toContain(`href="tel:+1212555${1000 + people - 1}"`);
    const [, older = ""] = /href="([^"]*before=[^"]*)"/.exec(first.html) ?? [];
    expect(older).not.toMatch(/1212555|Ana/);
    const second = await desk.get(older.replaceAll("&amp;", "&"));
    const listed = [first, second].flatMap(rowsOf).map(([, id]) => id);
    expect(listed).toHaveLength(ids.length);
    expect(new Set(listed)).toEqual(new Set(ids));
    expect(second.html).not.toContain("before=");
  });

  it("lists no cause that is none, and no other clinic's", async () => {
    const [failed = ""] = await enrol();
    await endAs(running, [failed], "failed", "30003");
    const path = "failures/cause?cause=failed.30003";
    expect((await desk.get(desk.at("failures/cause?cause=lost.x"))).status).toBe(422);
    expect((await desk.get(desk.at("failures/cause"))).status).toBe(422);
    const other = await openClinic(running, { name: "Hillside Clinic" });
    const stranger = await joinClinic(running, other.id, "admin");
    expect((await stranger.get(desk.at(path))).status).toBe(404);
    expect((await stranger.get(stranger.at(path))).text).toContain("There is none now.");
  });
});
