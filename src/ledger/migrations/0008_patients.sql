-- Patients are looked up by whoever stands at the desk: by the beginning of a name, the end of a number.

-- A text as names are compared: in lower case, without accents.
create function aftercare.folded(given text) returns text language sql immutable strict parallel safe
  return lower(regexp_replace(normalize(given, NFKD), '[\u0300-\u036f]', '', 'g'));

-- By bytes ("C"), so that a beginning is a range, and a page goes on where the last one ended.
create index patients_by_name on aftercare.patients
  (clinic_id, (aftercare.folded(first_name) collate "C"), id);
create index patients_by_last_digits on aftercare.patients
  (clinic_id, (reverse(phone) collate "C"), id) where phone is not null;
create index patients_by_first_digits on aftercare.patients
  (clinic_id, (phone collate "C"), id) where phone is not null;
create index patients_by_mailbox on aftercare.patients
  (clinic_id, (lower(email) collate "C"), id) where email is not null;
create index patients_by_clinic on aftercare.patients (clinic_id, created_at, id);

-- What a patient wrote, on the patient's page.
create index inbound_by_patient on aftercare.inbound_messages (patient_id, received_at)
  where patient_id is not null;
