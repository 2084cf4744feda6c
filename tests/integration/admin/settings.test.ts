import { beforeAll, describe, expect, it } from "vitest";
import { findClinic } from "../../../src/ledger/clinics.ts";
import { useApp } from "../../support/app.ts";
import { openClinic, type TestClinic } from "../../support/clinic.ts";
import { joinClinic, type Member, visitorAt } from "../../support/staff.ts";

/** What a browser would send of a form: its fields as they stand. */
function fieldsOf(html: string): Record<string, string> {
  const fields: Record<string, string> = {};
  const unescape = (text: string) =>
    text
      .replaceAll("&quot;", '"')
      .replaceAll("&#39;", "'")
      .replaceAll("&lt;", "<")
      .replaceAll("&amp;", "&");
  for (const [tag] of html.matchAll(/<input\b[^>]*>/g)) {
    const name = /\bname="([^"]*)"/.exec(tag)?.[1];
    const ticked = !/type="(radio|checkbox)"/.test(tag) || /\schecked\b/.test(tag);
    if (name !== undefined && ticked)
      fields[name] = unescape(/\bvalue="([^"]*)"/.exec(tag)?.[1] ?? "");
  }
  for (const [, name = "", value = ""] of html.matchAll(
    /<textarea\b[^>]*\bname="([^"]*)"[^>]*>([^<]*)/g,
  )) {
    fields[name] = unescape(value);
  }
  for (const [, name = "", options = ""] of html.matchAll(
    /<select\b[^>]*\bname="([^"]*)"[^>]*>(.*?)<\/select>/gs,
  )) {
    const chosen = /<option\b[^>]*\bselected\b[^>]*>/.exec(options)?.[0] ?? "";
    fields[name] = /\bvalue="([^"]*)"/.exec(chosen)?.[1] ?? "";
  }
  return fields;
}

/** What is refused, at which field, and what is said of it. */
const REFUSED: [field: string, value: string, said: string][] = [
  ["name", "", "is needed"],
  ["name", "x".repeat(61), "at most 60 characters"],
  ["phone", "abc", "Phone is no phone number of US"],
  ["phone", "1234", "Phone is no phone number of US"],
  ["phone", "2125550100, ask for Ann", "Phone is no phone number of US"],
  ["email", "desk", "one address such as"],
  ["locale", "English", "Language must be one of the list."],
  ["locale", "xx", "Language must be one of the list."],
  ["dailyCap", "0", "from 1 to 50"],
  ["privacy", "secret", "Choose one of the three."],
  ["sendWindow.mon", "9 to 5", "hours such as 09:00-20:00"],
  ["sendWindow.mon", "20:00-09:00", "hours such as 09:00-20:00"],
  ["webhookUrl", "http://rose.example.test/alarms", "such as https:"],
  ["webhookUrl", "https://me:pw@rose.example.test/", "such as https:"],
  ["emergencyText", "x".repeat(301), "at most 300 characters"],
];

const SCRIPT = "<script>alert(1)</script>";

