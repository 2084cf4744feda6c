import ICAL from "ical.js";
import { beforeAll, describe, expect, it } from "vitest";
import { useApp } from "../../support/app.ts";
import { type EnrolledAnswer, openClinic, type TestClinic } from "../../support/clinic.ts";
import { until } from "../../support/poll.ts";
import { enrolWithPage, open } from "./patientPages.ts";

ICAL.design.strict = true;

/** A calendar as a strict parser reads it. */
function parse(text: string) {
  const calendar = new ICAL.Component(ICAL.parse(text) as unknown[]);
  const events = calendar.getAllSubcomponents("vevent").map((event) => ({
    uid: String(event.getFirstPropertyValue("uid")),
    start: String(event.getFirstPropertyValue("dtstart")),
    summary: String(event.getFirstPropertyValue("summary")),
    description: String(event.getFirstPropertyValue("description")),
    sequence: Number(event.getFirstPropertyValue("sequence")),
    stamp: String(event.getFirstPropertyValue("dtstamp")),
    alarms: event
      .getAllSubcomponents("valarm")
      .map((alarm) => [
        String(alarm.getFirstPropertyValue("action")),
        String(alarm.getFirstPropertyValue("trigger")),
      ]),
  }));
  return { calendar, events };
}

describe("the calendar of a patient's page", () => {
  const running = useApp("embedded");
  let clinic: TestClinic;
  beforeAll(async () => {
    clinic = await openClinic(running, { name: "Willow, Skin; Clinic", phone: "+1 212-555-0100" });
  });

  it("has an event with an alarm for each end of a waiting time, in UTC", async () => {
    const { path } = await enrolWithPage(running, clinic, { firstName: "Ana" });
    const { status, headers, text } = await open(running, `${path}.ics`);
    expect(status).toBe(200);
    expect(headers.get("content-type")).toBe("text/calendar; charset=utf-8");
    expect(headers.get("content-disposition")).toBe('inline; filename="aftercare.ics"');
    for (const [name, value] of [
      ["cache-control", "no-store"],
      ["x-robots-tag", "noindex, nofollow"],
      ["referrer-policy", "no-referrer"],
    ] as const) {
      expect(headers.get(name)).toBe(value);
    }
    const { calendar, events } = parse(text);
    expect(calendar.getFirstPropertyValue("version")).toBe("2.0");
    expect(events.map(({ start, summary }) => [start, summary])).toEqual([
      ["2026-11-24T20:30:00Z", "Waiting time over: Make-up"],
      ["2026-11-25T20:30:00Z", "Waiting time over: Retinol, Vitamin C serum"],
      [
        "2026-11-26T20:30:00Z",
        "Waiting time over: Hard workouts at the gym, Swimming pools, Saunas, Anything else that could make you sweat a lot",
      ],
      ["2026-11-30T20:30:00Z", "Waiting time over: Long spells in the sun"],
    ]);
    expect(events[2]?.description).toMatch(
      /^You may be able to go back to this\.\nTimes can change, .*\nWillow, Skin; Clinic, \+1 212-555-0100$/,
    );
    expect(events.flatMap(({ alarms }) => alarms)).toEqual(
      Array.from({ length: 4 }, () => ["DISPLAY", "PT0S"]),
    );
    expect(new Set(events.map(({ uid }) => uid)).size).toBe(4);
    expect(text).not.toMatch(/Ana|micro|needling|xfoliant/i);
  });

  it("keeps to the lines of RFC 5545: CRLF, at most 75 octets, whole characters", async () => {
    const { path } = await enrolWithPage(running, clinic, { locale: "es" });
    const { text } = await open(running, `${path}.ics`);
    const lines = text.split("\r\n");
    expect(lines.at(-1)).toBe("");
    expect(lines.join("")).not.toMatch(/[\r\n]/);
    expect(Math.max(...lines.map((line) => Buffer.byteLength(line)))).toBeLessThanOrEqual(75);
    expect(lines.some((line) => line.startsWith(" "))).toBe(true);
    const { events } = parse(text);
    expect(events[1]?.summary).toBe("Plazo cumplido: Retinol, Sérum de vitamina C");
    expect(text).toContain("SUMMARY;LANGUAGE=es:");
  });

  it("has the same ids each time, and a sequence that grows with what changes", async () => {
    const { path, reminders, treatment } = await enrolWithPage(running, clinic);
    // What is due at once is handed over in its own time, and that is a change.
    await until("what is due is handed over", async () => {
      const { body } = await clinic.desk.get<EnrolledAnswer>(`/v1/treatments/${treatment.id}`);
      const now = running.clock.now();
      return body.reminders.every(
        ({ dueAt, status }) => new Date(dueAt) > now || status === "queued",
      );
    });
    const first = parse((await open(running, `${path}.ics`)).text).events;
    running.clock.moveBy(60_000);
    const same = parse((await open(running, `${path}.ics`)).text).events;
    expect(same.map(({ uid, sequence }) => [uid, sequence])).toEqual(
      first.map(({ uid, sequence }) => [uid, sequence]),
    );
    const gym = reminders.find(({ step }) => step === "two-months");
    await clinic.admin.post(`/v1/reminders/${gym?.id}/cancel`, { reason: "not needed" });
    const later = parse((await open(running, `${path}.ics`)).text).events;
    expect(later.map(({ uid }) => uid)).toEqual(first.map(({ uid }) => uid));
    for (const [index, event] of later.entries()) {
      expect(event.sequence).toBeGreaterThan(first[index]?.sequence ?? Infinity);
    }
  });

  it("leaves out a permission that the clinic has cancelled", async () => {
    const { path, reminders } = await enrolWithPage(running, clinic);
    const gym = reminders.find(({ step }) => step === "gym-ok");
    await clinic.admin.post(`/v1/reminders/${gym?.id}/cancel`, { reason: "not yet" });
    const { text } = await open(running, `${path}.ics`);
    expect(parse(text).events).toHaveLength(3);
    expect(text).not.toContain("Saunas");
  });
});
