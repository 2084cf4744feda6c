import { randomBytes } from "node:crypto";
import pg from "pg";
import { inject } from "vitest";
import { until } from "./poll.ts";

/** An empty database of its own. */
export interface TestDatabase {
  url: string;
  /** Drops it. Throws, having dropped it, if something is still connected to it: a leak. */
  drop(): Promise<void>;
}

/** Makes an empty database on the tests' PostgreSQL server. */
export async function createDatabase(): Promise<TestDatabase> {
  const name = `aftercare_${randomBytes(6).toString("hex")}`;
  // template1 may not be in use by another while it is copied; template0 never is.
  await asAdmin((admin) => admin.query(`create database ${name} template template0`));
  const url = new URL(inject("postgresUrl"));
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => asAdmin((admin) => drop(admin, name)) };
}

async function drop(admin: pg.Client, name: string): Promise<void> {
  const connected = async () => {
    const { rows } = await admin.query<{ application_name: string }>(
      "select application_name from pg_stat_activity where datname = $1",
      [name],
    );
    return rows.map((row) => row.application_name || "unnamed");
  };
  // A server takes a moment to notice that a client has gone.
  const left = await until("the database is left", async () => (await connected()).length === 0, {
    deadlineMs: 3_000,
  }).then(
    () => [],
    () => connected(),
  );
  await admin.query(`drop database if exists ${name} with (force)`);
  if (left.length > 0) throw new Error(`connections were left open: ${left.join(", ")}`);
}

async function asAdmin<T>(work: (admin: pg.Client) => Promise<T>): Promise<T> {
  const admin = new pg.Client({ connectionString: inject("postgresUrl") });
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
}
