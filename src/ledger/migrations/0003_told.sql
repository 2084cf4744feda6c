-- What a patient may be told, and when; and what patients say.

alter table aftercare.clinics
  -- Where replies and alarms are sent on to, and the address at the foot of every email.
  add column email text,
  add column postal_address text,
  -- How much a text says to one who reads it over a shoulder.
  add column privacy text not null default 'standard'
    check (privacy in ('standard', 'explicit', 'neutral')),
  -- The most messages that a patient gets on a local day; cautions are not counted.
  add column daily_cap smallint not null default 3 check (daily_cap between 1 and 50),
  -- The hours of rebook steps, narrower than the send window by law.
  add column rebook_window jsonb not null default
    '{"mon":"11:00-18:00","tue":"11:00-18:00","wed":"11:00-18:00","thu":"11:00-18:00","fri":"11:00-18:00","sat":"11:00-18:00"}',
  -- The answer to a reply that sounds like an emergency; null for the program's own words.
  add column emergency_text text,
  -- Where alarms are posted to, and what they are signed with.
  add column webhook_url text,
  add column webhook_secret text;

alter table aftercare.patients
  -- While this is set, no permission goes out: the patient told of an alarming sign.
  add column permissions_paused_at timestamptz;

alter table aftercare.consents
  -- The version of the words that the patient agreed to, and who took the consent.
  add column text_version text,
  add column taken_by text;

alter table aftercare.treatments
  -- Offsets that the clinician set for this patient, by step.
  add column overrides jsonb not null default '{}',
  -- The patient's own page: 128 random bits, good until 30 days after the last step.
  add column page_token text,
  add column page_expires_at timestamptz;
update aftercare.treatments t set
  page_token = substr(translate(encode(sha256(
    uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())), 'base64'), '+/', '-_'), 1, 22),
  page_expires_at = coalesce(
    (select max(r.expires_at) from aftercare.reminders r where r.treatment_id = t.id),
    t.performed_at) + interval '30 days';
alter table aftercare.treatments
  alter column page_token set not null,
  alter column page_expires_at set not null;
create unique index treatments_by_page on aftercare.treatments (page_token);

alter table aftercare.reminders
  -- When it was last claimed: which local day of the patient it counts on.
  add column claimed_at timestamptz,
  -- The reminder that says what this one would have said: superseded by it, or one message with it.
  add column replaced_by uuid references aftercare.reminders;
update aftercare.reminders r set claimed_at =
  (select max(a.started_at) from aftercare.attempts a where a.reminder_id = r.id);
create index reminders_replaced on aftercare.reminders (replaced_by)
  where replaced_by is not null;

-- What patients wrote. The same message of a provider is kept once for each clinic it concerns.
create table aftercare.inbound_messages (
  id uuid primary key default gen_random_uuid(),
  clinic_id uuid not null references aftercare.clinics,
  patient_id uuid references aftercare.patients,
  -- The reminder that it most likely answers: the last that was sent to this address before.
  reminder_id uuid references aftercare.reminders,
  channel text not null check (channel in ('sms', 'email')),
  provider_id text not null,
  address text not null,
  body text not null,
  reading text not null check (reading in ('stop', 'start', 'help', 'alarm', 'answer', 'reply')),
  -- What it was answered with at once; null where nothing was.
  answer text,
  received_at timestamptz not null,
  handled_at timestamptz,
  handled_by text,
  unique (provider_id, clinic_id)
);
create index inbound_by_clinic on aftercare.inbound_messages (clinic_id, received_at, id);
create index inbound_by_address on aftercare.inbound_messages (clinic_id, channel, address, received_at);

-- What a clinic is to be told of an inbound message, and whether it has been.
create table aftercare.notices (
  id uuid primary key default gen_random_uuid(),
  clinic_id uuid not null references aftercare.clinics,
  inbound_id uuid not null references aftercare.inbound_messages,
  way text not null check (way in ('email', 'webhook')),
  tries integer not null default 0,
  next_at timestamptz not null,
  sent_at timestamptz,
  failed_at timestamptz,
  unique (inbound_id, way)
);
create index notices_to_send on aftercare.notices (next_at)
  where sent_at is null and failed_at is null;

-- The audit only grows.
create function aftercare.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'events are only ever added' using errcode = 'insufficient_privilege';
end $$;
create trigger events_only_grow before update or delete on aftercare.events
  for each row execute function aftercare.refuse_change();
create trigger events_are_not_emptied before truncate on aftercare.events
  for each statement execute function aftercare.refuse_change();
