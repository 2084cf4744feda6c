import type { Queries } from "./ledger.ts";
import { namesOf } from "./staff.ts";

/**
 * What the actors of a clinic's events are called: people who sign in by their names, API keys by
 * their labels; all others stay out.
 */
export async function namesOfActors(
  db: Queries,
  clinicId: string,
  actors: readonly string[],
): Promise<Map<string, string>> {
  const idsOf = (kind: string) => {
    const own = actors.filter((actor) => actor.startsWith(`${kind}:`));
    return [...new Set(own.map((actor) => actor.slice(kind.length + 1)))];
  };
  const people = await namesOf(db, idsOf("staff"));
  const keyIds = idsOf("key");
  const keys =
    keyIds.length === 0
      ? []
      : await db
          .selectFrom("api_keys")
          .select(["id", "label"])
          .where("clinic_id", "=", clinicId)
          .where("id", "in", keyIds)
          .execute();
  return new Map([
    ...[...people].map(([id, name]) => [`staff:${id}`, name] as const),
    ...keys.map(({ id, label }) => [`key:${id}`, label] as const),
  ]);
}
