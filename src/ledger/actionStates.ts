import { sql } from "kysely";
import type { ChannelName } from "../domain/channel.ts";
import type { Ticket } from "../domain/claim.ts";
import { chooseChannels, type Purpose, reachOf } from "../domain/consent.ts";
import { windowOf } from "../domain/plan.ts";
import type { Step, StepKind } from "../domain/protocol.ts";
import type { ActionState } from "../domain/replay.ts";
import { parseSendWindow, type SendWindowText } from "../domain/sendWindow.ts";
import type { PatientAddresses } from "./addresses.ts";
import { isCalledOff } from "./calledOff.ts";
import type { Queries } from "./ledger.ts";
import { isPaused } from "./permissionPause.ts";

/** A reminder that somebody wants to do something with, and where its patient is reached. */
export interface Actionable extends ActionState, Ticket {
  treatmentId: string;
  patientId: string;
  kind: StepKind;
  topics: string[];
  addresses: PatientAddresses;
}

interface Row extends Omit<Actionable, "trueAt" | "window" | "choice" | "addresses"> {
  trueAt: string;
  clinicWindow: SendWindowText;
  rebookWindow: SendWindowText;
  step: Step;
  /** The order of the patient, and what may not or cannot be used. */
  preferred: ChannelName[];
  consents: { purpose: Purpose; channel: ChannelName }[];
  optedOut: ChannelName[];
  dead: ChannelName[];
  phone: string | null;
  email: string | null;
}

/**
 * Reminders of a clinic as they are now, in no order, with all that decides what can be done with
 * them: the step as its protocol was pinned, the consents of the treatment, and the send window,
 * addresses and opt-outs of the present.
 */
export async function loadActionable(
  db: Queries,
  clinicId: string,
  ids: readonly string[],
): Promise<Actionable[]> {
  const { rows } = await sql<Row>`
    select r.id as "reminderId", r.dispatch_no as "dispatchNo", r.treatment_id as "treatmentId",
      r.patient_id as "patientId", r.kind, r.topics,
      r.status, r.status_reason as "statusReason", r.updated_at as "changedAt", r.channel, r.channels, r.retries,
      r.due_at as "dueAt", r.expires_at as "expiresAt", r.trace->>'trueAt' as "trueAt",
      ${isCalledOff} as "treatmentCancelled",
      coalesce(p.time_zone, c.time_zone) as "timeZone",
      t.channels as preferred, c.send_window as "clinicWindow",
      c.rebook_window as "rebookWindow", p.phone, p.email,
      jsonb_path_query_first(
        v.definition, '$.steps[*] ? (@.key == $step)', jsonb_build_object('step', r.step)
      ) as step,
      coalesce((
        select jsonb_agg(jsonb_build_object('purpose', k.purpose, 'channel', k.channel))
        from aftercare.consents k where k.treatment_id = t.id
      ), '[]') as consents,
      exists (
        select 1 from aftercare.attempts a
        where a.reminder_id = r.id and a.status = 'delivered'
      ) as arrived, ${isPaused} as paused,
      array(
        select o.channel from (values ('sms', p.phone), ('email', lower(p.email))) as h(channel, address)
        join aftercare.opt_outs o on o.clinic_id = r.clinic_id and o.channel = h.channel
          and o.address = h.address
      ) as "optedOut",
      array(
        select d.channel from (values ('sms', p.phone), ('email', lower(p.email))) as h(channel, address)
        join aftercare.dead_addresses d on d.clinic_id = r.clinic_id and d.channel = h.channel
          and d.address = h.address
      ) as dead
    from aftercare.reminders r
    join aftercare.patients p on p.id = r.patient_id
    join aftercare.clinics c on c.id = r.clinic_id
    join aftercare.treatments t on t.id = r.treatment_id
    join aftercare.protocols v on v.name = t.protocol and v.version = t.protocol_version
    where r.clinic_id = ${clinicId} and r.id = any(${[...ids]}::uuid[])`.execute(db);
  return rows.map(toActionable);
}

function toActionable(row: Row): Actionable {
  const { step, clinicWindow, rebookWindow, ...rest } = row;
  const { preferred, consents, optedOut, dead, phone, email, ...state } = rest;
  const hours = {
    sendWindow: parseSendWindow(clinicWindow),
    rebookWindow: parseSendWindow(rebookWindow),
  };
  const agreed = (purpose: Purpose) =>
    consents.filter((each) => each.purpose === purpose).map(({ channel }) => channel);
  const consent = { care: agreed("care"), rebook: agreed("rebook") };
  // Where a step goes out on all channels, each of its reminders has but its own.
  const own = step.send === "all" && row.channels.length > 0 ? row.channels : step.channels;
  return {
    ...state,
    trueAt: new Date(row.trueAt),
    window: windowOf(step, hours),
    addresses: { phone, email },
    choice: chooseChannels(
      { kind: step.kind, channels: [...own] },
      preferred,
      reachOf({ consent, phone, email, optedOut, dead }),
    ),
  };
}
