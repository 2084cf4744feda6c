import type { Page } from "playwright-core";
import { beforeAll, describe, expect, it } from "vitest";
import { useApp } from "../../support/app.ts";
import { useBrowser } from "../../support/browser.ts";
import { openClinic } from "../../support/clinic.ts";
import { joinClinic, type Member } from "../../support/staff.ts";
import { violations } from "../../support/violations.ts";
import { anybody, bring, fileOf, HEAD } from "./importing.ts";
import { openAs, PLAIN } from "./pageInBrowser.ts";

describe("pages on a phone and on a desk", () => {
  const running = useApp("postgres", PLAIN);
  const started = useBrowser();
  let admin: Member;
  let treatment: string;

  beforeAll(async () => {
    const clinic = await openClinic(running, { name: "Willow Skin Clinic" });
    admin = await joinClinic(running, clinic.id, "admin", { name: "Dana Cole", operator: true });
    ({
      treatment: { id: treatment },
    } = await clinic.enrol());
  });

  async function open(path: string, width: number): Promise<Page> {
    const { page } = await openAs(started.browser, running.address, admin, path);
    await page.setViewportSize({ width, height: 800 });
    return page;
  }

  it.each([
    ["a treatment", () => admin.at(`treatments/${treatment}`), "planned"],
    ["the patients", () => admin.at("patients"), "+1"],
    ["the staff", () => admin.at("staff"), "off"],
    ["the audit", () => admin.at("audit"), "Enrolled"],
    ["one's account", () => "/admin/account", "UTC"],
  ])("has each cell of the table of %s in sight at 360 px", async (_name, address, word) => {
    const page = await open(address(), 360);
    const hidden = await page
      .locator("section.scroll")
      .evaluateAll((parts) =>
        parts.filter((part) => part.scrollWidth > part.clientWidth).map((part) => part.ariaLabel),
      );
    expect(hidden).toEqual([]);
    const cell = page.getByRole("cell").filter({ hasText: word }).first();
    const box = await cell.boundingBox();
    expect(box?.x).toBeGreaterThanOrEqual(0);
    expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(360);
    // It is a table still to who hears it, with the names of its columns.
    const table = page.getByRole("table").first();
    expect(await table.getByRole("columnheader").count()).toBeGreaterThan(2);
    expect(await table.getByRole("row").count()).toBeGreaterThan(1);
    const label = await cell.evaluate((each) => getComputedStyle(each, "::before").content);
    expect(label).toMatch(/^"[A-Z][a-z ]+: "/);
    await page.context().close();
  });

  it("has one row of navigation at 1280 px, for an admin who looks after the installation", async () => {
    const page = await open(admin.at("today"), 1280);
    const links = page.locator("header.top").getByRole("link");
    const boxes = await links.evaluateAll((all) =>
      all.filter((each) => each.checkVisibility()).map((each) => each.getBoundingClientRect().top),
    );
    expect(boxes.length).toBeGreaterThan(11);
    expect(Math.max(...boxes) - Math.min(...boxes)).toBeLessThan(15);
    const sizes = await page
      .locator("header.top .in-a-row nav.own :is(a, button)")
      .evaluateAll((all) => all.map((each) => getComputedStyle(each).fontSize));
    expect(new Set(sizes).size).toBe(1);
    await page.context().close();
  });

  it("has one row and a menu at 360 px, which opens by the keyboard", async () => {
    const page = await open(admin.at("today"), 360);
    const header = await page.locator("header.top").boundingBox();
    expect(header?.height).toBeLessThan(80);
    expect(await page.getByRole("link", { name: "Staff" }).count()).toBe(0);
    await page.locator("summary", { hasText: "Menu" }).press("Enter");
    await page.getByRole("link", { name: "Staff" }).waitFor();
    expect(await page.getByRole("button", { name: "Sign out" }).count()).toBe(1);
    expect(await violations(page)).toEqual([]);
    await page.getByRole("link", { name: "Staff" }).press("Enter");
    await page.getByRole("heading", { level: 1, name: "Staff" }).waitFor();
    await page.context().close();
  });

  it("has the words of a choice beside it at 360 px, on each of their lines", async () => {
    const page = await open(admin.at("settings"), 360);
    const under = await page.locator('label:has(> [type="radio"])').evaluateAll(
      (labels) =>
        labels.filter((label) => {
          const right = label.querySelector("input")?.getBoundingClientRect().right ?? 0;
          const range = document.createRange();
          range.selectNodeContents(label);
          return [...range.getClientRects()].some(
            ({ left, width, height }) => width > 40 && height > 0 && left < right,
          );
        }).length,
    );
    expect(under).toBe(0);
    await page.context().close();
  });

  it("has the columns of an import on one line at 1280 px", async () => {
    const path = await bring(running, admin, fileOf([anybody("2026-11-23 13:30")], HEAD));
    const page = await open(`${path}/columns`, 1280);
    const tops = await page
      .locator("#which .mapping:first-of-type select")
      .evaluateAll((all) => all.slice(0, 4).map((each) => each.getBoundingClientRect().top));
    expect(tops).toHaveLength(4);
    expect(new Set(tops).size).toBe(1);
    await page.context().close();
  });

  it("reads the plan before the button that enrols, wherever that stands", async () => {
    const page = await open(admin.at(), 360);
    const [plan, button] = [page.locator("#plan"), page.getByRole("button", { name: "Enrol" })];
    const [above, below] = [await plan.boundingBox(), await button.boundingBox()];
    expect(above?.y).toBeLessThan(below?.y ?? 0);
    await page.setViewportSize({ width: 1280, height: 900 });
    const beside = await plan.boundingBox();
    expect(beside?.x).toBeGreaterThan(600);
    expect((await button.boundingBox())?.x).toBeLessThan(200);
    await page.context().close();
  });
});
