import type { ColumnType, Generated } from "kysely";
import type { AlarmWay } from "../domain/alarmWays.ts";
import type { ChannelName } from "../domain/channel.ts";
import type { Pause } from "../domain/channelState.ts";
import type { Purpose } from "../domain/consent.ts";
import type { ImportSettings, RowProblem } from "../domain/importRow.ts";
import type { InboundReading } from "../domain/inbound.ts";
import type { Privacy } from "../domain/message.ts";
import type { Overrides } from "../domain/overrides.ts";
import type { Protocol, StepKind } from "../domain/protocol.ts";
import type { AttemptStatus } from "../domain/receipt.ts";
import type { ReminderStatus } from "../domain/reminder.ts";
import type { SendWindowText } from "../domain/sendWindow.ts";
import type { StoredTrace } from "./traces.ts";

/** A jsonb column: read parsed, written as text, because the two engines disagree on arrays. */
type Json<T> = ColumnType<T, string, string>;

/** The role of an API key: `enroll` for a front desk, `admin` for all that can be taken back. */
export type Role = "enroll" | "admin";

/** What somebody who signs in may do at a clinic. */
export type StaffRole = "front_desk" | "admin";

/**
 * Where an import is: its columns are to be named, its rows are looked at, somebody is to say yes, they
 * are being enrolled; and how it ended, by itself, by somebody, or because nobody came back.
 */
export type ImportState =
  | "columns"
  | "checking"
  | "checked"
  | "running"
  | "done"
  | "cancelled"
  | "expired";

/**
 * What is known of a row: nothing yet; it can be enrolled; its treatment is enrolled already, or stands
 * in an earlier row; something is wrong with it; this import has enrolled it.
 */
export type ImportRowState = "new" | "ready" | "known" | "twice" | "bad" | "enrolled";

