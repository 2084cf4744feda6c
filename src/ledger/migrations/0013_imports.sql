-- Patients and treatments that come as a file. Its rows are here until the import ends, and no longer.

create table aftercare.imports (
  id uuid primary key default gen_random_uuid(),
  clinic_id uuid not null references aftercare.clinics,
  -- Who brought the file, as the history names them.
  started_by text not null,
  state text not null check (state in
    ('columns', 'checking', 'checked', 'running', 'done', 'cancelled', 'expired')),
  -- The first row of the file; empty once the import has ended.
  headers text[] not null,
  -- How the rows are read; null until somebody has said it.
  settings jsonb,
  row_count integer not null,
  -- What became of the rows, once the import has ended.
  enrolled integer not null default 0,
  known integer not null default 0,
  bad integer not null default 0,
  created_at timestamptz not null,
  ended_at timestamptz
);
create index imports_by_clinic on aftercare.imports (clinic_id, created_at, id);
create index imports_open on aftercare.imports (created_at) where ended_at is null;

create table aftercare.import_rows (
  import_id uuid not null references aftercare.imports,
  -- As a spreadsheet counts them: the headers are row 1.
  number integer not null,
  clinic_id uuid not null references aftercare.clinics,
  -- Null once the import has ended: what is left then are the numbers of bad rows, and why.
  cells text[],
  state text not null default 'new' check (state in
    ('new', 'ready', 'known', 'twice', 'bad', 'enrolled')),
  -- Stands for the treatment that it is about: the same row of another file has the same one.
  key text,
  -- What is wrong with a bad row, and what to know of a ready one before it is enrolled.
  problems jsonb not null default '[]',
  -- Messages that would go out at once, and within a day; and whether it gets any at all.
  due_now integer not null default 0,
  due_day integer not null default 0,
  silent boolean not null default false,
  primary key (import_id, number)
);
create index import_rows_by_state on aftercare.import_rows (import_id, state, number);
create index import_rows_by_key on aftercare.import_rows (import_id, key) where key is not null;
