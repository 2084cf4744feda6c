import { beforeAll, describe, expect, it } from "vitest";
import { useApp } from "../../support/app.ts";
import { useBrowser } from "../../support/browser.ts";
import { openClinic, type TestClinic } from "../../support/clinic.ts";
import { until } from "../../support/poll.ts";
import { joinClinic, type Member } from "../../support/staff.ts";
import { endAs } from "./failing.ts";
import { BROWSED, expectReadable, openAs, PLAIN } from "./pageInBrowser.ts";

describe.each(BROWSED)("today in a browser, on the deployment %s", (kind) => {
  const running = useApp(kind, PLAIN);
  const started = useBrowser();
  let clinic: TestClinic;
  let desk: Member;

  beforeAll(async () => {
    clinic = await openClinic(running);
    desk = await joinClinic(running, clinic.id, "front_desk", { name: "محمد عبدالله" });
  });

  it("shows what is delivered, what fails and what is paused without being loaded again", async () => {
    const path = desk.at("today");
    const { page, complaints } = await openAs(started.browser, running.address, desk, path);
    await page.getByText("This page keeps itself up to date.").waitFor();
    await page.getByText("Nothing is due today.").waitFor();
    await expectReadable(page);

    const { reminders } = await clinic.enrol();
    const [first = "", second = ""] = reminders
      .filter(({ status }) => status === "scheduled")
      .map(({ id }) => id);
    await page.getByText("still to go").waitFor();
    const table = page.locator("main details").first();
    await table.locator("summary").press("Enter");
    await endAs(running, [first], "delivered");
    const figure = (name: string) =>
      page.locator(".card", { hasText: new RegExp(`^\\d+ ${name}`) }).locator(".figure");
    const shows = (name: string, count: string) =>
      until(`${name} is ${count}`, async () => (await figure(name).textContent()) === count);
    await shows("Sent", "1");
    await endAs(running, [second], "failed", "30003");
    await shows("Failed", "1");
    // What somebody has opened stays open, and shows the same.
    expect(await table.getByRole("row", { name: /^15:00 1 1 / }).isVisible()).toBe(true);

    const now = running.clock.now();
    const paused = {
      clinic_id: clinic.id,
      channel: "sms" as const,
      failures: 5,
      paused_at: now,
      reason: "provider_down" as const,
      code: "http_503",
      detail: "down",
      ended_by: "answer" as const,
      probes: 0,
      probe_reminder_id: null,
      probe_at: now,
      updated_at: now,
    };
    await running.app.ledger.db.insertInto("channel_states").values(paused).execute();
    await page.getByRole("alert").getByText("Text messages are paused").waitFor();
    await page.getByText("What to do: nothing at first.").waitFor();
    await expectReadable(page);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("says when it is not up to date any more", async () => {
    const path = desk.at("today");
    const { page } = await openAs(started.browser, running.address, desk, path);
    await page.getByText("This page keeps itself up to date.").waitFor();
    await desk.post("/admin/sign-out");
    await page.getByText("Not up to date: the connection is lost.").waitFor({ timeout: 60_000 });
    expect(await page.getByText("This page keeps itself up to date.").isVisible()).toBe(false);
    await page.context().close();
  }, 90_000);
});
