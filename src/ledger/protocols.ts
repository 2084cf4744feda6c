import { isDeepStrictEqual } from "node:util";
import type { Protocol } from "../domain/protocol.ts";
import { AppError } from "../errors.ts";
import type { Queries } from "./ledger.ts";

/** What a treatment keeps of the protocol that it was enrolled with. */
export interface ProtocolVersion {
  name: string;
  version: number;
}

/** A protocol as it was when a treatment was enrolled with it. */
export async function pinnedProtocol(
  db: Queries,
  { name, version }: ProtocolVersion,
): Promise<Protocol> {
  const row = await db
    .selectFrom("protocols")
    .select("definition")
    .where("name", "=", name)
    .where("version", "=", version)
    .executeTakeFirstOrThrow();
  return row.definition;
}

/** The same of several: returns how to find each of them. */
export async function pinnedProtocols(
  db: Queries,
  versions: readonly ProtocolVersion[],
): Promise<(of: ProtocolVersion) => Protocol | undefined> {
  const wanted = new Map(versions.map((each) => [keyOf(each), each]));
  if (wanted.size === 0) return () => undefined;
  const rows = await db
    .selectFrom("protocols")
    .select(["name", "version", "definition"])
    .where((where) =>
      where.or([...wanted.values()].map(({ name, version }) => where.and({ name, version }))),
    )
    .execute();
  const found = new Map(rows.map((row) => [keyOf(row), row.definition]));
  return (of) => found.get(keyOf(of));
}

/**
 * The same for who asks all the time: what was found once is remembered, because what is pinned under a
 * name and version never changes.
 */
export function rememberedProtocols(
  db: Queries,
): (
  versions: readonly ProtocolVersion[],
) => Promise<(of: ProtocolVersion) => Protocol | undefined> {
  const found = new Map<string, Protocol>();
  return async (versions) => {
    const missing = versions.filter((each) => !found.has(keyOf(each)));
    const of = await pinnedProtocols(db, missing);
    for (const each of missing) {
      const protocol = of(each);
      if (protocol !== undefined) found.set(keyOf(each), protocol);
    }
    return (each) => found.get(keyOf(each));
  };
}

function keyOf({ name, version }: ProtocolVersion): string {
  return `${name} ${version}`;
}

/**
 * Keeps each protocol under its name and version, so that a treatment can always show the steps it
 * was enrolled with. Throws AppError `protocol_changed` where a file has changed and its version
 * has not.
 */
export async function pinProtocols(
  db: Queries,
  protocols: Iterable<Protocol>,
  now: Date,
): Promise<void> {
  for (const protocol of protocols) {
    const definition = JSON.stringify(protocol);
    await db
      .insertInto("protocols")
      .values({ name: protocol.name, version: protocol.version, definition, pinned_at: now })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    const pinned = await db
      .selectFrom("protocols")
      .select("definition")
      .where("name", "=", protocol.name)
      .where("version", "=", protocol.version)
      .executeTakeFirstOrThrow();
    if (!isDeepStrictEqual(pinned.definition, JSON.parse(definition))) {
      throw new AppError(
        "protocol_changed",
        `protocol ${protocol.name}: version ${protocol.version} is in the ledger with other ` +
          "contents; raise `version` in its file",
      );
    }
  }
}
