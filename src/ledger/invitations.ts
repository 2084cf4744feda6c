import { createHash, randomBytes } from "node:crypto";
import { sql } from "kysely";
import { DAY_MS } from "../domain/localTime.ts";
import { addEvents } from "./events.ts";
import type { Ledger, Queries } from "./ledger.ts";
import { appoint, makeOperator } from "./staff.ts";
import type { StaffRole } from "./tables.ts";

/** How long the link of an invitation opens, in days. */
export const INVITATION_DAYS = 7;

/** A place at a clinic for whoever opens a link. */
export interface Invitation {
  id: string;
  clinicId: string;
  clinicName: string;
  /** Whom it was sent to; null where whoever opens it says who they are. */
  email: string | null;
  role: StaffRole;
  /** Whether they will look after the installation, too. */
  operator: boolean;
  expiresAt: Date;
}

/** What an invitation is made from. */
export type NewInvitation = Pick<Invitation, "clinicId" | "email" | "role" | "operator">;

/**
 * Makes an invitation and returns the token of its link, 256 random bits that are kept nowhere; within
 * a transaction. One that the same address has at the same clinic already ends by it.
 */
export async function createInvitation(
  db: Queries,
  { clinicId, email, role, operator }: NewInvitation,
  actor: string,
  now: Date,
): Promise<{ id: string; token: string }> {
  if (email !== null) {
    await db
      .updateTable("invitations")
      .set({ ended_at: now })
      .where("clinic_id", "=", clinicId)
      .where(sql<boolean>`lower(email) = lower(${email})`)
      .where("ended_at", "is", null)
      .execute();
  }
  const token = randomBytes(32).toString("base64url");
  const { id } = await db
    .insertInto("invitations")
    .values({
      clinic_id: clinicId,
      email,
      role,
      operator,
      token_hash: hashOf(token),
      created_at: now,
      expires_at: new Date(now.getTime() + INVITATION_DAYS * DAY_MS),
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  await note(db, { id, clinicId, role }, "staff invited", actor, now);
  return { id, token };
}

/** The invitation that a link opens; undefined where it is unknown, expired, used or withdrawn. */
export function findInvitation(
  db: Queries,
  token: string,
  now: Date,
): Promise<Invitation | undefined> {
  return openInvitations(db, now)
    .where("invitations.token_hash", "=", hashOf(token))
    .executeTakeFirst();
}

/** The invitations of a clinic that nobody has accepted yet, the oldest first. */
export function listInvitations(db: Queries, clinicId: string, now: Date): Promise<Invitation[]> {
  return openInvitations(db, now)
    .where("invitations.clinic_id", "=", clinicId)
    .orderBy("invitations.created_at")
    .execute();
}

/** Gives whoever opened the link their place; false where somebody was faster. */
export function acceptInvitation(
  ledger: Ledger,
  invitation: Invitation,
  userId: string,
  now: Date,
): Promise<boolean> {
  return ledger.db.transaction().execute(async (db) => {
    if (!(await end(db, invitation.clinicId, invitation.id, now))) return false;
    const { clinicId, role, operator } = invitation;
    await appoint(db, { clinicId, userId, role }, `staff:${userId}`, now);
    if (operator) await makeOperator(db, userId, now);
    return true;
  });
}

/** Makes the link of an invitation open nothing; false where it does not any more. */
export async function withdrawInvitation(
  db: Queries,
  { clinicId, id }: { clinicId: string; id: string },
  actor: string,
  now: Date,
): Promise<boolean> {
  const ended = await end(db, clinicId, id, now);
  if (ended) await note(db, { id, clinicId, role: null }, "invitation withdrawn", actor, now);
  return ended;
}

async function end(db: Queries, clinicId: string, id: string, now: Date): Promise<boolean> {
  const row = await db
    .updateTable("invitations")
    .set({ ended_at: now })
    .where("clinic_id", "=", clinicId)
    .where("id", "=", id)
    .where("ended_at", "is", null)
    .returning("id")
    .executeTakeFirst();
  return row !== undefined;
}

function openInvitations(db: Queries, now: Date) {
  return db
    .selectFrom("invitations")
    .innerJoin("clinics", "clinics.id", "invitations.clinic_id")
    .select([
      "invitations.id",
      "invitations.clinic_id as clinicId",
      "clinics.name as clinicName",
      "invitations.email",
      "invitations.role",
      "invitations.operator",
      "invitations.expires_at as expiresAt",
    ])
    .where("invitations.ended_at", "is", null)
    .where("invitations.expires_at", ">", now);
}

function note(
  db: Queries,
  { id, clinicId, role }: { id: string; clinicId: string; role: StaffRole | null },
  type: string,
  actor: string,
  at: Date,
): Promise<void> {
  const of = { clinicId, treatmentId: null, reminderId: null, type, actor, at };
  return addEvents(db, [{ ...of, detail: { invitationId: id, ...(role !== null && { role }) } }]);
}

function hashOf(token: string): Uint8Array {
  return createHash("sha256").update(token).digest();
}
