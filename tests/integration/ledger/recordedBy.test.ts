import { cp, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { migrate } from "../../../src/ledger/migrate.ts";
import { ENGINES, useEngine } from "./engine.ts";

const MIGRATIONS = path.resolve("src/ledger/migrations");

describe.each(ENGINES)("consents that keys recorded, on the %s engine", (kind) => {
  const engine = useEngine(kind);

  it("name the key as an actor after the migration, and staff may record others", async () => {
    const { pool } = engine;
    await pool.query("drop schema if exists aftercare cascade");
    await pool.query("drop schema if exists auth cascade");
    await migrate(pool, pathToFileURL(`${await earlierThan("enrol_staff")}/`));
    const { rows } = await pool.query(`
      with clinic as (
        insert into aftercare.clinics (name, time_zone, region, send_window, created_at)
        values ('A clinic', 'UTC', 'US', '{}', now()) returning id
      ), key as (
        insert into aftercare.api_keys (clinic_id, role, hash, label, created_at)
        select id, 'enroll', 'x', 'desk', now() from clinic returning id
      ), protocol as (
        insert into aftercare.protocols values ('p', 1, '{}', now()) returning name, version
      ), patient as (
        insert into aftercare.patients (clinic_id, first_name, created_at, updated_at)
        select id, 'Ada', now(), now() from clinic returning id
      ), treatment as (
        insert into aftercare.treatments (clinic_id, patient_id, protocol, protocol_version,
          performed_at, time_zone, channels, page_token, page_expires_at, created_at)
        select clinic.id, patient.id, name, version, now(), 'UTC', '{sms}', 't', now(), now()
        from clinic, patient, protocol returning id
      )
      insert into aftercare.consents (clinic_id, patient_id, treatment_id, purpose, channel, source,
        given_at, recorded_at, recorded_by)
      select clinic.id, patient.id, treatment.id, 'care', 'sms', 'form 3', now(), now(), key.id
      from clinic, patient, treatment, key returning recorded_by`);
    const [before] = rows as { recorded_by: string }[];

    await migrate(pool);
    const kept = await pool.query("select recorded_by from aftercare.consents");
    expect(kept.rows).toEqual([{ recorded_by: `key:${before?.recorded_by}` }]);
    await pool.query("update aftercare.consents set recorded_by = 'staff:1'");
  });
});

/** The migrations before the one of this name, in a directory of their own. */
async function earlierThan(name: string): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), "aftercare-migrations-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const files = (await readdir(MIGRATIONS)).sort();
  const last = files.findIndex((file) => file.includes(name));
  for (const file of files.slice(0, last)) {
    await cp(path.join(MIGRATIONS, file), path.join(directory, file));
  }
  return directory;
}
