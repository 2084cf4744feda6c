-- Whose permissions wait since an alarm: looked for by the metrics, and by whoever looks after them.
create index patients_paused on aftercare.patients (clinic_id)
  where permissions_paused_at is not null;
