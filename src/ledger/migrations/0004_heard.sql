-- What patients say reaches everybody whom it concerns.

-- Whom a number was texted for, though the patient has another one now: a stop of it counts there, too.
create index attempts_by_number on aftercare.attempts (address, clinic_id) where channel = 'sms';

alter table aftercare.inbound_messages
  -- The patients whose permissions its alarm holds back until it is handled; empty where it is none.
  add column alarmed uuid[] not null default '{}';
update aftercare.inbound_messages i set alarmed = array(
  select p.id from aftercare.patients p
  where p.clinic_id = i.clinic_id and (p.phone = i.address or p.id = i.patient_id))
-- An answer that all is well was handled by the program at once.
where reading = 'alarm' or (reading = 'answer' and handled_by is distinct from 'program');
create index inbound_alarms on aftercare.inbound_messages (clinic_id)
  where handled_at is null and alarmed <> '{}';
