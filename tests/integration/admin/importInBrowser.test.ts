import type { Page } from "playwright-core";
import { beforeAll, describe, expect, it } from "vitest";
import { useApp } from "../../support/app.ts";
import { useBrowser } from "../../support/browser.ts";
import { openClinic, type TestClinic } from "../../support/clinic.ts";
import { until } from "../../support/poll.ts";
import { joinClinic, type Member } from "../../support/staff.ts";
import { anybody, enrolledAt, fileOf } from "./importing.ts";
import { BROWSED, expectReadable, openAs, PLAIN } from "./pageInBrowser.ts";

const AT = "2026-11-23 13:30";
const LONG_NAME = "Maximiliana-Victoria Rosamunde";
const RTL_NAME = "محمد عبدالله";
const FORMULA = "=cmd|' /C calc'!A0";

/** What is told of the seven bad rows: which row, which column, what stands there, what is wrong. */
const WRONG = [
  ["2", "phone", "12", "is not a phone number of US or with a country code"],
  ["3", "phone", "12", "is not a phone number of US or with a country code"],
  ["4", "first name", "<script>alert(1)</script>", "must be a name"],
  ["5", "email", "not an address", "must be an email address"],
  ["6", "sms consent", "perhaps", "is neither yes nor no"],
  ["7", "treatment date", FORMULA, "is no date and time"],
  ["8", "treatment date", "2026-01-05 10:00", "is more than 90 days ago"],
] as const;

/** A run of hundreds of rows on the embedded engine, beside other tests. */
const LONG = 180_000;

