-- When a clinic's channels were paused, for the page of a reminder that waited for one of them.
create index events_of_channels on aftercare.events (clinic_id, at, id)
  where type in ('channel paused', 'channel resumed');

-- What went out of date while it waited, and not when it was planned: counted for a channel that is
-- paused, each time that somebody looks at the day.
create index reminders_gone_stale on aftercare.reminders (clinic_id, channel, updated_at)
  where status = 'skipped' and status_reason = 'expired' and updated_at > created_at;
