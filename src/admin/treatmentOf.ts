import type { Content } from "../content/content.ts";
import type { Protocol } from "../domain/protocol.ts";
import type { Clinic } from "../ledger/clinics.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { findPatient, type PatientRecord } from "../ledger/patientRecords.ts";
import { pinnedProtocol } from "../ledger/protocols.ts";
import { findTreatment, type Treatment } from "../ledger/treatments.ts";
import { noSuch } from "./pageProblem.ts";
import { namesFor } from "./planWords.ts";

/** A treatment with whose it is, and its protocol as it was enrolled with. */
export interface FoundTreatment {
  treatment: Treatment;
  patient: PatientRecord;
  protocol: Protocol;
  /** What staff call a message of it, by its step. */
  called: (step: string) => string;
}

/** A treatment of a clinic. Throws the refusal of a page where the clinic has no such treatment. */
export async function treatmentOf(
  { ledger: { db }, content }: { ledger: Ledger; content: Content },
  clinic: Clinic,
  id: string,
): Promise<FoundTreatment> {
  const treatment = await findTreatment(db, clinic.id, id);
  const patient = treatment && (await findPatient(db, clinic.id, treatment.patientId));
  if (treatment === undefined || patient === undefined) throw noSuch("treatment");
  const names = namesFor(content, clinic);
  return {
    treatment,
    patient,
    protocol: await pinnedProtocol(db, treatment.protocol),
    called: (step) => names.message(treatment.protocol.name, step),
  };
}
