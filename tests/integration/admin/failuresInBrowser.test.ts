import { beforeAll, describe, expect, it } from "vitest";
import { useApp } from "../../support/app.ts";
import { useBrowser } from "../../support/browser.ts";
import { openClinic, type TestClinic } from "../../support/clinic.ts";
import { joinClinic, type Member } from "../../support/staff.ts";
import { endAs } from "./failing.ts";
import { BROWSED, expectReadable, openAs, PLAIN } from "./pageInBrowser.ts";

/** A name of 30 characters, and one that is written from right to left. */
const LONG = "Maximiliana-Victoria Alexandra";
const RTL = "محمد عبدالله";

describe.each(BROWSED)("failures in a browser, on the deployment %s", (kind) => {
  const running = useApp(kind, PLAIN);
  const started = useBrowser();
  let clinic: TestClinic;
  let admin: Member;

  beforeAll(async () => {
    clinic = await openClinic(running);
    admin = await joinClinic(running, clinic.id, "admin");
  });

  it("are empty at first, then tell their causes, and are replayed by the keyboard", async () => {
    const path = admin.at("failures");
    const { page, complaints } = await openAs(started.browser, running.address, admin, path);
    await page.getByText("Nothing failed in the last 30 days").waitFor();
    await expectReadable(page);

    const failed: string[] = [];
    for (let n = 0; failed.length <= 320; n++) {
      const phone = `+1212555${1000 + n}`;
      const firstName = n % 2 === 0 ? LONG : RTL;
      const facts = { externalId: `p-${n}`, phone, email: `p${n}@p.test`, firstName };
      const { reminders } = await clinic.enrol(facts);
      const waiting = reminders.filter(({ status }) => status === "scheduled");
      failed.push(...waiting.map(({ id }) => id));
    }
    running.clock.moveBy(1_000);
    const other = failed.splice(0, 2);
    await endAs(running, failed, "failed", "30003");
    await endAs(running, other, "undelivered", "filtered");

    await page.reload();
    await page.getByRole("heading", { name: "The phone could not be reached" }).waitFor();
    await expectReadable(page);
    const link = { name: /^Replay these \d+…: The phone could not be reached$/ };
    await page.getByRole("button", link).press("Enter");
    await page.getByRole("heading", { name: "Replay many" }).waitFor();
    // One of these is needed, so that none of them is called optional.
    expect(await page.getByText("(optional)").filter({ visible: true }).count()).toBe(0);
    expect(await page.getByLabel("Status").inputValue()).toBe("failed.30003");
    await expectReadable(page);

    await page.getByLabel("Reason").fill("the network is back");
    await page.getByLabel("Reason").press("Enter");
    await page.getByText(`${failed.length} messages match.`).waitFor();
    await expectReadable(page);

    await page.getByRole("button", { name: `Replay ${failed.length}` }).press("Enter");
    await page.getByText(`${failed.length} messages are to be sent again; 0 left`).waitFor();
    await expectReadable(page);
    await page.getByRole("link", { name: "Back to the failures" }).press("Enter");
    await page.getByRole("heading", { name: "Taken for spam on the way" }).waitFor();
    expect(await page.getByText("The phone could not be reached").count()).toBe(0);
    expect(complaints).toEqual([]);
    await page.context().close();
  }, 90_000);
});
