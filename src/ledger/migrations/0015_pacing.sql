-- What leaves by one number or address, where its pace is configured: several processes keep one rate by
-- this row, which each of them locks for its round.
create table aftercare.senders (
  sender text primary key,
  -- The first slot that nobody has.
  next_at timestamptz not null,
  -- How far the clinics that share it have come; see sender_turns.
  turn bigint not null default 0,
  -- Since when the day's cap holds messages back; null while it does not.
  capped_at timestamptz
);

-- The turn that is each clinic's next: the smallest of those that wait goes first. One that is not here,
-- or was behind, begins at the sender's own, so that a long silence is no credit.
create table aftercare.sender_turns (
  sender text not null references aftercare.senders,
  clinic_id uuid not null references aftercare.clinics,
  next_turn bigint not null,
  primary key (sender, clinic_id)
);

-- How many slots were given away in each hour of UTC, for the day's cap.
create table aftercare.sender_hours (
  sender text not null references aftercare.senders,
  hour timestamptz not null,
  sent integer not null,
  primary key (sender, hour)
);

-- What goes before the rest where a sender is paced, by how long it can wait (PATIENCE_MS of
-- domain/pacing.ts); all the rest is found by reminders_by_sender.
create index reminders_at_once on aftercare.reminders (clinic_id, channel, due_at)
  where status = 'scheduled' and kind in ('caution', 'retraction');
create index reminders_soon on aftercare.reminders (clinic_id, channel, due_at)
  where status = 'scheduled' and kind = 'permission';
