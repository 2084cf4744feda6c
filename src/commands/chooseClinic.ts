import { AppError } from "../errors.ts";
import { type Clinic, listClinics } from "../ledger/clinics.ts";
import type { Ledger } from "../ledger/ledger.ts";

/** The clinic that `--clinic` names, or the only one. Throws AppError `usage` where it is neither. */
export async function chooseClinic(ledger: Ledger, id: string | undefined): Promise<Clinic> {
  const clinics = await listClinics(ledger.db);
  const [first] = clinics;
  if (id === undefined && first !== undefined && clinics.length === 1) return first;
  const chosen = clinics.find((clinic) => clinic.id === id);
  if (chosen !== undefined) return chosen;
  throw new AppError(
    "usage",
    clinics.length === 0
      ? "there is no clinic yet; make one with `aftercare clinic create`"
      : "name the clinic with --clinic <id>; `aftercare clinic list` shows the ids",
  );
}
