/** A way to ask a ledger, whichever engine holds it. */
export interface Asks {
  query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>;
}

/** Rows that copies are made of, and when theirs are due. */
export interface Fill {
  /** A treatment that was enrolled over HTTP. */
  treatmentId: string;
  count: number;
  /** The first one is due so many milliseconds after the ledger's now, as it is when they are all there. */
  leadMs: number;
  /** Stands before the numbers of the copies, where a ledger is filled more than once. */
  mark?: string;
  /** How many milliseconds after it each other is due: 0 where all are due at one instant. */
  apartMs: number;
}

/**
 * Copies the first text message of an enrolment, each for a patient and a treatment of its own, with
 * its consent: `count` reminders that are due one after the other, or all at once. Returns when the
 * first is due, by the ledger's clock.
 */
export async function fillDue(ledger: Asks, fill: Fill): Promise<Date> {
  const { treatmentId, count, leadMs, apartMs, mark = "" } = fill;
  const only = ["set session_replication_role = replica", "drop table if exists copies"];
  for (const statement of only) await ledger.query(statement);
  await ledger.query(
    `create table copies as
     select n, uuidv7() as patient, uuidv7() as treatment
     from generate_series(1, $1::int) n`,
    [count],
  );
  const { rows } = await ledger.query(
    `select date_trunc('milliseconds', clock_timestamp()) + $1 * interval '1 millisecond' as due`,
    [leadMs],
  );
  const due = new Date((rows[0] as { due: Date }).due);
  const when = [treatmentId, due, apartMs];
  const marked = [treatmentId, mark];
  await ledger.query(
    `insert into aftercare.patients (id, clinic_id, external_id, first_name, phone, email, time_zone,
       locale, created_at, updated_at)
     select c.patient, t.clinic_id, 'p-' || $2::text || c.n, 'Ana', '+1212' || (5560000 + c.n), null, null, 'en',
       t.created_at, t.created_at
     from copies c, aftercare.treatments t where t.id = $1`,
    marked,
  );
  await ledger.query(
    `insert into aftercare.treatments (id, clinic_id, patient_id, protocol, protocol_version,
       performed_at, time_zone, channels, overrides, page_token, page_expires_at, created_at)
     select c.treatment, t.clinic_id, c.patient, t.protocol, t.protocol_version,
       $2::timestamptz + (c.n - 1) * $3::float8 * interval '1 millisecond', t.time_zone,
       '{sms}', '{}', 'token-' || $4::text || c.n, t.page_expires_at, t.created_at
     from copies c, aftercare.treatments t where t.id = $1`,
    [...when, mark],
  );
  await ledger.query(
    `insert into aftercare.consents (clinic_id, patient_id, treatment_id, purpose, channel, source,
       given_at, recorded_at, recorded_by)
     select o.clinic_id, c.patient, c.treatment, o.purpose, o.channel, o.source, o.given_at,
       o.recorded_at, o.recorded_by
     from copies c, aftercare.consents o where o.treatment_id = $1 and o.channel = 'sms'`,
    [treatmentId],
  );
  await ledger.query(
    `insert into aftercare.reminders (id, clinic_id, treatment_id, patient_id, step, position, kind, topics,
       channel, channels, due_at, send_until, expires_at, status, trace, created_at, updated_at)
     select uuidv7(), r.clinic_id, c.treatment, c.patient, r.step, r.position, r.kind, r.topics, r.channel,
       '{sms}', d.due, d.due + (r.send_until - r.due_at), d.due + (r.expires_at - r.due_at),
       'scheduled', r.trace || jsonb_build_object('trueAt', d.due), r.created_at, r.updated_at
     from copies c
     cross join lateral (
       select $2::timestamptz + (c.n - 1) * $3::float8 * interval '1 millisecond' as due) d
     cross join lateral (
       select * from aftercare.reminders where treatment_id = $1 and channel = 'sms'
       order by position limit 1) r`,
    when,
  );
  await ledger.query("drop table copies");
  await ledger.query("set session_replication_role = origin");
  await ledger.query("analyze aftercare.reminders");
  return due;
}
