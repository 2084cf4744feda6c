import type { Asks } from "./dueReminders.ts";

/** As many patients as one statement copies, so that it can be said how far it is. */
const PATIENTS_AT_ONCE = 10_000;

/**
 * Copies an enrolment, all of its reminders, until at least `reminders` are pending: for new patients, with
 * their consents and their entry in the history, due at any time between two hours and 60 days from
 * now. Returns how many there are.
 */
export async function fillPending(
  ledger: Asks,
  treatmentId: string,
  reminders: number,
  told: (done: number) => void,
): Promise<number> {
  const counted = await ledger.query(
    "select count(*)::int as each from aftercare.reminders where treatment_id = $1",
    [treatmentId],
  );
  const { each } = counted.rows[0] as { each: number };
  const patients = Math.ceil(reminders / each);
  // Rows that no program wrote one by one: neither triggers nor references are looked at.
  await ledger.query("set session_replication_role = replica");
  for (let first = 1; first <= patients; first += PATIENTS_AT_ONCE) {
    const last = Math.min(patients, first + PATIENTS_AT_ONCE - 1);
    await copy(ledger, treatmentId, first, last);
    told(last * each);
  }
  await ledger.query("set session_replication_role = origin");
  await ledger.query("vacuum analyze");
  return patients * each;
}

async function copy(ledger: Asks, treatmentId: string, first: number, last: number): Promise<void> {
  await ledger.query("drop table if exists copies");
  await ledger.query(
    `create table copies as
     select n, uuidv7() as patient, uuidv7() as treatment
     from generate_series($1::int, $2::int) n`,
    [first, last],
  );
  for (const statement of COPIES) await ledger.query(statement, [treatmentId]);
  await ledger.query("drop table copies");
}

const COPIES = [
  `insert into aftercare.patients (id, clinic_id, external_id, first_name, phone, email, time_zone,
     locale, created_at, updated_at)
   select c.patient, t.clinic_id, 'waits-' || c.n, 'Ana', '+1646' || (2000000 + c.n), 'waits-' || c.n || '@example.test',
     null, 'en', t.created_at, t.created_at
   from copies c, aftercare.treatments t where t.id = $1`,
  `insert into aftercare.treatments (id, clinic_id, patient_id, protocol, protocol_version,
     performed_at, time_zone, channels, overrides, page_token, page_expires_at, created_at)
   select c.treatment, t.clinic_id, c.patient, t.protocol, t.protocol_version, t.performed_at,
     t.time_zone, t.channels, '{}', 'waits-' || c.n, t.page_expires_at, t.created_at
   from copies c, aftercare.treatments t where t.id = $1`,
  `insert into aftercare.consents (clinic_id, patient_id, treatment_id, purpose, channel, source,
     given_at, recorded_at, recorded_by)
   select o.clinic_id, c.patient, c.treatment, o.purpose, o.channel, o.source, o.given_at,
     o.recorded_at, o.recorded_by
   from copies c, aftercare.consents o where o.treatment_id = $1`,
  `insert into aftercare.reminders (id, clinic_id, treatment_id, patient_id, step, position, kind, topics,
     channel, channels, due_at, send_until, expires_at, status, trace, created_at, updated_at)
   select uuidv7(), r.clinic_id, c.treatment, c.patient, r.step, r.position, r.kind, r.topics, r.channel,
     r.channels, d.due, d.due + (r.send_until - r.due_at), d.due + (r.expires_at - r.due_at),
     'scheduled', r.trace, r.created_at, r.updated_at
   from copies c
   join aftercare.reminders r on r.treatment_id = $1
   cross join lateral (
     select now() + interval '2 hours' + random() * interval '60 days' as due
     where c.n is not null and r.id is not null) d`,
  `insert into aftercare.events (clinic_id, treatment_id, type, actor, detail, at)
   select e.clinic_id, c.treatment, e.type, e.actor, e.detail, e.at
   from copies c, aftercare.events e where e.treatment_id = $1 and e.type = 'enrolled'`,
];
