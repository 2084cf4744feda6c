import { sql } from "kysely";
import { beforeAll, describe, expect, it } from "vitest";
import { useBrowser } from "../../support/browser.ts";
import { type EnrolledAnswer, enrolmentBody } from "../../support/clinic.ts";
import { until } from "../../support/poll.ts";
import { joinClinic, type Member, PASSWORD } from "../../support/staff.ts";
import { violations } from "../../support/violations.ts";
import { useTexter } from "../http/texter.ts";
import { BROWSED } from "./pageInBrowser.ts";

const LONG_NAME = "Wilhelmina-Alexandrina Fortune";
const ARABIC = "محمد عبدالله";

describe.each(BROWSED)("looking after a patient in a browser, on the deployment %s", (kind) => {
  const texter = useTexter(kind);
  const started = useBrowser();
  let admin: Member;
  let phone: string;
  let treatmentId: string;
  let patientId: string;

  beforeAll(async () => {
    admin = await joinClinic(texter.running, texter.clinic.id, "admin", { name: "Dana Cole" });
    await texter.enrol(texter.nextPhone(), { firstName: ARABIC });
    phone = texter.nextPhone();
    const { treatment, reminders } = await texter.enrol(phone, { firstName: LONG_NAME });
    ({ id: treatmentId, patientId } = treatment);
    const first = reminders.find(({ step }) => step === "products")?.id ?? "";
    await until("the first text has left", async () => {
      return ["sent", "delivered"].includes((await texter.detailOf(first)).status);
    });
  });

  /** Opens a page as the admin, who has signed in by the form. */
  async function open(path: string, { width = 1280, javaScriptEnabled = true } = {}) {
    const context = await started.browser.newContext({
      viewport: { width, height: 800 },
      javaScriptEnabled,
      // Otherwise the colors are still on their way when they are looked at.
      reducedMotion: "reduce",
    });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    await page.goto(`${texter.running.address}/admin/sign-in`);
    await page.getByLabel("Email").fill(admin.email);
    await page.getByLabel("Password").fill(PASSWORD);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.goto(texter.running.address + admin.at(path));
    complaints.length = 0;
    return { page, complaints };
  }

  const reminderOf = async (step: string) => {
    const { rows } = await sql<{ id: string }>`select id from aftercare.reminders
      where treatment_id = ${treatmentId} and step = ${step} limit 1`.execute(
      texter.running.app.ledger.db,
    );
    return `reminders/${rows[0]?.id}`;
  };

  it.each([360, 1280])("breaks no rule of accessibility and fits at %i px", async (width) => {
    const { page, complaints } = await open("patients", { width });
    const paths = [
      "patients",
      `patients/${patientId}`,
      `patients/${patientId}/stop/sms`,
      `patients/${patientId}/resume`,
      `treatments/${treatmentId}`,
      `treatments/${treatmentId}/cancel`,
      `treatments/${treatmentId}/time`,
      `treatments/${treatmentId}/wait`,
      `treatments/${treatmentId}/undo`,
      await reminderOf("products"),
      await reminderOf("retinol-ok"),
      `${await reminderOf("retinol-ok")}/cancel`,
      `${await reminderOf("retinol-ok")}/send-now`,
    ];
    for (const path of paths) {
      await page.goto(texter.running.address + admin.at(path));
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        expect([path, await violations(page)]).toEqual([path, []]);
      }
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      expect([path, wide <= width]).toEqual([path, true]);
    }
    // A refusal is answered 409, which the browser tells of.
    expect(complaints.filter((text) => !text.includes("409"))).toEqual([]);
    await page.context().close();
  });

  it("finds a patient while the name is typed, and opens the page by the keyboard", async () => {
    const { page, complaints } = await open("patients");
    await page.getByRole("link", { name: ARABIC }).waitFor();
    const requests: string[] = [];
    page.on("request", (request) => requests.push(request.url()));
    await page.keyboard.type("wilhel");
    await page.getByRole("heading", { name: "Found" }).waitFor();
    expect(await page.getByRole("link", { name: ARABIC }).count()).toBe(0);
    expect(requests.every((url) => url.endsWith("/patients"))).toBe(true);
    await page.getByRole("link", { name: LONG_NAME }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: LONG_NAME }).waitFor();
    expect(page.url()).toBe(texter.running.address + admin.at(`patients/${patientId}`));
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("finds a patient by the last digits without JavaScript", async () => {
    const { page } = await open("patients", { javaScriptEnabled: false });
    await page.getByLabel("Find a patient").fill(phone.slice(-4));
    await page.getByRole("button", { name: "Find" }).click();
    // What was looked for stands in no address.
    expect(page.url()).toBe(texter.running.address + admin.at("patients"));
    await page.getByRole("link", { name: LONG_NAME }).click();
    await page.getByRole("heading", { level: 1, name: LONG_NAME }).waitFor();
    await page.context().close();
  });

  it("replays a message that failed", async () => {
    const other = texter.nextPhone();
    texter.twilio.refuse({ status: 400, code: 30007, times: 1, to: other, body: "exfoliants" });
    // Without an email address nothing is left to try.
    const patient = { externalId: other, firstName: "Ana", phone: other };
    const { body } = await texter.clinic.desk.post<EnrolledAnswer>("/v1/treatments", {
      ...enrolmentBody(texter.running.clock.now()),
      patient,
    });
    const id = body.reminders.find(({ step }) => step === "products")?.id ?? "";
    await until("it has failed", async () => (await texter.detailOf(id)).status === "failed");
    const { page } = await open(`reminders/${id}`);
    await page.getByRole("button", { name: "Send again" }).click();
    await page.getByLabel("Reason").fill("nothing came");
    await page.getByRole("button", { name: "Send it again" }).click();
    await page.getByText("It is to be sent again.").waitFor();
    const again = await until("it has gone out once more", async () => {
      const detail = await texter.detailOf(id);
      return detail.status === "sent" && detail;
    });
    expect(again.events.map(({ type }) => type)).toContain("replayed");
    await page.context().close();
  });

  it("shows a STOP while somebody looks, and leaves open what they opened", async () => {
    const other = texter.nextPhone();
    const { treatment } = await texter.enrol(other, { firstName: "Bo" });
    const { page, complaints } = await open(`patients/${treatment.patientId}`);
    expect(await page.getByText("No text messages since").count()).toBe(0);
    // The leaflet goes out at once, and the page says so by itself.
    const leaflet = page.locator("main summary");
    await leaflet.waitFor();
    await leaflet.press("Enter");
    expect(await page.locator("details[open]").count()).toBe(1);
    await texter.text(other, "STOP");
    await page.getByText("stopped by a text of the patient").waitFor();
    await page.getByText("the patient said stop").waitFor();
    await page.getByText("Something has changed: brought up to date at 15:30.").waitFor();
    expect(await page.getByRole("button", { name: "Stop the text messages" }).count()).toBe(0);
    expect(await page.locator("details[open]").count()).toBe(1);
    expect(await leaflet.evaluate((each) => each.matches(":focus"))).toBe(true);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("keeps what it shows where asking for news fails, and goes on afterwards", async () => {
    const other = texter.nextPhone();
    const { treatment } = await texter.enrol(other, { firstName: "Bea" });
    const { page } = await open(`patients/${treatment.patientId}`);
    const answer = { status: 502, contentType: "text/html", body: "<h1>Bad Gateway</h1>" };
    await page.route("**/news?*", (route) => route.fulfill(answer), { times: 1 });
    const lost = page.getByText("Not up to date: the connection is lost.");
    await lost.waitFor();
    expect(await page.getByText("Bad Gateway").count()).toBe(0);
    expect(await page.getByRole("heading", { name: "So far" }).isVisible()).toBe(true);
    await texter.enrol(other, { firstName: "Beatrix" });
    await page.getByRole("heading", { level: 1, name: "Beatrix" }).waitFor();
    expect(await lost.isVisible()).toBe(false);
    await page.context().close();
  });

  it("cancels a treatment, after saying what that does", async () => {
    const { page } = await open(`patients/${patientId}`);
    await page.getByRole("table").getByRole("link", { name: "Micro needling" }).first().click();
    await page.getByRole("button", { name: "Cancel the treatment" }).click();
    await page.getByText("A cancel cannot be undone.").waitFor();
    await page.getByLabel("Reason").fill("another day");
    await page.getByRole("button", { name: "Cancel the treatment" }).click();
    await page.getByText(/Cancelled\. \d+ messages will not be sent\./).waitFor();
    const { body } = await texter.clinic.desk.get<{ treatment: { status: string } }>(
      `/v1/treatments/${treatmentId}`,
    );
    expect(body.treatment.status).toBe("cancelled");
    await page.context().close();
  });
});
