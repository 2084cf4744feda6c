import { type RawBuilder, sql } from "kysely";
import type { ChannelName } from "../domain/channel.ts";
import type { Purpose } from "../domain/consent.ts";
import type { Queries } from "./ledger.ts";

/** Words that patients agree to, and the version that stands for exactly these. */
export interface ConsentText {
  version: string;
  words: string;
}

/** Words that a clinic's patients agreed to at some time. */
export interface UsedConsentText extends ConsentText {
  clinicId: string;
  usedAt: Date;
}

/** In SQL: keeps the words of versions, unless their clinics have them. */
export function consentTextsInsert(texts: readonly UsedConsentText[]): RawBuilder<unknown> {
  const rows = texts.map(({ clinicId, version, words, usedAt }) => ({
    clinic_id: clinicId,
    version,
    words,
    used_at: usedAt,
  }));
  return sql`
    insert into aftercare.consent_texts (clinic_id, version, words, first_used_at)
    select * from json_to_recordset(${JSON.stringify(rows)}::json)
      as t(clinic_id uuid, version text, words text, used_at timestamptz)
    on conflict do nothing`;
}

/** A consent that was given for a treatment, with the words of it where they are kept. */
export interface GivenConsent {
  purpose: Purpose;
  channel: ChannelName;
  source: string;
  givenAt: Date;
  /** `key:<id>` or `staff:<id>`. */
  recordedBy: string;
  takenBy: string | null;
  version: string | null;
  words: string | null;
}

/** The evidence of a treatment's consents, care before marketing. */
export function listConsents(
  db: Queries,
  clinicId: string,
  treatmentId: string,
): Promise<GivenConsent[]> {
  return db
    .selectFrom("consents")
    .leftJoin("consent_texts", (join) =>
      join
        .onRef("consent_texts.clinic_id", "=", "consents.clinic_id")
        .onRef("consent_texts.version", "=", "consents.text_version"),
    )
    .select([
      "purpose",
      "channel",
      "source",
      "given_at as givenAt",
      "recorded_by as recordedBy",
      "taken_by as takenBy",
      "text_version as version",
      "words",
    ])
    .where("consents.clinic_id", "=", clinicId)
    .where("consents.treatment_id", "=", treatmentId)
    .orderBy("purpose")
    .orderBy("channel", "desc")
    .execute();
}
