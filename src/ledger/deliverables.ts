import { type RawBuilder, sql } from "kysely";
import type { ClaimState, Ticket } from "../domain/claim.ts";
import { memory } from "../domain/memory.ts";
import type { Privacy } from "../domain/message.ts";
import type { Nearby } from "../domain/nearby.ts";
import { type Overrides, withOverrides } from "../domain/overrides.ts";
import { type ClinicHours, windowOf } from "../domain/plan.ts";
import type { Protocol } from "../domain/protocol.ts";
import { parseSendWindow } from "../domain/sendWindow.ts";
import { type Waits, waitsOf } from "../domain/waits.ts";
import { isCalledOff } from "./calledOff.ts";
import { type Clinic, findClinics, findClinicsOften } from "./clinics.ts";
import { isDead } from "./deadAddresses.ts";
import type { Ledger, Queries } from "./ledger.ts";
import { isOptedOut } from "./optOuts.ts";
import { isPaused } from "./permissionPause.ts";
import { type ProtocolVersion, pinnedProtocols, rememberedProtocols } from "./protocols.ts";

/** A reminder with all that decides what can become of it, and all that its message needs. */
export interface Deliverable extends ClaimState, Ticket {
  clinicId: string;
  patientId: string;
  treatmentId: string;
  step: string;
  protocol: string;
  firstName: string;
  locale: string | null;
  clinicName: string;
  clinicPhone: string | null;
  clinicPostalAddress: string | null;
  /** How much the clinic lets its texts and subjects say. */
  privacy: Privacy;
  clinicLocale: string;
  pageToken: string;
  /** Of a retraction: the instant until which to wait, in ISO 8601; null where nobody can say. */
  waitUntil: string | null;
  /** By the version of the protocol that the treatment was enrolled with, and its overrides. */
  waits: Waits;
  /** Whether it was handed over to see whether a paused channel works. */
  probing: boolean;
  /** Whether its channel has a state at all: a message that arrives ends one. */
  channelTroubled: boolean;
}

/**
 * Reminders as they are, in no order, for who decides about them at `now`; the send window is the
 * clinic's present one. Each id is to be named once.
 */
export async function loadDeliverables(
  db: Queries,
  ids: readonly string[],
  now: Date,
): Promise<Deliverable[]> {
  const { rows } = await deliverableRows(ids, now).execute(db);
  return complete(rows, {
    clinics: (clinicIds) => findClinics(db, clinicIds),
    protocols: (versions) => pinnedProtocols(db, versions),
  });
}

/** The same for a worker, who asks all the time: returns how to. */
export function loadsOften(
  ledger: Ledger,
): (ids: readonly string[], now: Date) => Promise<Deliverable[]> {
  const sources: Sources = {
    clinics: (clinicIds) => findClinicsOften(ledger, clinicIds),
    protocols: rememberedProtocols(ledger.db),
  };
  return async (ids, now) =>
    complete(await ledger.prepared("deliverables", deliverableRows(ids, now)), sources);
}

/** Where what many deliverables share comes from. */
interface Sources {
  clinics: (ids: readonly string[]) => Promise<Clinic[]>;
  protocols: (
    versions: readonly ProtocolVersion[],
  ) => Promise<(of: ProtocolVersion) => Protocol | undefined>;
}

async function complete(rows: readonly Row[], sources: Sources): Promise<Deliverable[]> {
  // Of these there are few, however many reminders there are.
  const clinicIds = [...new Set(rows.map(({ clinicId }) => clinicId))];
  const clinics = new Map(
    (await sources.clinics(clinicIds)).map((clinic) => [clinic.id, ofClinic(clinic)]),
  );
  const protocols = await sources.protocols(
    rows.map(({ protocol, protocolVersion }) => ({ name: protocol, version: protocolVersion })),
  );
  const waits = memory<Waits>(rows.length);
  return rows.flatMap((row) => {
    const { ownTimeZone, protocolVersion, overrides } = row;
    const clinic = clinics.get(row.clinicId);
    const protocol = protocols({ name: row.protocol, version: protocolVersion });
    if (clinic === undefined || protocol === undefined) return [];
    const { clinicTimeZone, hours, ...words } = clinic;
    const window = protocol.steps.find(({ key }) => key === row.step)?.window;
    // The row itself becomes the result: there are many, and copies of them cost more than all else.
    return Object.assign(row, words, {
      timeZone: ownTimeZone ?? clinicTimeZone,
      window: windowOf({ kind: row.kind, window }, hours),
      waits: waits(`${protocol.name} ${protocolVersion} ${JSON.stringify(overrides)}`, () =>
        waitsOf(withOverrides(protocol, overrides)),
      ),
      trueAt: new Date(row.trueAt),
      nearby: row.nearby.map(toNearby),
    });
  });
}

