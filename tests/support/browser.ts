import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, inject } from "vitest";

/** Gives a `describe` block a browser. */
export function useBrowser(): { browser: Browser } {
  const running: Partial<{ browser: Browser }> = {};
  beforeAll(async () => {
    // Without a sandbox, because root cannot have one; the pages are our own. The arguments that the
    // package proposes are left out: they would switch the checks off that the tests rely on.
    const args = ["--no-sandbox", "--headless=shell"];
    running.browser = await chromium.launch({ executablePath: inject("chromium"), args });
  });
  afterAll(async () => {
    await running.browser?.close();
  });
  return running as { browser: Browser };
}
