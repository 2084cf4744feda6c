import axe from "axe-core";
import type { Browser, Page } from "playwright-core";
import { expect } from "vitest";
import type { Member } from "../../support/staff.ts";

/** A small phone, and a desk. */
const WIDTHS = [360, 1280];

/** A page in a context of its own, for a member who is signed in, and what went wrong on it. */
export async function openAs(
  browser: Browser,
  address: string,
  member: Member,
  path: string,
): Promise<{ page: Page; complaints: string[] }> {
  const viewport = { width: 1280, height: 900 };
  // A colour that is still changing is none to judge.
  const context = await browser.newContext({ viewport, reducedMotion: "reduce" });
  // A cookie for https only would not be sent to the server of the tests, so the header is set.
  await context.setExtraHTTPHeaders({ cookie: member.cookies() });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  await page.goto(address + path);
  return { page, complaints };
}

/** Fails where a page breaks a rule of accessibility, or is wider than its screen. */
export async function expectReadable(page: Page): Promise<void> {
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await violations(page), `${width} px, ${colorScheme}`).toEqual([]);
    }
    const wide = await page.evaluate(() => {
      const { documentElement: root } = (
        globalThis as unknown as { document: { documentElement: { scrollWidth: number } } }
      ).document;
      return root.scrollWidth;
    });
    expect(wide, `at ${width} px`).toBeLessThanOrEqual(width);
  }
}

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const found = await page.evaluate(() =>
    // In the browser, where axe has just been loaded.
    (globalThis as unknown as { axe: typeof axe }).axe.run({
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    }),
  );
  expect(found.passes.length).toBeGreaterThan(5);
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
  );
}
