import { cp, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Trace } from "../../../src/domain/reminder.ts";
import { migrate } from "../../../src/ledger/migrate.ts";
import { packTrace, type StoredTrace, unpackTrace } from "../../../src/ledger/traces.ts";
import { PLAIN, TREATMENT } from "../../support/traces.ts";
import { ENGINES, useEngine } from "./engine.ts";

const MIGRATIONS = fileURLToPath(new URL("../../../src/ledger/migrations/", import.meta.url));

const TRACES: Trace[] = [
  PLAIN,
  { ...PLAIN, at: "10:00", timeZoneFrom: "patient", movedMinutes: 95, movedBy: "window" },
  { ...PLAIN, movedMinutes: 0, movedBy: "late enrolment", channels: [] },
  {
    ...PLAIN,
    channels: [
      { channel: "email", use: "no_consent" },
      { channel: "sms", use: "usable" },
    ],
  },
  { ...PLAIN, protocol: { name: "microneedling", version: 3 }, timeZone: "America/Chicago" },
  { ...PLAIN, retracts: "gym-ok", waitUntil: null, cappedDays: null },
];

describe.each(ENGINES)("what an earlier version has kept, on the %s engine", (kind) => {
  const engine = useEngine(kind);

  it("of the traces of reminders is read as it was", async () => {
    await migrate(engine.pool, await migrationsUntil("0015"));
    await engine.pool.query(`
      insert into aftercare.clinics (id, name, time_zone, region, send_window, created_at)
        values ('${id(1)}', 'Willow', 'America/New_York', 'US', '{}', now());
      insert into aftercare.protocols (name, version, definition, pinned_at)
        values ('microneedling', 4, '{}', now());
      insert into aftercare.patients (id, clinic_id, first_name, phone, created_at, updated_at)
        values ('${id(2)}', '${id(1)}', 'Ana', '+12125550100', now(), now());
      insert into aftercare.treatments (id, clinic_id, patient_id, protocol, protocol_version,
          performed_at, time_zone, channels, overrides, page_token, page_expires_at, created_at)
        values ('${id(3)}', '${id(1)}', '${id(2)}', 'microneedling', 4, now(), 'America/New_York', '{sms}', '{}',
          'a token', now(), now())`);
    for (const [position, trace] of TRACES.entries()) {
      await engine.pool.query(
        `insert into aftercare.reminders (clinic_id, treatment_id, patient_id, step, position, kind, topics,
           channel, channels, due_at, send_until, expires_at, status, trace, created_at, updated_at)
         values ($1, $2, $3, 'step', $4, 'caution', '{}', 'sms', '{sms}', now(), now(), now(), 'scheduled',
           $5, now(), now())`,
        [id(1), id(3), id(2), position, JSON.stringify(trace)],
      );
    }

    expect((await migrate(engine.pool)).applied).toContain("0016_lean.sql");
    const { rows } = await engine.pool.query<{ trace: StoredTrace }>(
      "select trace from aftercare.reminders order by position",
    );
    const kept = rows.map(({ trace }) => trace);
    expect(kept).toEqual(TRACES.map((trace) => packTrace(trace, TREATMENT)));
    expect(kept.map((trace) => unpackTrace(trace, TREATMENT))).toEqual(TRACES);
  });
});

const id = (number: number) => `00000000-0000-4000-8000-00000000000${number}`;

async function migrationsUntil(last: string): Promise<URL> {
  const directory = await mkdtemp(path.join(tmpdir(), "aftercare-migrations-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const names = (await readdir(MIGRATIONS)).filter((name) => name.slice(0, 4) <= last);
  for (const name of names) await cp(path.join(MIGRATIONS, name), path.join(directory, name));
  return pathToFileURL(`${directory}/`);
}
