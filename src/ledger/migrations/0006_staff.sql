-- People who sign in. The tables of schema auth are the sign-in library's own, by its names.

create schema auth;

create table auth."user" (
  id text primary key,
  name text not null,
  email text not null unique,
  "emailVerified" boolean not null default false,
  image text,
  "twoFactorEnabled" boolean default false,
  "createdAt" timestamptz not null,
  "updatedAt" timestamptz not null
);

create table auth.session (
  id text primary key,
  "userId" text not null references auth."user" on delete cascade,
  token text not null unique,
  "expiresAt" timestamptz not null,
  "ipAddress" text,
  "userAgent" text,
  "createdAt" timestamptz not null,
  "updatedAt" timestamptz not null
);
create index session_of_user on auth.session ("userId");

create table auth.account (
  id text primary key,
  "userId" text not null references auth."user" on delete cascade,
  "accountId" text not null,
  "providerId" text not null,
  "accessToken" text,
  "refreshToken" text,
  "idToken" text,
  "accessTokenExpiresAt" timestamptz,
  "refreshTokenExpiresAt" timestamptz,
  scope text,
  password text,
  "createdAt" timestamptz not null,
  "updatedAt" timestamptz not null
);
create index account_of_user on auth.account ("userId");

create table auth.verification (
  id text primary key,
  identifier text not null,
  value text not null,
  "expiresAt" timestamptz not null,
  "createdAt" timestamptz not null,
  "updatedAt" timestamptz not null
);
create index verification_identifier on auth.verification (identifier);

create table auth."twoFactor" (
  id text primary key,
  "userId" text not null references auth."user" on delete cascade,
  secret text not null,
  "backupCodes" text not null,
  verified boolean default true,
  "failedVerificationCount" integer default 0,
  "lockedUntil" timestamptz
);
create index two_factor_of_user on auth."twoFactor" ("userId");

-- Who works at which clinic. Nobody is deleted: the audit names them.
create table aftercare.staff (
  id uuid primary key default gen_random_uuid(),
  clinic_id uuid not null references aftercare.clinics,
  user_id text not null references auth."user",
  role text not null check (role in ('front_desk', 'admin')),
  created_at timestamptz not null,
  removed_at timestamptz,
  unique (clinic_id, user_id)
);
create index staff_of_user on aftercare.staff (user_id) where removed_at is null;

-- Who looks after the installation: its queues belong to no clinic.
create table aftercare.operators (
  user_id text primary key references auth."user",
  created_at timestamptz not null
);

create table aftercare.invitations (
  id uuid primary key default gen_random_uuid(),
  clinic_id uuid not null references aftercare.clinics,
  -- Null where whoever opens the link says who they are.
  email text,
  role text not null check (role in ('front_desk', 'admin')),
  operator boolean not null default false,
  token_hash bytea not null unique,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  -- When it was accepted or withdrawn.
  ended_at timestamptz
);
create index invitations_clinic on aftercare.invitations (clinic_id) where ended_at is null;
