import { beforeAll, describe, expect, it } from "vitest";
import { useApp } from "../../support/app.ts";
import { useBrowser } from "../../support/browser.ts";
import { openClinic, type TestClinic } from "../../support/clinic.ts";
import { joinClinic, type Member } from "../../support/staff.ts";
import { BROWSED, expectReadable, openAs, PLAIN } from "./pageInBrowser.ts";

describe.each(BROWSED)("the protocols in a browser, on the deployment %s", (kind) => {
  const running = useApp(kind, PLAIN);
  const started = useBrowser();
  let clinic: TestClinic;
  let desk: Member;

  beforeAll(async () => {
    clinic = await openClinic(running, { name: "عيادة الياسمين", phone: "+1 212 555 0100" });
    desk = await joinClinic(running, clinic.id, "front_desk");
  });

  it("shows messages and emails in both languages, and reckons what they cost", async () => {
    const path = desk.at("protocols");
    const { page, complaints } = await openAs(started.browser, running.address, desk, path);
    await expectReadable(page);
    await page.getByRole("link", { name: "Micro needling" }).click();
    await page.getByRole("heading", { name: "The messages: English, standard" }).waitFor();
    await expectReadable(page);

    const makeup = page.locator("#step-makeup-ok");
    expect(await makeup.textContent()).toContain("you can wear make-up again");
    await makeup.getByText("The email of “Your wait is over: make-up”", { exact: true }).click();
    const english = makeup.frameLocator("iframe");
    await english.getByText("عيادة الياسمين").first().waitFor();
    expect(await english.locator("html").getAttribute("lang")).toBe("en");

    await page.getByRole("link", { name: "Spanish, explicit" }).click();
    await page.getByRole("heading", { name: "The messages: Spanish, explicit" }).waitFor();
    expect(await makeup.textContent()).toMatch(/maquillaje/i);
    await makeup.getByText("The email of “Your wait is over: make-up”", { exact: true }).click();
    const spanish = makeup.frameLocator("iframe");
    await spanish.getByText("Hola, Alexandra").waitFor();
    expect(await spanish.locator("html").getAttribute("lang")).toBe("es");

    await page.getByLabel(/Price of a segment/).fill("0.5");
    await page.getByRole("button", { name: "Reckon" }).click();
    await makeup.getByText(/costs \d+\.[05]0$/).waitFor();
    await page.getByRole("heading", { name: "The messages: Spanish, explicit" }).waitFor();
    await expectReadable(page);
    expect(complaints).toEqual([]);
  });
});
