-- The lists of the pages for staff: a clinic's history, and what its outbox kept.

create index events_by_clinic on aftercare.events (clinic_id, at, id);

create index attempts_in_outbox on aftercare.attempts (clinic_id, started_at, id)
  where provider = 'outbox';
