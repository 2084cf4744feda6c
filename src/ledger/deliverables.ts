import { sql } from "kysely";
import type { ClaimState, Ticket } from "../domain/claim.ts";
import type { Privacy } from "../domain/message.ts";
import type { Nearby } from "../domain/nearby.ts";
import { type Overrides, withOverrides } from "../domain/overrides.ts";
import { windowOf } from "../domain/plan.ts";
import type { Step } from "../domain/protocol.ts";
import { parseSendWindow, type SendWindowText } from "../domain/sendWindow.ts";
import { type Waits, waitsOf } from "../domain/waits.ts";
import { isCalledOff } from "./calledOff.ts";
import { isDead } from "./deadAddresses.ts";
import type { Queries } from "./ledger.ts";
import { isOptedOut } from "./optOuts.ts";
import { isPaused } from "./permissionPause.ts";

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

/** Reminders as they are now, in no order; the send window is the clinic's present one. */
export async function loadDeliverables(
  db: Queries,
  ids: readonly string[],
): Promise<Deliverable[]> {
  type Row = Omit<Deliverable, "window" | "trueAt" | "nearby" | "waits"> & {
    trueAt: string;
    nearby: NearbyRow[];
    clinicWindow: SendWindowText;
    rebookWindow: SendWindowText;
    stepWindow: Step["window"] | null;
    permissions: Step[];
    overrides: Overrides;
  };
  const { rows } = await sql<Row>`
    select r.id as "reminderId", r.dispatch_no as "dispatchNo", r.clinic_id as "clinicId",
      r.patient_id as "patientId", r.treatment_id as "treatmentId", r.step, r.kind, r.status,
      r.channel, r.channels, r.retries,
      r.due_at as "dueAt", r.send_until as "sendUntil", r.expires_at as "expiresAt",
      t.protocol, ${isCalledOff} as "treatmentCancelled", coalesce(p.time_zone, c.time_zone) as "timeZone",
      r.trace->>'window' = 'any' as "anyHour",
      c.send_window as "clinicWindow", c.rebook_window as "rebookWindow",
      r.topics, r.trace->>'trueAt' as "trueAt", c.daily_cap as cap, ${nearby} as nearby,
      jsonb_path_query_first(
        v.definition, '$.steps[*] ? (@.key == $step).window', jsonb_build_object('step', r.step)
      ) as "stepWindow",
      jsonb_path_query_array(v.definition, '$.steps[*] ? (@.kind == "permission")') as permissions,
      t.overrides,
      case r.channel when 'sms' then p.phone else p.email end as "to",
      ${isOptedOut} as "optedOut", ${isDead} as "deadAddress", ${isPaused} as paused,
      s.clinic_id is not null as "channelTroubled",
      s.paused_at is not null and s.probe_reminder_id is distinct from r.id as held,
      s.paused_at is not null and s.probe_reminder_id is not distinct from r.id as probing,
      p.first_name as "firstName", p.locale,
      c.name as "clinicName", c.phone as "clinicPhone", c.locale as "clinicLocale",
      c.postal_address as "clinicPostalAddress", c.privacy, t.page_token as "pageToken",
      r.trace->>'waitUntil' as "waitUntil"
    from aftercare.reminders r
    join aftercare.patients p on p.id = r.patient_id
    join aftercare.clinics c on c.id = r.clinic_id
    join aftercare.treatments t on t.id = r.treatment_id
    join aftercare.protocols v on v.name = t.protocol and v.version = t.protocol_version
    left join aftercare.channel_states s on s.clinic_id = r.clinic_id and s.channel = r.channel
    where r.id = any(${[...ids]}::uuid[])`.execute(db);
  return rows.map(({ clinicWindow, rebookWindow, stepWindow, permissions, overrides, ...row }) => ({
    ...row,
    waits: waitsOf(withOverrides({ steps: permissions }, overrides)),
    trueAt: new Date(row.trueAt),
    nearby: row.nearby.map(toNearby),
    window: windowOf(
      { kind: row.kind, window: stepWindow ?? undefined },
      {
        sendWindow: parseSendWindow(clinicWindow),
        rebookWindow: parseSendWindow(rebookWindow),
      },
    ),
  }));
}

interface NearbyRow extends Omit<Nearby, "trueAt" | "dueAt" | "expiresAt" | "claimedAt"> {
  trueAt: string;
  dueAt: string;
  expiresAt: string;
  claimedAt: string | null;
}

/** In SQL: the other reminders of the patient of `r` that wait, or that have gone out. */
const nearby = sql`coalesce((
  select jsonb_agg(jsonb_build_object(
    'id', n.id, 'treatmentId', n.treatment_id, 'channel', n.channel, 'kind', n.kind,
    'topics', n.topics, 'trueAt', n.trace->>'trueAt', 'dueAt', n.due_at,
    'expiresAt', n.expires_at, 'claimedAt', n.claimed_at,
    'waits', n.status in ('scheduled', 'queued'), 'undelivered', n.status = 'undelivered'))
  from aftercare.reminders n
  where n.patient_id = r.patient_id and n.id <> r.id
    and n.status in ('scheduled', 'queued', 'sending', 'unknown', 'sent', 'delivered', 'undelivered')
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