describe("the settings of a clinic", () => {
  const running = useApp("postgres");
  let clinic: TestClinic;
  let admin: Member;

  beforeAll(async () => {
    clinic = await openClinic(running, { email: "desk@willow.example.test" });
    admin = await joinClinic(running, clinic.id, "admin");
  });

  const present = async () => {
    const found = await findClinic(running.app.ledger.db, clinic.id);
    if (found === undefined) throw new Error("the clinic is gone");
    return found;
  };

  async function save(changes: Record<string, string>) {
    const { html } = await admin.get(admin.at("settings"));
    return admin.post(admin.at("settings"), { ...fieldsOf(html), ...changes });
  }

  it("change what was changed, say what that is, and leave the rest", async () => {
    const before = await present();
    const saved = await save({
      phone: " +1 212 555 0100 ",
      postalAddress: "12 Main St\r\nAlbany, NY 12207",
      "sendWindow.sun": "",
      "sendWindow.sat": "9:00 – 14:00",
    });
    expect(saved.status).toBe(303);
    expect(saved.location).toMatch(/\?changed=[\w,]+$/);
    const { text } = await admin.get(saved.location ?? "");
    expect(text).toContain("Changed: phone, postal address, hours of sending.");
    expect(await present()).toEqual({
      ...before,
      phone: "+1 212 555 0100",
      postalAddress: "12 Main St Albany, NY 12207",
      sendWindow: {
        mon: "09:00-20:00",
        tue: "09:00-20:00",
        wed: "09:00-20:00",
        thu: "09:00-20:00",
        fri: "09:00-20:00",
        sat: "09:00-14:00",
      },
    });
  });

  it("are as they were where nothing was changed, and the history has no word of it", async () => {
    const before = await present();
    const saved = await save({});
    expect((await admin.get(saved.location ?? "")).text).toContain("Nothing to change");
    expect(await present()).toEqual(before);
  });

  it.each(REFUSED)(
    "refuse what is wrong at its field, and keep it: %s %j",
    async (field, value, said) => {
      const before = await present();
      const answer = await save({ [field]: value });
      expect(answer.status).toBe(422);
      expect(answer.text).toContain(said);
      expect(answer.html).toContain(field === "privacy" || field === "locale" ? said : value);
      expect(answer.html).toContain(`<a href="#field-${field.replace(".", "-")}">Go there</a>`);
      expect(answer.html).toContain(`id="field-${field.replace(".", "-")}"`);
      expect(await present()).toEqual(before);
    },
  );

  it.each(["+1 212 555 0100 ext. 12", "+44 20 7946 0018", "24680"])(
    "take a phone that people can dial: %s",
    async (phone) => {
      expect((await save({ phone })).status).toBe(303);
      expect(await present()).toMatchObject({ phone });
      await save({ phone: "" });
    },
  );

  it("of an older program are saved as they are, and said to be wrong", async () => {
    const { db } = running.app.ledger;
    const older = await openClinic(running, { name: "Older", phone: "abc", locale: "xx" });
    const other = await joinClinic(running, older.id, "admin");
    const { html, text } = await other.get(other.at("settings"));
    expect(text).toContain("Patients are told to call “ abc ”, which is no phone number.");
    expect(text).toContain("There are no messages in the language “xx”");
    const saved = await other.post(other.at("settings"), { ...fieldsOf(html), dailyCap: "2" });
    expect(saved.status).toBe(303);
    expect(await findClinic(db, older.id)).toMatchObject({
      phone: "abc",
      locale: "xx",
      dailyCap: 2,
    });
    const right = { ...fieldsOf((await other.get(other.at("settings"))).html), locale: "es" };
    expect((await other.post(other.at("settings"), { ...right, phone: "" })).status).toBe(303);
    const after = await other.get(other.at("settings"));
    expect(after.text).not.toMatch(/no phone number|no messages in the language/);
  });

  it("refuse a week without any hours", async () => {
    const days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    const answer = await save(Object.fromEntries(days.map((day) => [`rebookWindow.${day}`, ""])));
    expect(answer.status).toBe(422);
    expect(answer.text).toContain("Give hours to one day at least.");
  });

  it("are not overwritten by a form that is out of date", async () => {
    const { html } = await admin.get(admin.at("settings"));
    await save({ phone: "+1 212 555 0111" });
    const late = await admin.post(admin.at("settings"), { ...fieldsOf(html), name: "Late" });
    expect(late.status).toBe(409);
    expect(late.text).toContain("Somebody changed the settings while you had them open");
    expect(await present()).toMatchObject({ name: "Willow Skin Clinic", phone: "+1 212 555 0111" });
  });

  it("show a webhook's secret once, when it is made, and make another where that is wanted", async () => {
    const url = "https://willow.example.test/alarms";
    const secretIn = (html: string) => /acw_[\w-]{43}/.exec(html)?.[0];
    const made = await save({ webhookUrl: url });
    expect(made.status).toBe(200);
    expect(made.headers.get("cache-control")).toBe("no-store");
    expect(secretIn(made.html)).toBe((await present()).webhookSecret);
    expect(secretIn((await admin.get(admin.at("settings"))).html)).toBeUndefined();
    const kept = await save({ phone: "" });
    expect(kept.status).toBe(303);
    const again = await save({ newSecret: "yes" });
    expect(secretIn(again.html)).toBe((await present()).webhookSecret);
    expect(secretIn(again.html)).not.toBe(secretIn(made.html));
  });

  it("warn where an alarm would reach nobody", async () => {
    const bare = await openClinic(running, { name: "Bare" });
    const other = await joinClinic(running, bare.id, "admin");
    const said = "An alarm reaches nobody at this clinic";
    expect((await other.get(other.at("settings"))).text).toContain(said);
    expect((await admin.get(admin.at("settings"))).text).not.toContain(said);
  });

  it("show what carries each channel, and nothing to change it with", async () => {
    const { text } = await admin.get(admin.at("settings"));
    expect(text).toContain(
      "Text messages no provider not set up nothing is sent; messages are kept in the outbox",
    );
    expect(text).toContain("America/New_York");
  });

  it("show what somebody typed as text", async () => {
    const saved = await save({ name: SCRIPT, postalAddress: SCRIPT, emergencyText: SCRIPT });
    const { html, text } = await admin.get(saved.location ?? "");
    expect(html).not.toContain(SCRIPT);
    expect(text).toContain(SCRIPT);
    await save({ name: "Willow Skin Clinic" });
  });

  it("are not for a front desk, nor for another clinic's admin, nor for who has not signed in", async () => {
    const before = await present();
    const desk = await joinClinic(running, clinic.id, "front_desk");
    const elsewhere = await openClinic(running, { name: "Hillside Clinic" });
    const other = await joinClinic(running, elsewhere.id, "admin");
    const { html } = await admin.get(admin.at("settings"));
    const form = { ...fieldsOf(html), name: "Taken" };
    expect((await desk.get(admin.at("settings"))).status).toBe(403);
    expect((await desk.post(admin.at("settings"), form)).status).toBe(403);
    const foreign = await other.get(admin.at("settings"));
    expect(foreign.status).toBe(404);
    expect(foreign.html).not.toContain(clinic.id);
    expect((await other.post(admin.at("settings"), form)).status).toBe(404);
    expect((await visitorAt(running.address).get(admin.at("settings"))).status).toBe(303);
    expect((await desk.get(`/admin/${clinic.id}/outbox`)).text).not.toContain("Settings");
    expect(await present()).toEqual(before);
  });
});
