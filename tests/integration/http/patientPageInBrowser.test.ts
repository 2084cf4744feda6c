import { sql } from "kysely";
import type { Page } from "playwright-core";
import { beforeAll, describe, expect, it } from "vitest";
import { signUnsubscribeToken } from "../../../src/content/unsubscribeToken.ts";
import { linkSigningKey } from "../../../src/ledger/settings.ts";
import { useApp } from "../../support/app.ts";
import { useBrowser } from "../../support/browser.ts";
import { openClinic, type TestClinic } from "../../support/clinic.ts";
import { violations } from "../../support/violations.ts";
import { enrolWithPage } from "./patientPages.ts";

/** A small and a usual phone, and a desk. */
const WIDTHS = [360, 1280];

const LOOKS = [
  { name: "light", media: { colorScheme: "light" } },
  { name: "dark", media: { colorScheme: "dark" } },
  { name: "on paper", media: { media: "print" } },
] as const;

describe("a patient's page in a browser", () => {
  const running = useApp("embedded");
  const started = useBrowser();
  let clinic: TestClinic;
  /** What can be opened, by what it is. */
  const paths = new Map<string, string>();

  beforeAll(async () => {
    clinic = await openClinic(running, { phone: "+1 212-555-0100" });
    const ago = (hours: number) => new Date(running.clock.now().getTime() - hours * 3_600_000);
    const { db } = running.app.ledger;
    paths.set("the first hour", (await enrolWithPage(running, clinic)).path);
    paths.set("the third day", (await enrolWithPage(running, clinic, {}, ago(53))).path);
    paths.set("in Spanish", (await enrolWithPage(running, clinic, { locale: "es" }, ago(80))).path);
    const paused = await enrolWithPage(running, clinic, {}, ago(30));
    await sql`update aftercare.patients set permissions_paused_at = ${ago(1)}
      where id = ${paused.treatment.patientId}`.execute(db);
    paths.set("a pause", paused.path);
    const none = await enrolWithPage(running, clinic);
    await clinic.admin.post(`/v1/treatments/${none.treatment.id}/cancel`, { reason: "not done" });
    paths.set("no treatment", none.path);
    paths.set("a cut link", "/t/cut");
    const { patientId } = none.treatment;
    const key = await linkSigningKey(db);
    paths.set(
      "a link that stops",
      `/u/${signUnsubscribeToken({ patientId, channel: "sms", address: "+12125550100" }, key)}`,
    );
  });

  /** Opens a page in a context of its own, with whatever it asks for on the way. */
  async function visit(
    path: string,
    options: { width: number; javaScriptEnabled?: boolean },
  ): Promise<{ page: Page; requested: string[]; complaints: string[] }> {
    const { width, javaScriptEnabled = true } = options;
    const context = await started.browser.newContext({
      viewport: { width, height: 800 },
      javaScriptEnabled,
    });
    const page = await context.newPage();
    const requested: string[] = [];
    const complaints: string[] = [];
    page.on("request", (request) => requested.push(request.url()));
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    await page.goto(running.address + path);
    return { page, requested, complaints };
  }

  it.each([
    "the first hour",
    "the third day",
    "in Spanish",
    "a pause",
    "no treatment",
    "a cut link",
    "a link that stops",
  ])(
    "breaks no rule of accessibility, asks nobody else for anything, and fits: %s",
    async (name) => {
      for (const width of WIDTHS) {
        const { page, requested, complaints } = await visit(paths.get(name) ?? "", { width });
        for (const { media } of LOOKS) {
          await page.emulateMedia(media);
          expect(await violations(page)).toEqual([]);
        }
        expect(new Set(requested.map((url) => new URL(url).origin))).toEqual(
          new Set([running.address]),
        );
        expect(complaints.filter((text) => !text.includes("404"))).toEqual([]);
        await page.context().close();
      }
    },
  );

  it.each([320, 360, 1280])(
    "needs no scrolling sideways at %i px, and every target is large",
    async (width) => {
      const { page } = await visit(paths.get("the third day") ?? "", { width });
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      expect(wide).toBeLessThanOrEqual(width);
      const sizes = await page
        .locator("button, a.button")
        .evaluateAll((targets) => targets.map((target) => target.getBoundingClientRect().height));
      expect(sizes.length).toBeGreaterThan(3);
      expect(Math.min(...sizes)).toBeGreaterThanOrEqual(44);
      await page.context().close();
    },
  );

  it("shows the present as a line across the timeline, between what was and what comes", async () => {
    const { page } = await visit(paths.get("the third day") ?? "", { width: 360 });
    const line = page.locator("[aria-current=time]");
    const top = async (locator: ReturnType<Page["locator"]>) =>
      (await locator.boundingBox())?.y ?? 0;
    expect(await top(page.locator(".past").last())).toBeLessThan(await top(line));
    expect(await top(line)).toBeLessThan(await top(page.locator(".ahead").first()));
    expect((await line.boundingBox())?.width).toBeGreaterThan(250);
    await page.context().close();
  });

  it("stops and resumes without JavaScript", async () => {
    const { path } = await enrolWithPage(running, clinic);
    const { page } = await visit(path, { width: 360, javaScriptEnabled: false });
    await page.getByRole("button", { name: "Stop the text messages" }).click();
    expect(page.url()).toBe(running.address + path);
    await page.getByText("Text messages: stopped").waitFor();
    await page.getByRole("button", { name: "Resume the text messages" }).click();
    await page.getByText("Text messages: on").waitFor();
    expect(page.url()).toBe(running.address + path);
    await page.context().close();
  });

  it("is led through by the keyboard, with each stop to be seen", async () => {
    const { page } = await visit(paths.get("the third day") ?? "", { width: 360 });
    const stops: string[] = [];
    for (let count = 0; count < 4; count++) {
      await page.keyboard.press("Tab");
      const focused = page.locator(":focus-visible");
      stops.push((await focused.textContent())?.trim() ?? "");
      const outline = await focused.evaluate((element) => getComputedStyle(element).outlineStyle);
      expect(outline).toBe("solid");
    }
    expect(stops).toEqual([
      "Call +1 212-555-0100",
      "Add the times to your calendar",
      "Stop the text messages",
      "Stop the emails",
    ]);
    await page.context().close();
  });

  it("prints without what paper cannot do", async () => {
    const { page } = await visit(paths.get("the third day") ?? "", { width: 1280 });
    await page.emulateMedia({ media: "print" });
    expect(await page.locator("form").first().isVisible()).toBe(false);
    expect(await page.locator(".now").isVisible()).toBe(true);
    const paper = await page.pdf({ format: "A4" });
    expect(paper.subarray(0, 4).toString()).toBe("%PDF");
    await page.context().close();
  });
});
