import type { BrowserContext } from "playwright-core";
import { beforeAll, describe, expect, it } from "vitest";
import { findClinic } from "../../../src/ledger/clinics.ts";
import { useApp } from "../../support/app.ts";
import { useBrowser } from "../../support/browser.ts";
import { openClinic, type TestClinic } from "../../support/clinic.ts";
import { until } from "../../support/poll.ts";
import { joinClinic, type Member, PASSWORD } from "../../support/staff.ts";
import { violations } from "../../support/violations.ts";
import { BROWSED } from "./pageInBrowser.ts";

const WIDTHS = [360, 1280];
const SCHEMES = ["light", "dark"] as const;

describe.each(BROWSED)("what an admin sets, in a browser, on the deployment %s", (kind) => {
  // A cookie that only https carries would not come back to this server.
  const running = useApp(kind, {
    worker: true,
    env: { PUBLIC_URL: "http://localhost:3000" },
  });
  const started = useBrowser();
  let clinic: TestClinic;
  let admin: Member;
  let context: BrowserContext;

  beforeAll(async () => {
    clinic = await openClinic(running, {
      name: "Willow Skin & Laser Clinic LLP",
      sendWindow: "00:00-24:00",
    });
    admin = await joinClinic(running, clinic.id, "admin", {
      name: "محمد عبدالله",
      operator: true,
    });
    await joinClinic(running, clinic.id, "front_desk", { name: "Wilhelmina Featherstonehaugh-X" });
    await clinic.enrol({ firstName: "محمد عبدالله" });
    await until("a message", () => running.outbox.length > 1);
    context = await started.browser.newContext({ baseURL: running.address });
    const page = await context.newPage();
    await page.goto("/admin/sign-in");
    await page.getByLabel("Email").fill(admin.email);
    await page.getByLabel("Password").fill(PASSWORD);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.waitForURL(/\/admin\/[\w-]{36}$/);
    await page.close();
  });

  async function open(path: string, width = 1280) {
    const page = await context.newPage();
    await page.setViewportSize({ width, height: 800 });
    const requested: string[] = [];
    const complaints: string[] = [];
    page.on("request", (request) => requested.push(request.url()));
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    await page.goto(path);
    return { page, requested, complaints };
  }

  it.each(["settings", "keys", "staff", "audit", "outbox"])(
    "breaks no rule of accessibility, asks nobody else for anything, and fits: %s",
    async (name) => {
      for (const width of WIDTHS) {
        const { page, requested, complaints } = await open(admin.at(name), width);
        for (const colorScheme of SCHEMES) {
          await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
          expect(await violations(page)).toEqual([]);
        }
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        expect(wide).toBeLessThanOrEqual(width);
        expect(new Set(requested.map((url) => new URL(url).origin))).toEqual(
          new Set([running.address]),
        );
        expect(complaints).toEqual([]);
        await page.close();
      }
    },
  );

  it("changes what is typed, and says so; what is wrong is shown at its field", async () => {
    const { page } = await open(admin.at("settings"));
    await page.getByLabel("Phone").fill("+1 212 555 0100");
    await page.getByRole("textbox", { name: "Monday" }).first().fill("nine to five");
    await page.getByLabel("Neutral").check();
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("One field is not right yet.").waitFor();
    const monday = page.getByRole("textbox", { name: "Monday" }).first();
    expect(await monday.getAttribute("aria-invalid")).toBe("true");
    // The first field that is wrong has the focus, and the top of the form leads there.
    expect(await monday.evaluate((field) => field === document.activeElement)).toBe(true);
    await page.getByRole("link", { name: "Go there" }).click();
    expect(new URL(page.url()).hash).toBe("#field-sendWindow-mon");
    expect(await page.getByLabel("Phone").inputValue()).toBe("+1 212 555 0100");
    expect(await violations(page)).toEqual([]);
    await monday.fill("9:00-17:00");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Changed: phone, privacy, hours of sending.").waitFor();
    const after = await findClinic(running.app.ledger.db, clinic.id);
    expect(after).toMatchObject({
      phone: "+1 212 555 0100",
      privacy: "neutral",
      sendWindow: { mon: "09:00-17:00", tue: "00:00-24:00" },
    });
    await page.close();
  });

  it("makes a key that can be taken to the clipboard, and revokes it", async () => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    const { page } = await open(admin.at("keys"));
    await page.getByLabel("What it is for").fill("booking software");
    await page.getByRole("button", { name: "Make the key" }).click();
    const shown = page.getByLabel("Key", { exact: true });
    const secret = await shown.inputValue();
    expect(secret).toMatch(/^ac_[\w-]{43}$/);
    for (const colorScheme of SCHEMES) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      expect(await violations(page)).toEqual([]);
    }
    await page.getByRole("button", { name: "Copy" }).click();
    await until("the clipboard", async () => {
      return (await page.evaluate(() => navigator.clipboard.readText())) === secret;
    });
    await page.getByRole("link", { name: "back to the keys" }).click();
    expect(await page.content()).not.toContain(secret);
    await page.getByRole("link", { name: "Revoke booking software" }).click();
    expect(await violations(page)).toEqual([]);
    await page.getByRole("button", { name: "Revoke it" }).click();
    await page.getByText("Revoked. Whatever used the key").waitFor();
    await page.close();
  });

  it("looks into the queue, with nothing from another host", async () => {
    const loaded: string[] = [];
    const { page } = await open("/admin/queues");
    page.on("response", (response) => loaded.push(response.url()));
    await page.reload();
    await page.getByText("deliver").first().waitFor();
    await page.goto("/admin/queues/queue/deliver");
    await page
      .getByText(/Completed/i)
      .first()
      .waitFor();
    expect(loaded.length).toBeGreaterThan(5);
    expect(new Set(loaded.map((url) => new URL(url).origin))).toEqual(new Set([running.address]));
    await page.close();
  });
});
