import { type RawBuilder, sql } from "kysely";
import { PURPOSES } from "../domain/consent.ts";
import type { Enrolment } from "../domain/enrolment.ts";

/** In SQL: keeps the evidence of what a patient agreed to for a treatment; null where that is nothing. */
export function consentsInsert(
  treatment: { id: string; clinicId: string; patientId: string },
  consent: Enrolment["consent"],
  recordedBy: string,
  now: Date,
): RawBuilder<unknown> | null {
  const agreed = PURPOSES.flatMap((purpose) =>
    consent[purpose].map((channel) => ({ purpose, channel })),
  );
  if (agreed.length === 0) return null;
  const { id, clinicId, patientId } = treatment;
  return sql`
    insert into aftercare.consents (clinic_id, patient_id, treatment_id, purpose, channel, source,
      given_at, recorded_at, recorded_by, text_version, taken_by)
    select ${clinicId}::uuid, ${patientId}::uuid, ${id}::uuid, a.purpose, a.channel,
      ${consent.source}, ${consent.at}::timestamptz, ${now}::timestamptz, ${recordedBy},
      ${consent.textVersion}, ${consent.takenBy}
    from jsonb_to_recordset(${JSON.stringify(agreed)}::jsonb) as a(purpose text, channel text)`;
}
