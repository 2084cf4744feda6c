import { sql } from "kysely";
import type { CheckinAnswers } from "../domain/inbound.ts";
import type { Queries } from "./ledger.ts";

/** A patient with a number, and the clinic for which a text of that number may be. */
export interface Correspondent {
  clinicId: string;
  clinicName: string;
  clinicPhone: string | null;
  clinicEmail: string | null;
  clinicLocale: string;
  emergencyText: string | null;
  webhookUrl: string | null;
  webhookSecret: string | null;
  patientId: string;
  locale: string | null;
  /** The protocols that the patient was treated with. */
  protocols: string[];
  /** What was last texted to the number for this patient, and when; null where nothing was. */
  lastReminderId: string | null;
  lastSentAt: Date | null;
  /** The last check-in that asked for a 1 or a 2, where that was within a week. */
  checkinId: string | null;
  answers: CheckinAnswers | null;
}

/** How long a "1" or "2" still answers a check-in, in milliseconds. */
const CHECKIN_LASTS_MS = 7 * 86_400_000;

/**
 * Every patient with this number, of every clinic, the one who was texted last first: all clinics
 * share the sender, so a text says nothing of the clinic that it is for. The patients stay locked
 * until the transaction ends.
 */
export async function findCorrespondents(
  db: Queries,
  phone: string,
  now: Date,
): Promise<Correspondent[]> {
  await sql`
    select p.id from aftercare.clinics c
    join aftercare.patients p on p.clinic_id = c.id and p.phone = ${phone}
    order by p.id for update of p`.execute(db);
  const since = new Date(now.getTime() - CHECKIN_LASTS_MS);
  // By clinic, because that is how the index on numbers begins.
  const { rows } = await sql<Correspondent>`
    select c.id as "clinicId", c.name as "clinicName", c.phone as "clinicPhone",
      c.email as "clinicEmail", c.locale as "clinicLocale", c.emergency_text as "emergencyText",
      c.webhook_url as "webhookUrl", c.webhook_secret as "webhookSecret",
      p.id as "patientId", p.locale,
      array(
        select distinct t.protocol from aftercare.treatments t where t.patient_id = p.id
      ) as protocols,
      last.reminder_id as "lastReminderId", last.started_at as "lastSentAt",
      asked.reminder_id as "checkinId", asked.answers
    from aftercare.clinics c
    join aftercare.patients p on p.clinic_id = c.id and p.phone = ${phone}
    left join lateral (
      select a.reminder_id, a.started_at
      from aftercare.reminders r join aftercare.attempts a on a.reminder_id = r.id
      where r.patient_id = p.id and ${texted(phone)}
      order by a.started_at desc, r.position desc limit 1
    ) last on true
    left join lateral (
      select a.reminder_id, jsonb_path_query_first(
          v.definition, '$.steps[*] ? (@.key == $step).answers',
          jsonb_build_object('step', r.step)
        ) as answers
      from aftercare.reminders r join aftercare.attempts a on a.reminder_id = r.id
      join aftercare.treatments t on t.id = r.treatment_id
      join aftercare.protocols v on v.name = t.protocol and v.version = t.protocol_version
      where r.patient_id = p.id and r.kind = 'checkin' and ${texted(phone)}
        and a.started_at > ${since}
      order by a.started_at desc limit 1
    ) asked on true
    order by last.started_at desc nulls last, asked.reminder_id is null, p.created_at, p.id`.execute(
    db,
  );
  return rows;
}

/** In SQL: whether attempt `a` may have reached the number. */
function texted(phone: string) {
  return sql`a.channel = 'sms' and a.address = ${phone}
    and a.status in ('sending', 'unknown', 'sent', 'delivered')`;
}
