import { sql } from "kysely";
import type { Clinic } from "./clinics.ts";
import { CLINIC_COLUMNS } from "./clinics.ts";
import { addEvents } from "./events.ts";
import type { Queries } from "./ledger.ts";
import type { StaffRole } from "./tables.ts";

/** A clinic that somebody works at, and what they may do there. */
export interface Membership {
  clinic: Clinic;
  role: StaffRole;
}

/** Somebody who works at a clinic. */
export interface StaffMember {
  userId: string;
  name: string;
  email: string;
  role: StaffRole;
  /** Whether they sign in with a second factor, too. */
  twoFactor: boolean;
  since: Date;
}

/** Where somebody works, by the clinics' names. */
export async function membershipsOf(db: Queries, userId: string): Promise<Membership[]> {
  const rows = await db
    .selectFrom("staff")
    .innerJoin("clinics", "clinics.id", "staff.clinic_id")
    .select(["staff.role", ...CLINIC_COLUMNS])
    .where("staff.user_id", "=", userId)
    .where("staff.removed_at", "is", null)
    .orderBy("clinics.name")
    .orderBy("clinics.id")
    .execute();
  return rows.map(({ role, ...clinic }) => ({ clinic, role }));
}

/** Whether somebody looks after the whole installation. */
export async function isOperator(db: Queries, userId: string): Promise<boolean> {
  const row = await db
    .selectFrom("operators")
    .select("user_id")
    .where("user_id", "=", userId)
    .executeTakeFirst();
  return row !== undefined;
}

/** Those who work at a clinic, by name. */
export async function listStaff(db: Queries, clinicId: string): Promise<StaffMember[]> {
  const { rows } = await sql<StaffMember>`
    select s.user_id as "userId", u.name, u.email, s.role, s.created_at as since,
      coalesce(u."twoFactorEnabled", false) as "twoFactor"
    from aftercare.staff s join auth."user" u on u.id = s.user_id
    where s.clinic_id = ${clinicId} and s.removed_at is null
    order by lower(u.name), s.user_id`.execute(db);
  return rows;
}

/** Those who work at a clinic or once did, by name: the history names them. */
export async function everyStaff(
  db: Queries,
  clinicId: string,
): Promise<{ userId: string; name: string }[]> {
  const { rows } = await sql<{ userId: string; name: string }>`
    select s.user_id as "userId", u.name
    from aftercare.staff s join auth."user" u on u.id = s.user_id
    where s.clinic_id = ${clinicId}
    order by lower(u.name), s.user_id`.execute(db);
  return rows;
}

/** The names of people by their ids, whether or not they still work anywhere. */
export async function namesOf(
  db: Queries,
  userIds: readonly string[],
): Promise<Map<string, string>> {
  const { rows } = await sql<{ id: string; name: string }>`
    select id, name from auth."user" where id = any(${[...new Set(userIds)]}::text[])`.execute(db);
  return new Map(rows.map(({ id, name }) => [id, name]));
}

/** Who is to work at a clinic, and as what. */
interface Appointment {
  clinicId: string;
  userId: string;
  role: StaffRole;
}

/** Lets somebody work at a clinic, or in another role than before; within a transaction. */
export async function appoint(
  db: Queries,
  { clinicId, userId, role }: Appointment,
  actor: string,
  now: Date,
): Promise<void> {
  const values = { clinic_id: clinicId, user_id: userId, role, created_at: now, removed_at: null };
  await db
    .insertInto("staff")
    .values(values)
    .onConflict((conflict) =>
      conflict.columns(["clinic_id", "user_id"]).doUpdateSet({ role, removed_at: null }),
    )
    .execute();
  await note(db, { clinicId, userId, role }, "staff appointed", actor, now);
}

/** Why a change to somebody's place at a clinic was refused. */
export type StaffRefusal = "not_there" | "last_admin";

/**
 * Gives somebody another role, or with null takes their place at the clinic away; within a
 * transaction. Refused where nobody would be left who may appoint others.
 */
export async function changeStaff(
  db: Queries,
  { clinicId, userId, role }: Omit<Appointment, "role"> & { role: StaffRole | null },
  actor: string,
  now: Date,
): Promise<StaffRefusal | null> {
  const present = await db
    .selectFrom("staff")
    .select(["user_id", "role"])
    .where("clinic_id", "=", clinicId)
    .where("removed_at", "is", null)
    .orderBy("user_id")
    .forUpdate()
    .execute();
  if (!present.some(({ user_id }) => user_id === userId)) return "not_there";
  const admins = present.filter((each) => each.role === "admin" && each.user_id !== userId);
  if (role !== "admin" && admins.length === 0) return "last_admin";
  await db
    .updateTable("staff")
    .set(role === null ? { removed_at: now } : { role })
    .where("clinic_id", "=", clinicId)
    .where("user_id", "=", userId)
    .execute();
  const type = role === null ? "staff removed" : "staff role changed";
  await note(db, { clinicId, userId, role }, type, actor, now);
  return null;
}

/** Lets somebody look after the installation. */
export async function makeOperator(db: Queries, userId: string, now: Date): Promise<void> {
  await db
    .insertInto("operators")
    .values({ user_id: userId, created_at: now })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

function note(
  db: Queries,
  { clinicId, userId, role }: Omit<Appointment, "role"> & { role: StaffRole | null },
  type: string,
  actor: string,
  at: Date,
): Promise<void> {
  const of = { clinicId, treatmentId: null, reminderId: null, type, actor, at };
  return addEvents(db, [{ ...of, detail: { userId, role } }]);
}
