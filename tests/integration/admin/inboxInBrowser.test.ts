import { beforeAll, describe, expect, it } from "vitest";
import { useApp } from "../../support/app.ts";
import { useBrowser } from "../../support/browser.ts";
import { openClinic, type TestClinic } from "../../support/clinic.ts";
import { joinClinic, type Member } from "../../support/staff.ts";
import { BROWSED, expectReadable, openAs, PLAIN } from "./pageInBrowser.ts";
import { writeIn } from "./writing.ts";

/** A name of 30 characters, and one that is written from right to left. */
const LONG = "Maximiliana-Victoria Alexandra";
const RTL = "محمد عبدالله";

describe.each(BROWSED)("the inbox in a browser, on the deployment %s", (kind) => {
  const running = useApp(kind, PLAIN);
  const started = useBrowser();
  let clinic: TestClinic;
  let admin: Member;

  beforeAll(async () => {
    clinic = await openClinic(running, { phone: "+1 212 555 0100" });
    admin = await joinClinic(running, clinic.id, "admin", { name: "Ada Admin" });
    await clinic.enrol({ externalId: "long", phone: "+12125554101", firstName: LONG });
    await clinic.enrol({ externalId: "rtl", phone: "+12125554102", firstName: RTL });
  });

  it("shows an alarm without being loaded again, and lets it be handled", async () => {
    const path = admin.at("inbox");
    const { page, complaints } = await openAs(started.browser, running.address, admin, path);
    await expectReadable(page);
    await page.getByText("No alarm is open.").waitFor();
    // In the row, and in the menu of a narrow screen.
    const alarms = async () => new Set(await page.locator(".open-alarms").allTextContents());

    await writeIn(running, "+12125554102", "لدي حمى", "alarm");
    const alert = page.getByRole("alert");
    await alert.waitFor({ timeout: 20_000 });
    expect(await alert.textContent()).toContain("1 new alarm.");
    const letter = page.getByRole("article").filter({ hasText: "لدي حمى" });
    expect(await letter.getByRole("link", { name: RTL }).count()).toBe(1);
    expect(await page.getByText("No alarm is open.").isVisible()).toBe(false);
    expect(await alarms()).toEqual(new Set(["1 alarm"]));
    await expectReadable(page);

    await writeIn(running, "+12125554101", `I wonder: ${"very ".repeat(30)}long?`, "reply");
    await page.getByText("1 new message.").waitFor({ timeout: 20_000 });
    expect(await page.getByRole("article").count()).toBe(2);
    await expectReadable(page);

    await letter.getByRole("checkbox").check();
    await letter.getByRole("button", { name: "Mark as handled" }).press("Enter");
    await page.getByText("The permissions go on.").waitFor();
    expect(await page.getByText("No alarm is open.").isVisible()).toBe(true);
    expect(await alarms()).toEqual(new Set([""]));
    await page.getByRole("link", { name: "Handled", exact: true }).click();
    await page.getByText("Handled by Ada Admin").waitFor();
    await expectReadable(page);
    expect(complaints).toEqual([]);
  });
});
