-- A cancel with which all that was permitted is taken back. Before, only the history told: what the
-- cancel itself planned has its reason.
alter table aftercare.treatments add column retracted_at timestamptz;
update aftercare.treatments t set retracted_at = (
  select max(cancelled.at) from aftercare.events cancelled
  join aftercare.events planned on planned.treatment_id = cancelled.treatment_id
    and planned.type = 'retraction planned' and planned.at = cancelled.at
    and planned.detail->>'reason' = cancelled.detail->>'reason'
  where cancelled.treatment_id = t.id and cancelled.type = 'treatment cancelled')
where t.status = 'cancelled';

-- A clinic is also told of a correction that reached nobody: then somebody has to call.
alter table aftercare.notices
  alter column inbound_id drop not null,
  add column reminder_id uuid references aftercare.reminders,
  -- What it tries for a day from then on.
  add column noted_at timestamptz,
  -- The correction was said after all, or is not needed any more.
  add column settled_at timestamptz,
  add constraint notices_about_one check (num_nonnulls(inbound_id, reminder_id) = 1),
  add unique (reminder_id, way);
update aftercare.notices n set noted_at = i.received_at
from aftercare.inbound_messages i where i.id = n.inbound_id;
alter table aftercare.notices alter column noted_at set not null;
