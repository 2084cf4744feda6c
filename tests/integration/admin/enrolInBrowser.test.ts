import type { BrowserContext, Page } from "playwright-core";
import { beforeAll, describe, expect, it } from "vitest";
import { useApp } from "../../support/app.ts";
import { useBrowser } from "../../support/browser.ts";
import { type EnrolledAnswer, openClinic, type TestClinic } from "../../support/clinic.ts";
import { until } from "../../support/poll.ts";
import { joinClinic, type Member } from "../../support/staff.ts";
import { violations } from "../../support/violations.ts";
import { anotherPhone } from "./enrolling.ts";
import { BROWSED } from "./pageInBrowser.ts";

const LONG_NAME = "Maximiliana-Victoria Rosamunde";
const RTL_NAME = "محمد عبدالله";
const LOOKS = ["light", "dark"] as const;

describe.each(BROWSED)("enrolling in a browser, on the deployment %s", (kind) => {
  const running = useApp(kind, { worker: true, env: { PUBLIC_URL: "http://localhost" } });
  const started = useBrowser();
  let clinic: TestClinic;
  let desk: Member;

  beforeAll(async () => {
    clinic = await openClinic(running, { phone: "+1 212-555-0100" });
    desk = await joinClinic(running, clinic.id, "front_desk");
  });

  /** Opens the form as somebody who is signed in, in a context of its own. */
  async function open({ width = 1280, javaScriptEnabled = true } = {}) {
    const context = await started.browser.newContext({
      viewport: { width, height: 900 },
      javaScriptEnabled,
      // What fades is judged when it has faded.
      reducedMotion: "reduce",
    });
    const cookies = desk.cookies().split("; ");
    await context.addCookies(
      cookies.map((cookie) => {
        const at = cookie.indexOf("=");
        return { name: cookie.slice(0, at), value: cookie.slice(at + 1), url: running.address };
      }),
    );
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    await page.goto(running.address + desk.at());
    return { context, page, complaints };
  }

  /** Goes through the form by the keyboard alone, up to the boxes of the consents. */
  async function type(page: Page, name: string, phone: string): Promise<void> {
    const next = () => page.keyboard.press("Tab");
    await next();
    await next();
    await page.keyboard.type(name);
    await next();
    await page.keyboard.type(phone);
    await next();
    await page.keyboard.type(`w-${phone.replace(/\D/g, "")}@patients.example.test`);
    await next();
    await page.keyboard.press("Space");
  }

  async function expectFit(page: Page): Promise<void> {
    for (const width of [360, 1280]) {
      await page.setViewportSize({ width, height: 900 });
      for (const colorScheme of LOOKS) {
        await page.emulateMedia({ colorScheme });
        expect(await violations(page)).toEqual([]);
      }
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      expect(wide).toBeLessThanOrEqual(width);
    }
  }

  const idIn = (page: Page) => /treatments\/([0-9a-f-]{36})\/enrolled/.exec(page.url())?.[1] ?? "";

  async function enrolments(context: BrowserContext, page: Page): Promise<number> {
    const id = idIn(page);
    await context.close();
    const { body } = await clinic.desk.get<EnrolledAnswer>(`/v1/treatments/${id}`);
    const { patientId } = body.treatment;
    const all = await clinic.desk.get<{ items: unknown[] }>(
      `/v1/treatments?patientId=${patientId}`,
    );
    return all.body.items.length;
  }

  it("takes a keystroke after typing, shows the plan meanwhile, and then what is delivered", async () => {
    const { context, page, complaints } = await open();
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("field-protocol");
    await page.getByText("Nothing is sent until the patient agrees").waitFor();
    await type(page, RTL_NAME, anotherPhone());
    await page.getByText("14 messages").waitFor();
    await page.locator("#phone-note", { hasText: /^\+1 212 555 \d{4}$/ }).waitFor();
    expect(complaints).toEqual([]);
    await page.keyboard.press("Enter");
    await page.getByText(`${RTL_NAME} is enrolled.`).waitFor();
    expect(decodeURIComponent(page.url())).not.toContain(RTL_NAME);
    const rows = page.locator("#messages .plan li");
    expect(await rows.count()).toBe(14);
    // The page looks again by itself while something is about to go.
    await rows
      .filter({ hasText: "what to do and what to avoid" })
      .getByText(/^sent|delivered$/)
      .waitFor();
    const permission = rows.filter({ hasText: "Your wait is over: make-up" });
    expect(await permission.getByText("planned").count()).toBe(1);

    running.clock.moveBy(24 * 3_600_000 + 60_000);
    const id = idIn(page);
    await until("the permission to go out", async () => {
      const { body } = await clinic.desk.get<EnrolledAnswer>(`/v1/treatments/${id}`);
      const status = body.reminders.find(({ step }) => step === "makeup-ok")?.status;
      return status === "sent" || status === "delivered";
    });
    await page.reload();
    await permission.getByText(/^sent|delivered$/).waitFor();
    expect(
      await page.getByRole("button", { name: "Enrol the next one" }).getAttribute("href"),
    ).toBe(desk.at());
    await context.close();
  });

  it("enrols once where somebody presses twice, or comes back and reloads", async () => {
    const { context, page } = await open();
    await type(page, "Wilhelmina", anotherPhone());
    await page.getByRole("button", { name: "Enrol" }).dblclick();
    // The second press breaks off the first one's way to the next page.
    await page.getByRole("button", { name: "Enrol the next one" }).waitFor();
    await page.reload();
    expect(await enrolments(context, page)).toBe(1);
  });

  it("is sent by Enter from the list of treatments, too", async () => {
    const { context, page } = await open();
    await type(page, "Wilhelmina", anotherPhone());
    await page.locator("#field-protocol").focus();
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/enrolled/);
    expect(await enrolments(context, page)).toBe(1);
  });

  it("warns of a landline while it is typed", async () => {
    const { context, page } = await open();
    await type(page, "Wilhelmina", "+442079460018");
    const warning = page.getByText("+44 20 7946 0018 is no mobile, and takes no texts.");
    await warning.waitFor();
    expect(await warning.count()).toBe(1);
    await context.close();
  });

  it("takes an error back as it is mended, with its mark and the word at the top", async () => {
    const { context, page, complaints } = await open();
    await type(page, "Wilhelmina", "212555");
    await page.keyboard.press("Enter");
    await page.getByText("One field is not right yet.").waitFor();
    const phone = page.getByLabel("Phone");
    expect(await phone.getAttribute("aria-invalid")).toBe("true");
    await page.keyboard.press("Control+A");
    await page.keyboard.type("(212) 555-6603");
    await page.locator("#phone-note", { hasText: "+1 212 555 6603" }).waitFor();
    await page.locator("#field-phone[aria-invalid]").waitFor({ state: "detached" });
    expect(await page.locator("#field-phone-problem").textContent()).toBe("");
    expect(await page.getByText("not right yet").count()).toBe(0);
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("field-phone");
    expect(await violations(page)).toEqual([]);
    expect(complaints.filter((each) => !each.includes("422"))).toEqual([]);
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/enrolled/);
    expect(await enrolments(context, page)).toBe(1);
  });

  it("shows the words in the patient's language, and keeps what is ticked", async () => {
    const { context, page } = await open();
    await type(page, "Wilhelmina", anotherPhone());
    await page.selectOption("#field-locale", "es");
    await page.getByText("Puedo detenerlos en cualquier momento respondiendo STOP.").waitFor();
    expect(await page.locator("#field-careSms").isChecked()).toBe(true);
    await page.getByRole("button", { name: "Enrol" }).click();
    await page.waitForURL(/\/enrolled/);
    await page.getByText("What the patient agreed to").click();
    await page.getByText("respondiendo STOP").waitFor();
    await context.close();
  });

  it("asks for the time only where it was done earlier", async () => {
    const { context, page } = await open();
    const at = page.getByLabel("Done at");
    expect(await at.isVisible()).toBe(false);
    await page.getByLabel("earlier").check();
    expect(await at.isVisible()).toBe(true);
    await context.close();
  });

  it("works without JavaScript", async () => {
    const { context, page } = await open({ javaScriptEnabled: false });
    await page.getByLabel("First name").fill("Wilhelmina");
    await page.getByLabel("Phone").fill(anotherPhone());
    await page.getByRole("button", { name: "Enrol" }).click();
    await page.getByText("Ask the patient, and tick one").waitFor();
    await page.getByLabel("Aftercare by text message").check();
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/enrolled/);
    expect(await enrolments(context, page)).toBe(1);
  });

  it("breaks no rule of accessibility, and fits a narrow screen", async () => {
    const { context, page } = await open();
    await type(page, LONG_NAME, anotherPhone());
    await page.getByText("14 messages").waitFor();
    for (const summary of await page.locator("main summary").all()) await summary.click();
    await expectFit(page);
    await page.getByLabel("Phone").fill("");
    await page.getByRole("button", { name: "Enrol" }).click();
    await page.getByText("One field is not right yet.").waitFor();
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("field-phone");
    await expectFit(page);
    await page.getByLabel("Phone").fill(anotherPhone());
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/enrolled/);
    await expectFit(page);
    await context.close();
  });

  it("prints what a patient needs, and nothing else", async () => {
    const { context, page } = await open({ width: 794 });
    await type(page, RTL_NAME, anotherPhone());
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/enrolled/);
    await page.emulateMedia({ media: "print" });
    const seen = (text: string | RegExp) => page.getByText(text).first().isVisible();
    expect(await seen(`For ${RTL_NAME}`)).toBe(true);
    expect(await seen("Your wait is over: make-up")).toBe(true);
    expect(await seen(/http:\/\/localhost\/t\/[\w-]{22}/)).toBe(true);
    expect(await seen("Enrol the next one")).toBe(false);
    expect(await seen("planned")).toBe(false);
    expect(await seen("@patients.example.test")).toBe(false);
    expect(await violations(page)).toEqual([]);
    await context.close();
  });
});
