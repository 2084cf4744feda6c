import type { Browser, Page } from "playwright-core";
import { expect } from "vitest";
import type { Member } from "../../support/staff.ts";
import { violations } from "../../support/violations.ts";

/** Where the pages are used by a browser: the deployments that have least in common. */
export const BROWSED = ["embedded", "redis"] as const;

/** A small phone, and a desk. */
const WIDTHS = [360, 1280];

/** For programs that browsers visit: a cookie that only https carries would not come back to them. */
export const PLAIN = { env: { PUBLIC_URL: "http://localhost" } };

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
  const cookies = member.cookies().split("; ");
  await context.addCookies(
    cookies.map((cookie) => {
      const at = cookie.indexOf("=");
      return { name: cookie.slice(0, at), value: cookie.slice(at + 1), url: address };
    }),
  );
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