/** The tables of schema `aftercare`, as migrations/ leaves them. Every time is an instant. */
export interface Tables {
  settings: { name: string; value: string };
  clinics: {
    id: Generated<string>;
    name: string;
    time_zone: string;
    region: string;
    locale: Generated<string>;
    phone: string | null;
    send_window: Json<SendWindowText>;
    email: string | null;
    postal_address: string | null;
    privacy: Generated<Privacy>;
    daily_cap: Generated<number>;
    rebook_window: ColumnType<SendWindowText, string | undefined, string>;
    emergency_text: string | null;
    webhook_url: string | null;
    webhook_secret: string | null;
    created_at: Date;
  };
  api_keys: {
    id: Generated<string>;
    clinic_id: string;
    role: Role;
    hash: Uint8Array;
    label: string;
    created_at: Date;
    revoked_at: Date | null;
  };
  protocols: { name: string; version: number; definition: Json<Protocol>; pinned_at: Date };
  patients: {
    id: Generated<string>;
    clinic_id: string;
    external_id: string | null;
    first_name: string;
    phone: string | null;
    email: string | null;
    time_zone: string | null;
    locale: string | null;
    permissions_paused_at: Generated<Date | null>;
    created_at: Date;
    updated_at: Date;
  };
  treatments: {
    id: Generated<string>;
    clinic_id: string;
    patient_id: string;
    protocol: string;
    protocol_version: number;
    performed_at: Date;
    time_zone: string;
    channels: ChannelName[];
    status: Generated<"active" | "cancelled">;
    retracted_at: Generated<Date | null>;
    overrides: ColumnType<Overrides, string | undefined, string>;
    page_token: string;
    page_expires_at: Date;
    created_at: Date;
  };
  consents: {
    id: Generated<string>;
    clinic_id: string;
    patient_id: string;
    treatment_id: string;
    purpose: Purpose;
    channel: ChannelName;
    source: string;
    given_at: Date;
    recorded_at: Date;
    recorded_by: string;
    text_version: string | null;
    taken_by: string | null;
  };
  consent_texts: { clinic_id: string; version: string; words: string; first_used_at: Date };
  opt_outs: {
    clinic_id: string;
    channel: ChannelName;
    address: string;
    source: string;
    created_at: Date;
  };
  channel_states: {
    clinic_id: string;
    channel: ChannelName;
    failures: number;
    paused_at: Date | null;
    reason: Pause["reason"] | null;
    code: string | null;
    detail: string | null;
    ended_by: Pause["endedBy"] | null;
    probes: number | null;
    probe_reminder_id: string | null;
    probe_at: Date | null;
    updated_at: Date;
  };
  senders: { sender: string; next_at: Date; turn: Generated<number>; capped_at: Date | null };
  sender_turns: { sender: string; clinic_id: string; next_turn: number };
  sender_hours: { sender: string; hour: Date; sent: number };
  dead_addresses: {
    clinic_id: string;
    channel: ChannelName;
    address: string;
    code: string;
    created_at: Date;
  };
  reminders: {
    id: Generated<string>;
    clinic_id: string;
    treatment_id: string;
    patient_id: string;
    step: string;
    position: number;
    kind: StepKind;
    topics: string[];
    channel: ChannelName;
    channels: ChannelName[];
    due_at: Date;
    send_until: Date;
    expires_at: Date;
    status: ReminderStatus;
    status_reason: string | null;
    dispatch_no: Generated<number>;
    retries: Generated<number>;
    taken_at: Date | null;
    claimed_at: Generated<Date | null>;
    job_id: Generated<string | null>;
    replaced_by: Generated<string | null>;
    trace: Json<StoredTrace>;
    created_at: Date;
    updated_at: Date;
  };
  attempts: {
    id: Generated<string>;
    clinic_id: string;
    reminder_id: string;
    dispatch_no: number;
    channel: ChannelName;
    provider: string;
    provider_id: string | null;
    status: AttemptStatus;
    address: string | null;
    subject: string | null;
    body: string | null;
    code: string | null;
    detail: string | null;
    started_at: Date;
    ended_at: Date | null;
  };
  receipts: {
    id: Generated<number>;
    clinic_id: string;
    attempt_id: string;
    status: string;
    code: string;
    received_at: Date;
  };
  inbound_messages: {
    id: Generated<string>;
    clinic_id: string;
    patient_id: string | null;
    reminder_id: string | null;
    channel: ChannelName;
    provider_id: string;
    address: string;
    body: string;
    reading: InboundReading;
    answer: string | null;
    received_at: Date;
    handled_at: Generated<Date | null>;
    handled_by: Generated<string | null>;
    alarmed: Generated<string[]>;
  };
  notices: {
    id: Generated<string>;
    clinic_id: string;
    inbound_id: string | null;
    reminder_id: string | null;
    way: AlarmWay;
    noted_at: Date;
    settled_at: Generated<Date | null>;
    tries: Generated<number>;
    next_at: Date;
    sent_at: Generated<Date | null>;
    failed_at: Generated<Date | null>;
  };
  events: {
    id: Generated<number>;
    clinic_id: string;
    treatment_id: string | null;
    reminder_id: string | null;
    type: string;
    actor: string;
    detail: Json<Record<string, unknown>>;
    at: Date;
  };
  staff: {
    id: Generated<string>;
    clinic_id: string;
    user_id: string;
    role: StaffRole;
    created_at: Date;
    removed_at: Generated<Date | null>;
  };
  operators: { user_id: string; created_at: Date };
  invitations: {
    id: Generated<string>;
    clinic_id: string;
    email: string | null;
    role: StaffRole;
    operator: boolean;
    token_hash: Uint8Array;
    created_at: Date;
    expires_at: Date;
    ended_at: Generated<Date | null>;
  };
  imports: {
    id: Generated<string>;
    clinic_id: string;
    started_by: string;
    state: ImportState;
    headers: string[];
    settings: Json<ImportSettings> | null;
    row_count: number;
    enrolled: Generated<number>;
    known: Generated<number>;
    bad: Generated<number>;
    created_at: Date;
    ended_at: Generated<Date | null>;
  };
  import_rows: {
    import_id: string;
    number: number;
    clinic_id: string;
    cells: string[] | null;
    state: Generated<ImportRowState>;
    key: Generated<string | null>;
    problems: Json<RowProblem[]>;
    due_now: Generated<number>;
    due_day: Generated<number>;
    silent: Generated<boolean>;
  };
  idempotency_keys: {
    clinic_id: string;
    key: string;
    body_hash: Uint8Array;
    answer: Json<unknown>;
    created_at: Date;
  };
}

/** The part of schema `auth` that the ledger looks into; the sign-in library writes it. */
export interface SignInTables {
  user: { id: string; name: string; email: string };
}
