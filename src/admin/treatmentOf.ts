import type { Protocol } from "../domain/protocol.ts";
import type { Queries } from "../ledger/ledger.ts";
import { findPatient, type PatientRecord } from "../ledger/patientRecords.ts";
import { pinnedProtocol } from "../ledger/protocols.ts";
import { findTreatment, type Treatment } from "../ledger/treatments.ts";
import { noSuch } from "./pageProblem.ts";

/** A treatment with whose it is, and its protocol as it was enrolled with. */
export interface FoundTreatment {
  treatment: Treatment;
  patient: PatientRecord;
  protocol: Protocol;
}

/** A treatment of a clinic. Throws the refusal of a page where the clinic has no such treatment. */
export async function treatmentOf(
  db: Queries,
  clinicId: string,
  id: string,
): Promise<FoundTreatment> {
  const treatment = await findTreatment(db, clinicId, id);
  const patient = treatment && (await findPatient(db, clinicId, treatment.patientId));
  if (treatment === undefined || patient === undefined) throw noSuch("treatment");
  return { treatment, patient, protocol: await pinnedProtocol(db, treatment.protocol) };
}
