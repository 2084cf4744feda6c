import { randomBytes } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import {
  type Clinic,
  type ClinicChanges,
  createClinic,
  lockClinic,
  type NewClinic,
  updateClinic,
} from "./clinics.ts";
import { addEvents } from "./events.ts";
import type { Queries } from "./ledger.ts";

/** A clinic after a change, and what came of the change. */
export interface ChangedClinic {
  clinic: Clinic;
  /** The names of the facts that were given, or that are not what they were. */
  fields: string[];
  /** The webhook's secret, where it was made here: whoever asked has not seen it yet. */
  madeSecret: string | null;
}

/** Makes a clinic, within a transaction, and notes it in the audit: the names of facts, no values. */
export async function makeClinic(
  db: Queries,
  facts: NewClinic,
  actor: string,
  now: Date,
): Promise<ChangedClinic> {
  const { changes, madeSecret } = withSecret(facts, { webhookUrl: null, webhookSecret: null });
  const clinic = await createClinic(db, { ...facts, ...changes }, now);
  const fields = Object.keys({ ...facts, ...changes });
  await note(db, { clinicId: clinic.id, type: "clinic created", actor, fields }, now);
  return { clinic, fields, madeSecret };
}

/**
 * Changes a clinic, within a transaction, and notes what is different then. Undefined where there is
 * none with this id.
 */
export async function changeClinic(
  db: Queries,
  id: string,
  asked: ClinicChanges,
  actor: string,
  now: Date,
): Promise<ChangedClinic | undefined> {
  const before = await lockClinic(db, id);
  if (before === undefined) return undefined;
  const { changes, madeSecret } = withSecret(asked, before);
  const clinic = (await updateClinic(db, id, changes)) ?? before;
  const fields = (Object.keys(changes) as (keyof ClinicChanges)[]).filter(
    (field) => !isDeepStrictEqual(before[field], clinic[field]),
  );
  if (fields.length > 0)
    await note(db, { clinicId: id, type: "clinic changed", actor, fields }, now);
  return { clinic, fields, madeSecret };
}

/** 256 random bits, behind a prefix by which a leaked secret can be told for what it is. */
function generateWebhookSecret(): string {
  return `acw_${randomBytes(32).toString("base64url")}`;
}

/**
 * Nothing is posted to a webhook unsigned. So whoever sets one and names no secret, or takes the
 * secret of one away, gets a new one.
 */
function withSecret(
  changes: ClinicChanges,
  before: Pick<Clinic, "webhookUrl" | "webhookSecret">,
): { changes: ClinicChanges; madeSecret: string | null } {
  const { webhookUrl, webhookSecret } = { ...before, ...changes };
  const asked = "webhookUrl" in changes || "webhookSecret" in changes;
  if (!asked || webhookUrl === null || webhookSecret !== null) return { changes, madeSecret: null };
  const madeSecret = generateWebhookSecret();
  return { changes: { ...changes, webhookSecret: madeSecret }, madeSecret };
}

function note(
  db: Queries,
  of: { clinicId: string; type: string; actor: string; fields: string[] },
  at: Date,
): Promise<void> {
  const { fields, ...event } = of;
  return addEvents(db, [{ ...event, treatmentId: null, reminderId: null, detail: { fields }, at }]);
}
