import { access, constants } from "node:fs/promises";
import path from "node:path";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll } from "vitest";

/** The names under which Debian and others install it. */
const NAMES = ["chromium", "chromium-browser", "google-chrome-stable"];

/**
 * Starts Chromium: the machine's own where it is on the PATH, else the one of an npm package, which
 * unpacks itself and the libraries that it needs into the temporary directory.
 */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = (await onPath()) ?? (await unpacked());
  // Without a sandbox, because root cannot have one; the pages are our own. The package's own
  // arguments are left out: they would switch the checks off that the tests rely on.
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--headless=shell"] });
}

/** Gives a `describe` block a browser. */
export function useBrowser(): { browser: Browser } {
  const running: Partial<{ browser: Browser }> = {};
  beforeAll(async () => {
    running.browser = await launchBrowser();
  });
  afterAll(async () => {
    await running.browser?.close();
  });
  return running as { browser: Browser };
}

async function onPath(): Promise<string | null> {
  const folders = (process.env["PATH"] ?? "").split(path.delimiter);
  for (const file of folders.flatMap((folder) => NAMES.map((name) => path.join(folder, name)))) {
    const there = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (there) return file;
  }
  return null;
}

async function unpacked(): Promise<string> {
  // It looks for this when it is loaded, and only then brings its libraries along.
  process.env["AWS_LAMBDA_JS_RUNTIME"] ??= "nodejs20.x";
  const { default: packaged } = await import("@sparticuz/chromium");
  return packaged.executablePath();
}
