import { type RawBuilder, sql } from "kysely";
import type { ChannelName } from "../domain/channel.ts";
import { PURPOSES, type Purpose } from "../domain/consent.ts";
import type { Enrolment } from "../domain/enrolment.ts";

/** The evidence that a patient agreed to messages of a purpose on a channel, for a treatment. */
export interface NewConsent {
  clinicId: string;
  patientId: string;
  treatmentId: string;
  purpose: Purpose;
  channel: ChannelName;
  consent: Enrolment["consent"];
  /** `key:<id>` or `staff:<id>`. */
  recordedBy: string;
  recordedAt: Date;
}

/** What a patient agreed to for a treatment. */
export function newConsents(
  treatment: { id: string; clinicId: string; patientId: string },
  consent: Enrolment["consent"],
  recordedBy: string,
  now: Date,
): NewConsent[] {
  const { id: treatmentId, clinicId, patientId } = treatment;
  const of = { clinicId, patientId, treatmentId, consent, recordedBy, recordedAt: now };
  return PURPOSES.flatMap((purpose) =>
    consent[purpose].map((channel) => ({ ...of, purpose, channel })),
  );
}

/** In SQL: keeps evidence of consent. */
export function consentsInsert(consents: readonly NewConsent[]): RawBuilder<unknown> {
  const rows = consents.map(({ consent, ...given }) => ({
    clinic_id: given.clinicId,
    patient_id: given.patientId,
    treatment_id: given.treatmentId,
    purpose: given.purpose,
    channel: given.channel,
    source: consent.source,
    given_at: consent.at,
    recorded_at: given.recordedAt,
    recorded_by: given.recordedBy,
    text_version: consent.textVersion,
    taken_by: consent.takenBy,
  }));
  return sql`
    insert into aftercare.consents (clinic_id, patient_id, treatment_id, purpose, channel, source,
      given_at, recorded_at, recorded_by, text_version, taken_by)
    select * from json_to_recordset(${JSON.stringify(rows)}::json)
      as c(clinic_id uuid, patient_id uuid, treatment_id uuid, purpose text, channel text,
        source text, given_at timestamptz, recorded_at timestamptz, recorded_by text,
        text_version text, taken_by text)`;
}
