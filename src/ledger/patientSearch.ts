import { type RawBuilder, sql } from "kysely";
import type { TypedPatient } from "../domain/patientSearch.ts";
import type { Queries } from "./ledger.ts";

/** A patient in a list, with the treatment that was done last. */
export interface FoundPatient {
  id: string;
  firstName: string;
  phone: string | null;
  email: string | null;
  externalId: string | null;
  createdAt: Date;
  permissionsPausedAt: Date | null;
  /** The name of its protocol, and when it was done; null where there is none. */
  protocol: string | null;
  performedAt: Date | null;
}

/** The last patient of a page, and by which of the ways of a query that one was found. */
export interface PatientCursor {
  way: number;
  id: string;
}

export interface PatientPage {
  patients: FoundPatient[];
  next: PatientCursor | null;
}

/** One way to find patients: an expression that an index has, and the range of it that is meant. */
interface Way {
  key: RawBuilder<string>;
  from: RawBuilder<string>;
  /** Null where only `from` itself is meant. */
  to: RawBuilder<string> | null;
}

/** The last character that there is: what begins with a text sorts before the text and this. */
const LAST = sql`chr(1114111)`;

const beginning = (key: RawBuilder<string>, folded: RawBuilder<string>): Way => ({
  key,
  from: sql`(${folded}) collate "C"`,
  to: sql`(${folded} || ${LAST}) collate "C"`,
});

/** The ways of a query in their order: the surest first. Each is a range of an index. */
function waysOf({ externalId, email, lastDigits, firstDigits, names }: TypedPatient): Way[] {
  const text = (value: string) => sql<string>`${value}::text`;
  const ways: Way[] = [];
  if (externalId !== null) ways.push({ key: sql`p.external_id`, from: text(externalId), to: null });
  if (lastDigits !== null) {
    const reversed = sql<string>`reverse(${text(lastDigits)})`;
    ways.push(beginning(sql`reverse(p.phone) collate "C"`, reversed));
  }
  if (firstDigits !== null) ways.push(beginning(sql`p.phone collate "C"`, text(firstDigits)));
  for (const name of names) {
    const folded = sql<string>`aftercare.folded(${text(name)})`;
    ways.push(beginning(sql`aftercare.folded(p.first_name) collate "C"`, folded));
  }
  if (email !== null) {
    ways.push(beginning(sql`lower(p.email) collate "C"`, sql`lower(${text(email)})`));
  }
  return ways;
}

/**
 * Patients of a clinic whom a query means, a page at a time: those of its surest way first, each by
 * what they were found by. Nobody comes twice, though found in two ways.
 */
export async function searchPatients(
  db: Queries,
  clinicId: string,
  query: TypedPatient,
  { cursor, limit }: { cursor: PatientCursor | null; limit: number },
): Promise<PatientPage> {
  const ways = waysOf(query);
  const found: { patient: FoundPatient; way: number }[] = [];
  for (const [index, way] of ways.entries()) {
    if (index < (cursor?.way ?? 0)) continue;
    const after = cursor?.way === index ? cursor.id : null;
    const before = ways
      .slice(0, index)
      .map((earlier) => sql`not coalesce(${isIn(earlier)}, false)`);
    const all = [sql`p.clinic_id = ${clinicId}`, isIn(way), ...before];
    if (after !== null) {
      const key = sql`(select ${way.key} from aftercare.patients p
        where p.clinic_id = ${clinicId} and p.id = ${after}::uuid)`;
      all.push(sql`(${way.key}, p.id) > (${key}, ${after}::uuid)`);
    }
    const rest = limit + 1 - found.length;
    const rows = await patientRows(
      db,
      sql`where ${sql.join(all, sql` and `)} order by ${way.key}, p.id limit ${rest}`,
    );
    found.push(...rows.map((patient) => ({ patient, way: index })));
    if (found.length > limit) break;
  }
  return toPage(found, limit);
}

/** The patients of a clinic, who came last first, a page at a time. */
export async function newestPatients(
  db: Queries,
  clinicId: string,
  { cursor, limit }: { cursor: PatientCursor | null; limit: number },
): Promise<PatientPage> {
  const after =
    cursor === null
      ? sql``
      : sql`and (p.created_at, p.id) < ((select created_at from aftercare.patients
          where clinic_id = ${clinicId} and id = ${cursor.id}::uuid), ${cursor.id}::uuid)`;
  const rows = await patientRows(
    db,
    sql`where p.clinic_id = ${clinicId} ${after}
      order by p.created_at desc, p.id desc limit ${limit + 1}`,
  );
  return toPage(
    rows.map((patient) => ({ patient, way: 0 })),
    limit,
  );
}

function isIn({ key, from, to }: Way): RawBuilder<boolean> {
  return to === null ? sql`${key} = ${from}` : sql`(${key} >= ${from} and ${key} < ${to})`;
}

function toPage(rows: readonly { patient: FoundPatient; way: number }[], limit: number) {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const more = rows.length > limit && last !== undefined;
  return {
    patients: shown.map(({ patient }) => patient),
    next: more ? { way: last.way, id: last.patient.id } : null,
  };
}

/** Patients by what follows, which speaks of the patient as `p`: found first, and then what was done. */
async function patientRows(db: Queries, where: RawBuilder<unknown>): Promise<FoundPatient[]> {
  const { rows } = await sql<FoundPatient>`
    with found as materialized (
      select p.*, row_number() over () as place
      from (select p.* from aftercare.patients p ${where}) p
    )
    select p.id, p.first_name as "firstName", p.phone, p.email, p.external_id as "externalId",
      p.created_at as "createdAt", p.permissions_paused_at as "permissionsPausedAt",
      t.protocol, t.performed_at as "performedAt"
    from found p
    left join lateral (
      select protocol, performed_at from aftercare.treatments
      where clinic_id = p.clinic_id and patient_id = p.id
      order by performed_at desc, id desc limit 1
    ) t on true
    order by p.place`.execute(db);
  return rows;
}
