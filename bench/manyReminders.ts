import type pg from "pg";

/** What one patient's enrolment is repeated for. */
export interface Template {
  clinicId: string;
  treatmentId: string;
}

/**
 * Fills a ledger with copies of an enrolment until there are about `reminders` of them: each of a patient
 * and a treatment of its own, done at some moment of the last 60 days. What was due is delivered, one in
 * fifty failed; each has its attempt. Returns how many reminders there are.
 */
export async function fillLedger(
  client: pg.Client,
  { clinicId, treatmentId }: Template,
  reminders: number,
): Promise<number> {
  const of = [clinicId, treatmentId];
  const { rows } = await client.query<{ steps: number }>(
    "select count(*)::int as steps from aftercare.reminders where treatment_id = $1",
    [treatmentId],
  );
  const patients = Math.ceil(reminders / (rows[0]?.steps ?? 1));
  // Rows that no program wrote one by one: neither triggers nor references are looked at.
  await client.query("set session_replication_role = replica");
  await client.query("drop table if exists copies");
  await client.query(
    `create temporary table copies as
     select n, uuidv7() as patient, uuidv7() as treatment,
       now() - (n % 1440) * interval '1 hour' - interval '10 minutes' as performed
     from generate_series(1, $1::int) n`,
    [patients],
  );
  await client.query(
    `insert into aftercare.patients (id, clinic_id, external_id, first_name, phone, email, time_zone,
       locale, created_at, updated_at)
     select c.patient, $1, 'p-' || c.n, (array['Ana','Bea','Carla','Dora','Eva','Fay','Gail','Hana'])[1 + c.n % 8]
         || chr(97 + c.n % 26) || chr(97 + (c.n / 26) % 26),
       '+1212' || lpad((2000000 + c.n)::text, 7, '0'), 'p' || c.n || '@example.test', null, 'en',
       c.performed, c.performed from copies c`,
    [clinicId],
  );
  await client.query(
    `insert into aftercare.treatments (id, clinic_id, patient_id, protocol, protocol_version,
       performed_at, time_zone, channels, overrides, page_token, page_expires_at, created_at)
     select c.treatment, $1, c.patient, t.protocol, t.protocol_version, c.performed, t.time_zone,
       t.channels, '{}', 'token-' || c.n, c.performed + interval '100 days', c.performed
     from copies c, aftercare.treatments t where t.id = $2`,
    of,
  );
  await client.query(
    `insert into aftercare.reminders (id, clinic_id, treatment_id, patient_id, step, position, kind, topics,
       channel, channels, due_at, send_until, expires_at, status, dispatch_no, claimed_at, trace,
       created_at, updated_at)
     select uuidv7(), $1, c.treatment, c.patient, r.step, r.position, r.kind, r.topics, r.channel, r.channels,
       d.due, d.due + interval '8 hours', d.due + (r.expires_at - r.due_at),
       case when d.due > now() + interval '10 minutes' then 'scheduled'
         when c.n % 50 = 0 then 'failed' else 'delivered' end,
       case when d.due > now() + interval '10 minutes' then 0 else 1 end,
       case when d.due > now() + interval '10 minutes' then null else d.due end,
       r.trace, c.performed, c.performed
     from copies c
     cross join aftercare.reminders r
     join aftercare.treatments t on t.id = r.treatment_id
     cross join lateral (select c.performed + (r.due_at - t.performed_at) as due) d
     where t.id = $2`,
    of,
  );
  await client.query(
    `insert into aftercare.attempts (clinic_id, reminder_id, dispatch_no, channel, provider, provider_id,
       status, address, body, started_at, ended_at)
     select clinic_id, id, 1, channel, 'outbox', 'outbox-' || id,
       case status when 'failed' then 'failed' else 'delivered' end, 'somewhere', 'a message',
       due_at, due_at
     from aftercare.reminders where clinic_id = $1 and status in ('failed', 'delivered')
       and not exists (select 1 from aftercare.attempts a where a.reminder_id = reminders.id)`,
    [clinicId],
  );
  await client.query(
    `insert into aftercare.events (clinic_id, treatment_id, type, actor, detail, at)
     select $1, c.treatment, 'enrolled', 'first start', '{"reminders": 14}', c.performed from copies c`,
    [clinicId],
  );
  await client.query("set session_replication_role = origin");
  await client.query("vacuum analyze");
  const counted = await client.query<{ count: number }>(
    "select count(*)::int as count from aftercare.reminders",
  );
  return counted.rows[0]?.count ?? 0;
}
