-- A cancel with which all that was permitted is taken back: of this treatment retractions still go.
alter table aftercare.treatments add column retracted_at timestamptz;
update aftercare.treatments t set retracted_at = coalesce((
    select max(e.at) from aftercare.events e
    where e.treatment_id = t.id and e.type = 'treatment cancelled'
  ), t.created_at)
where t.status = 'cancelled' and exists (
  select 1 from aftercare.reminders r
  where r.treatment_id = t.id and r.kind = 'retraction'
    and r.status in ('scheduled', 'queued', 'sending', 'unknown'));

-- A clinic is also told of a correction that reached nobody: then somebody has to call.
alter table aftercare.notices
  alter column inbound_id drop not null,
  add column reminder_id uuid references aftercare.reminders,
  -- What it tries for a day from then on.
  add column noted_at timestamptz,
  add constraint notices_about_one check (num_nonnulls(inbound_id, reminder_id) = 1),
  add unique (reminder_id, way);
update aftercare.notices n set noted_at = i.received_at
from aftercare.inbound_messages i where i.id = n.inbound_id;
alter table aftercare.notices alter column noted_at set not null;