describe.each(BROWSED)("importing in a browser, on the deployment %s", (kind) => {
  const running = useApp(kind, PLAIN);
  const started = useBrowser();
  let clinic: TestClinic;
  let admin: Member;

  beforeAll(async () => {
    clinic = await openClinic(running);
    admin = await joinClinic(running, clinic.id, "admin");
  });

  const open = () => openAs(started.browser, running.address, admin, admin.at("import"));

  async function choose(page: Page, file: string): Promise<void> {
    const buffer = Buffer.from(file);
    const files = { name: "patients.csv", mimeType: "text/csv", buffer };
    await page.getByLabel("Choose the file, or drop it here").setInputFiles(files);
    await page.getByRole("button", { name: "Go on" }).click();
    await page.getByRole("heading", { name: "Import: how to read the file" }).waitFor();
  }

  async function checkAll(page: Page): Promise<void> {
    await page.getByRole("button", { name: /^Check all/ }).click();
    const found = page.getByRole("heading", { name: "Import: look before you enrol" });
    await found.waitFor({ timeout: LONG });
  }

  it(
    "lists what is wrong with 7 of 500 rows, enrols 493 after a yes, and none by the same file again",
    async () => {
      const rows = Array.from({ length: 500 }, (_, index) => {
        if (index === 0) return anybody(AT, { 1: LONG_NAME, 2: "12" });
        if (index === 1) return anybody(AT, { 1: RTL_NAME, 2: "12" });
        if (index === 2) return anybody(AT, { 1: "<script>alert(1)</script>" });
        if (index === 3) return anybody(AT, { 3: "not an address" });
        if (index === 4) return anybody(AT, { 5: "perhaps" });
        if (index === 5) return anybody(FORMULA);
        if (index === 6) return anybody("2026-01-05 10:00");
        return anybody(AT, index === 7 ? { 1: RTL_NAME } : {});
      });
      const file = fileOf(rows);
      const { page, complaints } = await open();
      await choose(page, file);
      await checkAll(page);
      expect(await enrolledAt(running, clinic.id)).toEqual([]);
      const wrong = page.getByRole("region", { name: "Rows with something wrong" });
      const told = await wrong.locator("tbody tr").allInnerTexts();
      expect(told).toHaveLength(WRONG.length);
      for (const [index, [row, column, value, why]] of WRONG.entries()) {
        const [number, where = "", what] = (told[index] ?? "").split("\t");
        expect([number, where.trim()]).toEqual([row, `${column}\n${value}`]);
        expect(what).toContain(why);
      }
      await page.getByRole("button", { name: "Enrol 493 treatments" }).click();
      await page.getByText("493 treatments are enrolled by it.").waitFor({ timeout: LONG });
      expect(await enrolledAt(running, clinic.id)).toHaveLength(493);
      expect(decodeURIComponent(page.url())).toMatch(/\/import\/[0-9a-f-]{36}$/);

      await page.getByRole("button", { name: "Bring another file" }).click();
      await choose(page, file);
      await checkAll(page);
      await page.getByText("There is nothing to enrol: rows are enrolled already").waitFor();
      expect(await page.getByRole("button", { name: /^Enrol/ }).count()).toBe(0);
      expect(await enrolledAt(running, clinic.id)).toHaveLength(493);
      expect(complaints).toEqual([]);
      await page.context().close();
    },
    2 * LONG,
  );

  it("is done with the keyboard alone", async () => {
    const { page, complaints } = await open();
    const focused = () => page.locator(":focus");
    /** Goes on to the next field or button of that kind and name. */
    async function tabTo(role: "button" | "link", name: string | RegExp): Promise<void> {
      const wanted = page.getByRole(role, { name });
      await wanted.waitFor();
      for (let presses = 0; presses < 60; presses++) {
        if (await wanted.evaluate((each) => each.matches(":focus"))) return;
        await page.keyboard.press("Tab");
      }
      throw new Error(`the keyboard does not reach ${name}`);
    }
    await tabTo("button", "Choose the file, or drop it here");
    const chooser = page.waitForEvent("filechooser");
    await page.keyboard.press("Space");
    const buffer = Buffer.from(fileOf([anybody("11/10/2026 10:00")]));
    await (await chooser).setFiles({ name: "patients.csv", mimeType: "text/csv", buffer });
    await tabTo("button", "Go on");
    await page.keyboard.press("Enter");
    const order = page.getByRole("group", { name: /^Dates such as/ }).getByRole("radio");
    await order.first().waitFor();
    for (let presses = 0; presses < 60; presses++) {
      await page.keyboard.press("Tab");
      if ((await focused().getAttribute("name")) === "order") break;
    }
    await page.keyboard.press("ArrowDown");
    expect(await page.getByLabel(/^Month first/).isChecked()).toBe(true);
    await tabTo("button", /^Check all/);
    await page.keyboard.press("Enter");
    await tabTo("button", "Enrol 1 treatment");
    await page.keyboard.press("Enter");
    await page.getByText("1 patient’s treatment is enrolled by it.").waitFor();
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("asks for the order of dates, and again where another column has them", async () => {
    const { page } = await open();
    const head = ["first name", "phone", "treatment date", "booked", "sms consent"];
    const row = ["Anna", "+12125550177", "2026-11-22 10:00", "11/10/2026 10:00", "yes"];
    await choose(page, fileOf([row], head));
    await page.getByText("“2026-11-22 10:00” is Sun 22 Nov 2026, 10:00.").waitFor();
    await page.getByLabel("When the treatment was done").selectOption({ label: "booked" });
    await page.getByText("does not tell whether the day or the month comes first").waitFor();
    const day = page.getByLabel("Day first: “11/10/2026 10:00” will be read as Sun 11 Oct 2026");
    expect(await day.isChecked()).toBe(false);
    await day.check();
    await checkAll(page);
    await page.getByRole("button", { name: "Enrol 1 treatment" }).waitFor();
    await page.getByRole("button", { name: "Throw this file away" }).click();
    await page.getByText("Nothing was enrolled by it.").waitFor();
    await page.context().close();
  });

  it("goes on by itself where a page was closed in the middle of it", async () => {
    const people = Array.from({ length: 60 }, () => anybody(AT));
    const before = (await enrolledAt(running, clinic.id)).length;
    const first = await open();
    await choose(first.page, fileOf(people));
    await checkAll(first.page);
    await first.page.getByRole("button", { name: "Enrol 60 treatments" }).click();
    const half = await until("some to be enrolled", async () => {
      const count = (await enrolledAt(running, clinic.id)).length - before;
      return count > 0 && count;
    });
    await first.page.context().close();
    expect(half).toBeLessThan(60);
    const { page } = await open();
    const stopped = page.getByRole("row", { name: /enrolling/ });
    await stopped.getByRole("link", { name: "Go on with it" }).click();
    await page.getByText("60 treatments are enrolled by it.").waitFor({ timeout: LONG });
    expect((await enrolledAt(running, clinic.id)).length - before).toBe(60);
    await page.context().close();
  });

  it(
    "breaks no rule of accessibility and fits a narrow screen, page by page",
    async () => {
      const { page } = await open();
      await expectReadable(page);
      await choose(
        page,
        fileOf([
          anybody("11/10/2026 10:00", { 1: LONG_NAME, 2: "12" }),
          anybody("10/11/2026 10:00", { 1: RTL_NAME }),
        ]),
      );
      await page.getByLabel("Not in the file").check();
      await expectReadable(page);
      await page.getByLabel(/^In the file/).check();
      await page.getByLabel(/^Month first/).check();
      await checkAll(page);
      await expectReadable(page);
      await page.getByRole("button", { name: "Enrol 1 treatment" }).click();
      await page.getByText("treatment is enrolled by it.").waitFor();
      await expectReadable(page);
      await page.getByRole("button", { name: "Bring another file" }).click();
      await expectReadable(page);
      await page.context().close();
    },
    LONG,
  );
});
