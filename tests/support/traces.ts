import type { Trace } from "../../src/domain/reminder.ts";

/** A treatment, as far as the traces of its reminders leave out what it says. */
export const TREATMENT = {
  protocol: { name: "microneedling", version: 4 },
  timeZone: "America/New_York",
};

/** The trace of a reminder of it that goes out just as planned. */
export const PLAIN: Trace = {
  ...TREATMENT,
  anchor: "2026-11-23T20:00:00.000Z",
  after: "48h",
  at: null,
  trueAt: "2026-11-25T20:00:00.000Z",
  timeZoneFrom: "clinic",
  window: "09:00-20:00",
  movedMinutes: 0,
  movedBy: "nothing",
  channels: [
    { channel: "sms", use: "usable" },
    { channel: "email", use: "usable" },
  ],
};
