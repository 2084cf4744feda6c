-- The ledger: what was promised to whom, and what became of it. Every row carries its clinic.

create table aftercare.settings (
  name text primary key,
  value text not null
);

create table aftercare.clinics (
  id uuid primary key default gen_random_uuid(),
  name text not null,
  time_zone text not null,
  region text not null,
  locale text not null default 'en',
  phone text,
  send_window jsonb not null,
  created_at timestamptz not null
);

create table aftercare.api_keys (
  id uuid primary key default gen_random_uuid(),
  clinic_id uuid not null references aftercare.clinics,
  role text not null check (role in ('enroll', 'admin')),
  hash bytea not null unique,
  label text not null,
  created_at timestamptz not null,
  revoked_at timestamptz
);

-- The steps that treatments were enrolled with: a version, once used, never changes.
create table aftercare.protocols (
  name text not null,
  version integer not null,
  definition jsonb not null,
  pinned_at timestamptz not null,
  primary key (name, version)
);

create table aftercare.patients (
  id uuid primary key default gen_random_uuid(),
  clinic_id uuid not null references aftercare.clinics,
  external_id text,
  first_name text not null,
  phone text,
  email text,
  time_zone text,
  locale text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  unique (clinic_id, external_id)
);
create index patients_by_phone on aftercare.patients (clinic_id, phone) where phone is not null;
create index patients_by_email on aftercare.patients (clinic_id, lower(email))
  where email is not null;

create table aftercare.treatments (
  id uuid primary key default gen_random_uuid(),
  clinic_id uuid not null references aftercare.clinics,
  patient_id uuid not null references aftercare.patients,
  protocol text not null,
  protocol_version integer not null,
  performed_at timestamptz not null,
  time_zone text not null,
  channels text[] not null,
  status text not null default 'active' check (status in ('active', 'cancelled')),
  created_at timestamptz not null,
  foreign key (protocol, protocol_version) references aftercare.protocols (name, version)
);
create index treatments_by_clinic on aftercare.treatments (clinic_id, created_at, id);
create index treatments_by_patient on aftercare.treatments (patient_id);

-- The evidence: who agreed to what, over which channel, when and where it was said.
create table aftercare.consents (
  id uuid primary key default gen_random_uuid(),
  clinic_id uuid not null references aftercare.clinics,
  patient_id uuid not null references aftercare.patients,
  treatment_id uuid not null references aftercare.treatments,
  purpose text not null check (purpose in ('care', 'rebook')),
  channel text not null check (channel in ('sms', 'email')),
  source text not null,
  given_at timestamptz not null,
  recorded_at timestamptz not null,
  recorded_by uuid not null references aftercare.api_keys
);
create index consents_by_treatment on aftercare.consents (treatment_id);

-- An address that said stop, for one channel of one clinic.
create table aftercare.opt_outs (
  clinic_id uuid not null references aftercare.clinics,
  channel text not null check (channel in ('sms', 'email')),
  address text not null,
  source text not null,
  created_at timestamptz not null,
  primary key (clinic_id, channel, address)
);

create table aftercare.reminders (
  id uuid primary key default gen_random_uuid(),
  clinic_id uuid not null references aftercare.clinics,
  treatment_id uuid not null references aftercare.treatments,
  patient_id uuid not null references aftercare.patients,
  step text not null,
  position smallint not null,
  kind text not null,
  topics text[] not null,
  channel text not null check (channel in ('sms', 'email')),
  channels text[] not null,
  due_at timestamptz not null,
  send_until timestamptz not null,
  expires_at timestamptz not null,
  status text not null check (status in (
    'scheduled', 'queued', 'sending', 'sent', 'delivered', 'undelivered', 'unknown', 'failed',
    'cancelled', 'skipped')),
  status_reason text,
  -- How often it was handed to the queue; part of the job id, which the queue accepts only once.
  dispatch_no integer not null default 0,
  -- Tries that ended transient since the last success or change of channel: sets the backoff.
  retries integer not null default 0,
  -- While queued: when it was handed over. While sending: when it was claimed.
  taken_at timestamptz,
  trace jsonb not null,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index reminders_to_dispatch on aftercare.reminders (due_at) where status = 'scheduled';
create index reminders_taken on aftercare.reminders (taken_at)
  where status in ('queued', 'sending', 'unknown');
create index reminders_by_clinic on aftercare.reminders (clinic_id, due_at, id);
create index reminders_by_treatment on aftercare.reminders (treatment_id, position);
create index reminders_by_patient on aftercare.reminders (patient_id);

-- One try at delivering one reminder. It is here before anything is sent.
create table aftercare.attempts (
  id uuid primary key default gen_random_uuid(),
  clinic_id uuid not null references aftercare.clinics,
  reminder_id uuid not null references aftercare.reminders,
  dispatch_no integer not null,
  channel text not null,
  provider text not null,
  provider_id text,
  status text not null check (status in
    ('sending', 'sent', 'delivered', 'undelivered', 'failed', 'unknown')),
  subject text,
  body text,
  code text,
  detail text,
  started_at timestamptz not null,
  ended_at timestamptz,
  unique (reminder_id, dispatch_no)
);

-- What a provider said of an attempt afterwards.
create table aftercare.receipts (
  id bigint generated always as identity primary key,
  clinic_id uuid not null references aftercare.clinics,
  attempt_id uuid not null references aftercare.attempts,
  status text not null,
  code text not null,
  received_at timestamptz not null,
  unique (attempt_id, status, code)
);

-- The history of reminders and treatments, and the audit of who did what.
create table aftercare.events (
  id bigint generated always as identity primary key,
  clinic_id uuid not null references aftercare.clinics,
  treatment_id uuid,
  reminder_id uuid,
  type text not null,
  actor text not null,
  detail jsonb not null default '{}',
  at timestamptz not null
);
create index events_by_reminder on aftercare.events (reminder_id, id) where reminder_id is not null;
create index events_by_treatment on aftercare.events (treatment_id, id);

create table aftercare.idempotency_keys (
  clinic_id uuid not null references aftercare.clinics,
  key text not null,
  body_hash bytea not null,
  answer jsonb not null,
  created_at timestamptz not null,
  primary key (clinic_id, key)
);

-- The transitions of domain/reminder.ts; a test compares the two, pair by pair.
create function aftercare.guard_reminder_status() returns trigger language plpgsql as $$
begin
  if not (case old.status
    when 'scheduled' then new.status in ('queued', 'cancelled', 'skipped')
    when 'queued' then new.status in ('sending', 'scheduled', 'cancelled', 'skipped')
    when 'sending' then new.status in
      ('sent', 'delivered', 'undelivered', 'scheduled', 'unknown', 'failed', 'skipped')
    when 'unknown' then new.status in
      ('sent', 'delivered', 'undelivered', 'scheduled', 'failed', 'skipped')
    when 'sent' then new.status in ('delivered', 'undelivered')
    else false
  end) then
    raise exception 'a reminder cannot go from % to %', old.status, new.status
      using errcode = 'check_violation';
  end if;
  return new;
end $$;

create trigger guard_reminder_status before update of status on aftercare.reminders
  for each row when (old.status is distinct from new.status)
  execute function aftercare.guard_reminder_status();
