import { beforeAll, describe, expect, it } from "vitest";
import { useApp } from "../../support/app.ts";
import { useBrowser } from "../../support/browser.ts";
import { FIELDS, type FullClinic, fillClinic, NO_PAGE, PAGES, scriptIn } from "./everyPage.ts";
import { expectReachable } from "./keyboard.ts";
import { expectReadable, openAs, PLAIN } from "./pageInBrowser.ts";
import { routesFor } from "./routes.ts";

/** Each page at two widths, light and dark, and by the keyboard: some addresses are many. */
const LONG = 180_000;

describe("each page for staff, full of long names, names from right to left, and scripts", () => {
  const running = useApp("postgres", { ...PLAIN, worker: true });
  const started = useBrowser();
  let full: FullClinic;

  beforeAll(async () => {
    full = await fillClinic(running);
  });

  it("is looked at here", async () => {
    const routes = await routesFor(running);
    const read = routes.filter(
      ({ method, url }) => method === "GET" && !/\/(assets|auth|queues)\b/.test(url),
    );
    const urls = new Set(read.map(({ url }) => url));
    expect([...urls].sort()).toEqual([...Object.keys(PAGES), ...NO_PAGE].sort());
  });

  it.each(Object.entries(PAGES))(
    "%s can be read, used by the keyboard alone, and runs nothing that is stored",
    async (_url, addresses) => {
      for (const address of addresses(full)) {
        const { page, complaints } = await openAs(
          started.browser,
          running.address,
          full.admin,
          address,
        );
        expect([address, await page.locator("h1").count()]).toEqual([address, 1]);
        const found = await page.evaluate(() => ({
          struck: (globalThis as { struck?: string }).struck,
          scripts: [...document.querySelectorAll("script")].filter(
            (script) => script.textContent !== "" || !script.src.startsWith(location.origin),
          ).length,
        }));
        expect({ address, ...found }).toEqual({ address, struck: undefined, scripts: 0 });
        for (const summary of await page.locator("summary").all()) {
          if (await summary.isVisible()) await summary.click();
        }
        // A refusal is answered with a status that the browser tells of.
        expect(complaints.filter((text) => !/\b4\d\d\b/.test(text))).toEqual([]);
        await expectReadable(page);
        await expectReachable(page);
        await page.context().close();
      }
    },
    LONG,
  );

  it("shows as text what is stored in each field", async () => {
    const shown = new Set<string>();
    for (const addresses of Object.values(PAGES)) {
      for (const address of addresses(full)) {
        const { html, text } = await full.admin.get(address);
        expect({ address, raw: html.includes("<script>globalThis") }).toEqual({
          address,
          raw: false,
        });
        for (const field of FIELDS) if (text.includes(scriptIn(field))) shown.add(field);
      }
    }
    expect([...shown].sort()).toEqual([...FIELDS].sort());
  });
});