interface Row
  extends Omit<
    Deliverable,
    "window" | "trueAt" | "nearby" | "waits" | "timeZone" | keyof ClinicWords
  > {
  trueAt: string;
  nearby: NearbyRow[];
  /** The patient's; null where it is the clinic's. */
  ownTimeZone: string | null;
  protocolVersion: number;
  overrides: Overrides;
}

function deliverableRows(ids: readonly string[], now: Date): RawBuilder<Row> {
  return sql<Row>`
    select r.id as "reminderId", r.dispatch_no as "dispatchNo", r.clinic_id as "clinicId",
      r.patient_id as "patientId", r.treatment_id as "treatmentId", r.step, r.kind, r.status,
      r.channel, r.channels, r.retries,
      r.due_at as "dueAt", r.send_until as "sendUntil", r.expires_at as "expiresAt",
      t.protocol, t.protocol_version as "protocolVersion", t.overrides,
      ${isCalledOff} as "treatmentCancelled", p.time_zone as "ownTimeZone",
      r.trace->>'window' = 'any' as "anyHour",
      r.topics, r.trace->>'trueAt' as "trueAt", ${nearby(now)} as nearby,
      case r.channel when 'sms' then p.phone else p.email end as "to",
      ${isOptedOut} as "optedOut", ${isDead} as "deadAddress", ${isPaused} as paused,
      s.clinic_id is not null as "channelTroubled",
      s.paused_at is not null and s.probe_reminder_id is distinct from r.id as held,
      s.paused_at is not null and s.probe_reminder_id is not distinct from r.id as probing,
      p.first_name as "firstName", p.locale, t.page_token as "pageToken",
      r.trace->>'waitUntil' as "waitUntil"
    from json_array_elements_text(${JSON.stringify(ids)}::json) as asked(id)
      -- Each by its id, whatever the planner thinks of a table that was small when it planned this.
      cross join lateral (select * from aftercare.reminders where id = asked.id::uuid limit 1) r
      cross join lateral (select * from aftercare.patients where id = r.patient_id limit 1) p
      cross join lateral (select * from aftercare.treatments where id = r.treatment_id limit 1) t
      left join aftercare.channel_states s on s.clinic_id = r.clinic_id and s.channel = r.channel`;
}

/** What a deliverable has of its clinic, word for word. */
type ClinicWords = Pick<
  Deliverable,
  "clinicName" | "clinicPhone" | "clinicPostalAddress" | "clinicLocale" | "privacy" | "cap"
>;

function ofClinic(clinic: Clinic): ClinicWords & { clinicTimeZone: string; hours: ClinicHours } {
  return {
    clinicName: clinic.name,
    clinicPhone: clinic.phone,
    clinicPostalAddress: clinic.postalAddress,
    clinicLocale: clinic.locale,
    privacy: clinic.privacy,
    cap: clinic.dailyCap,
    clinicTimeZone: clinic.timeZone,
    hours: {
      sendWindow: parseSendWindow(clinic.sendWindow),
      rebookWindow: parseSendWindow(clinic.rebookWindow),
    },
  };
}

interface NearbyRow extends Omit<Nearby, "trueAt" | "dueAt" | "expiresAt" | "claimedAt"> {
  trueAt: string;
  dueAt: string;
  expiresAt: string;
  claimedAt: string | null;
}

/**
 * In SQL: of the other reminders of the patient of `r` that wait, or have gone out, those that
 * `besideOthers` may look at: they may count on the same local day, or overtake `r`.
 */
const nearby = (now: Date) => sql`coalesce((
  select jsonb_agg(jsonb_build_object(
    'id', n.id, 'treatmentId', n.treatment_id, 'channel', n.channel, 'kind', n.kind,
    'topics', n.topics, 'trueAt', n.trace->>'trueAt', 'dueAt', n.due_at,
    'expiresAt', n.expires_at, 'claimedAt', n.claimed_at,
    'waits', n.status in ('scheduled', 'queued'), 'undelivered', n.status = 'undelivered'))
  from aftercare.reminders n
  where n.patient_id = r.patient_id and n.id <> r.id
    and n.status in ('scheduled', 'queued', 'sending', 'unknown', 'sent', 'delivered', 'undelivered')
    and (
      n.status in ('scheduled', 'queued') and n.due_at < ${now}::timestamptz + interval '2 days'
      or n.claimed_at > ${now}::timestamptz - interval '2 days'
      or n.treatment_id = r.treatment_id and n.topics && r.topics
        and (n.trace->>'trueAt')::timestamptz > (r.trace->>'trueAt')::timestamptz
        and n.due_at <= ${now}::timestamptz + interval '2 days'
    )
), '[]')`;

function toNearby(row: NearbyRow): Nearby {
  return {
    ...row,
    trueAt: new Date(row.trueAt),
    dueAt: new Date(row.dueAt),
    expiresAt: new Date(row.expiresAt),
    claimedAt: row.claimedAt === null ? null : new Date(row.claimedAt),
  };
}
