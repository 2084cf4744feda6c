-- What did not reach a patient, for the page that groups it by cause. Counted from the index alone:
-- what another message stands in for was meant not to go out, and is not in it.
create index reminders_failed on aftercare.reminders (clinic_id, due_at, id)
  include (status, status_reason)
  where status in ('failed', 'undelivered', 'unknown')
    or (status = 'skipped' and status_reason not in ('superseded', 'collapsed'));
