-- What a worker was about to send, kept before it is sent; empty in attempts of earlier programs.
alter table aftercare.attempts add column address text;

-- Channels of clinics that do not work as they should; one without a row works.
create table aftercare.channel_states (
  clinic_id uuid not null references aftercare.clinics,
  channel text not null check (channel in ('sms', 'email')),
  -- Messages in a row that the provider failed on.
  failures integer not null,
  -- The rest is null while the channel is not paused.
  paused_at timestamptz,
  reason text check (reason in ('account_fault', 'provider_down')),
  code text,
  detail text,
  ended_by text check (ended_by in ('answer', 'receipt')),
  -- Reminders let through since to see whether the channel works, the last of them, the next time.
  probes integer,
  probe_reminder_id uuid,
  probe_at timestamptz,
  updated_at timestamptz not null,
  primary key (clinic_id, channel)
);

-- Numbers and mailboxes that take no messages, by the word of a provider.
create table aftercare.dead_addresses (
  clinic_id uuid not null references aftercare.clinics,
  channel text not null check (channel in ('sms', 'email')),
  address text not null,
  code text not null,
  created_at timestamptz not null,
  primary key (clinic_id, channel, address)
);

-- The oldest of each clinic and channel, for a dispatcher that is fair to all of them.
create index reminders_by_sender on aftercare.reminders (clinic_id, channel, due_at)
  where status = 'scheduled';

-- The transitions of domain/reminder.ts; a test compares the two, pair by pair. New here: what was
-- sent may go out again by a receipt or a replay, and proof of sending stops what waits to go again.
create or replace function aftercare.guard_reminder_status() returns trigger language plpgsql as $$
begin
  if not (case old.status
    when 'scheduled' then new.status in ('queued', 'cancelled', 'skipped', 'sent', 'delivered')
    when 'queued' then new.status in
      ('sending', 'scheduled', 'cancelled', 'skipped', 'sent', 'delivered')
    when 'sending' then new.status in
      ('sent', 'delivered', 'undelivered', 'scheduled', 'unknown', 'failed', 'skipped')
    when 'unknown' then new.status in
      ('sent', 'delivered', 'undelivered', 'scheduled', 'failed', 'skipped')
    when 'sent' then new.status in ('delivered', 'undelivered', 'scheduled')
    when 'undelivered' then new.status = 'scheduled'
    when 'failed' then new.status = 'scheduled'
    when 'skipped' then new.status = 'scheduled'
    else false
  end) then
    raise exception 'a reminder cannot go from % to %', old.status, new.status
      using errcode = 'check_violation';
  end if;
  return new;
end $$;
