-- Staff enrol, too: who recorded a consent is a key, or somebody who signs in.
alter table aftercare.consents drop constraint consents_recorded_by_fkey;
alter table aftercare.consents
  alter column recorded_by type text using 'key:' || recorded_by::text;

-- The words that patients agreed to on a form of ours: consents.text_version names them.
create table aftercare.consent_texts (
  clinic_id uuid not null references aftercare.clinics,
  version text not null,
  words text not null,
  first_used_at timestamptz not null,
  primary key (clinic_id, version)
);

-- They are evidence, like the events: nothing changes or deletes them.
create function aftercare.refuse_text_change() returns trigger language plpgsql as $$
begin
  raise exception 'consent texts are only ever added' using errcode = 'insufficient_privilege';
end $$;
create trigger consent_texts_only_grow before update or delete on aftercare.consent_texts
  for each row execute function aftercare.refuse_text_change();
