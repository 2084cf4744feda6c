-- The job that a reminder was handed over with: a clinic's reminders of one instant share one. Null before
-- the first hand-over, and where it was made by a program that had a job for each.
alter table aftercare.reminders add column job_id uuid;

-- A reminder is its treatment's and that treatment's patient's: one reference says so, where two said
-- less. Clinics are never deleted, and a reminder has that of its treatment, an attempt that of its
-- reminder; to look again each time locked the clinic's row for everybody who writes.
alter table aftercare.treatments add unique (id, patient_id);
alter table aftercare.reminders
  drop constraint reminders_clinic_id_fkey,
  drop constraint reminders_treatment_id_fkey,
  drop constraint reminders_patient_id_fkey,
  add foreign key (treatment_id, patient_id) references aftercare.treatments (id, patient_id);
alter table aftercare.attempts drop constraint attempts_clinic_id_fkey;

-- A treatment has some tens of reminders: they are found by it and put in order afterwards, for which
-- the index need not hold their positions.
drop index aftercare.reminders_by_treatment;
create index reminders_by_treatment on aftercare.reminders (treatment_id);

-- The transitions of domain/reminder.ts, unchanged, but looked at without calling a function: a reminder
-- makes three or four of them.
drop trigger guard_reminder_status on aftercare.reminders;
drop function aftercare.guard_reminder_status();
create function aftercare.refuse_reminder_status() returns trigger language plpgsql as $$
begin
  raise exception 'a reminder cannot go from % to %', old.status, new.status
    using errcode = 'check_violation';
end $$;
create trigger guard_reminder_status before update of status on aftercare.reminders
  for each row when (old.status is distinct from new.status and not (case old.status
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
  end))
  execute function aftercare.refuse_reminder_status();

-- Traces as traces.ts keeps them: without what the treatment says, and without what is nothing.
update aftercare.reminders r set trace =
  r.trace - '{at,protocol,timeZone,timeZoneFrom,movedMinutes,movedBy,channels}'::text[]
  || case when r.trace->>'at' is null then '{}' else jsonb_build_object('at', r.trace->'at') end
  || case when r.trace->'protocol' = jsonb_build_object('name', t.protocol, 'version', t.protocol_version)
    then '{}' else jsonb_build_object('protocol', r.trace->'protocol') end
  || case when r.trace->>'timeZone' = t.time_zone
    then '{}' else jsonb_build_object('timeZone', r.trace->'timeZone') end
  || case when r.trace->>'timeZoneFrom' = 'clinic'
    then '{}' else jsonb_build_object('from', r.trace->'timeZoneFrom') end
  || case when r.trace->>'movedBy' = 'nothing' and r.trace->'movedMinutes' = '0'
    then '{}' else jsonb_build_object('moved', jsonb_build_array(r.trace->'movedMinutes', r.trace->'movedBy')) end
  || jsonb_build_object('channels', coalesce((
    select string_agg(
      (c.one->>'channel') || case c.one->>'use' when 'usable' then '' else ':' || (c.one->>'use') end,
      ' ' order by c.place)
    from jsonb_array_elements(r.trace->'channels') with ordinality as c(one, place)), ''))
from aftercare.treatments t where t.id = r.treatment_id;
