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
  askedAt: Date | null;
  answers: CheckinAnswers | null;
}

/** A correspondent who was asked. */
export interface Asked extends Correspondent {
  answers: CheckinAnswers;
}

/** Whom a text is from, and which clinics it may be for. */
export interface Sender {
  /** All patients with the number, the one who was texted last first. */
  people: readonly Correspondent[];
  /** The first of them, for whose clinic the text is; undefined where nobody has the number. */
  first: Correspondent | undefined;
  /** Those of that clinic: whoever of them it is. */
  own: readonly Correspondent[];
  /** Those of them who were asked something, the last one first. */
  asked: readonly Asked[];
  /** The ids of all clinics that have a patient with the number, or once texted it. */
  clinicIds: readonly string[];
}

/** How long a "1" or "2" still answers a check-in, in milliseconds. */
const CHECKIN_LASTS_MS = 7 * 86_400_000;

/**
 * Every patient with this number, of every clinic, the one who was texted last first: all clinics
 * share the sender, so a text says nothing of the clinic that it is for. The patients stay locked
 * until the transaction ends.
 */
async function findCorrespondents(db: Queries, phone: string, now: Date): Promise<Correspondent[]> {
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
      asked.reminder_id as "checkinId", asked.started_at as "askedAt", asked.answers
    from aftercare.clinics c
    join aftercare.patients p on p.clinic_id = c.id and p.phone = ${phone}
    left join lateral (
      select a.reminder_id, a.started_at
      from aftercare.reminders r join aftercare.attempts a on a.reminder_id = r.id
      where r.patient_id = p.id and ${texted(phone)}
      order by a.started_at desc, r.position desc limit 1
    ) last on true
    left join lateral (
      select a.reminder_id, a.started_at, jsonb_path_query_first(
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

/** Whom a text is from; the patients stay locked until the transaction ends. */
export async function findSender(db: Queries, from: string, now: Date): Promise<Sender> {
  const people = await findCorrespondents(db, from, now);
  const [first] = people;
  const own = first === undefined ? [] : people.filter(ofClinic(first));
  // A number that was corrected is a stranger's now, who was texted all the same.
  const clinicIds = new Set(people.map(({ clinicId }) => clinicId));
  for (const clinicId of await clinicsThatTexted(db, from)) clinicIds.add(clinicId);
  return { people, first, own, asked: askedAmong(own), clinicIds: [...clinicIds] };
}

/** For those of one clinic. */
export const ofClinic =
  ({ clinicId }: { clinicId: string }) =>
  (each: Correspondent) =>
    each.clinicId === clinicId;

/** Those of them who were asked something, the last one first. */
function askedAmong(people: readonly Correspondent[]): Asked[] {
  return people
    .filter((each): each is Asked => each.answers !== null)
    .sort((one, other) => Number(other.askedAt) - Number(one.askedAt));
}

/** The ids of all clinics that ever texted a number, whoever has it now. */
async function clinicsThatTexted(db: Queries, phone: string): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select distinct clinic_id as id from aftercare.attempts
    where channel = 'sms' and address = ${phone} order by id`.execute(db);
  return rows.map(({ id }) => id);
}

/** In SQL: whether attempt `a` may have reached the number. */
function texted(phone: string) {
  return sql`a.channel = 'sms' and a.address = ${phone}
    and a.status in ('sending', 'unknown', 'sent', 'delivered')`;
}
