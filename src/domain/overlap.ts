import type { Step } from "./protocol.ts";
import type { Superseding, Wait } from "./reminder.ts";
import type { Restriction } from "./restrictions.ts";

/** A restriction of another active treatment of the same patient. */
export interface Other extends Restriction {
  treatmentId: string;
  /** Name of its protocol. */
  protocol: string;
  /** Whether the permission that ends it can be sent to this patient. */
  sendable: boolean;
}

/** How a step stands beside the patient's other treatments. */
export interface Standing {
  /** When it is true for the patient: never before its own offset has passed. */
  trueAt: Date;
  waits: Wait[];
  /** Empty where it is to be sent. */
  supersededBy: Superseding[];
}

/**
 * A permission goes out only when all the patient's active treatments allow each of its topics.
 * Where each of them is restricted for longer elsewhere, the other treatments speak in its place:
 * their own permissions, or the silence of a protocol that never permits the topic. Where only some
 * are, or where the other permission cannot reach the patient, it waits until all of them are free,
 * because nobody else would tell the patient of the rest.
 */
export function heldBack(
  step: Pick<Step, "kind" | "topics">,
  own: Date,
  others: readonly Other[],
): Standing {
  if (step.kind !== "permission") return { trueAt: own, waits: [], supersededBy: [] };
  const longest = step.topics.map((topic) => ({
    topic,
    by: others
      .filter((other) => other.topic === topic && other.until > own)
      .toSorted(longestFirst)[0],
  }));
  const restricted = longest.flatMap(({ topic, by }) => (by === undefined ? [] : [{ topic, by }]));
  const covered =
    restricted.length === step.topics.length &&
    restricted.every(({ by }) => by.endedBy === null || by.sendable);
  if (covered) return { trueAt: own, waits: [], supersededBy: supersedingOf(restricted) };

  const latest = Math.max(own.getTime(), ...restricted.map(({ by }) => by.until.getTime()));
  const waits = restricted.map(({ topic, by: { treatmentId, protocol, until } }) => {
    return { treatmentId, protocol, topic, until: until.toISOString() };
  });
  return { trueAt: new Date(latest), waits, supersededBy: [] };
}

/** Of those that end together, one whose permission can be sent speaks first; then any fixed order. */
function longestFirst(one: Other, other: Other): number {
  const longer = other.until.getTime() - one.until.getTime();
  const says = Number(other.sendable) - Number(one.sendable);
  return longer || says || (one.treatmentId < other.treatmentId ? -1 : 1);
}

/** One entry for each step that speaks instead, with the topics that it speaks of. */
function supersedingOf(restricted: readonly { topic: string; by: Other }[]): Superseding[] {
  const found = new Map<string, Superseding>();
  for (const { topic, by } of restricted) {
    const { treatmentId, protocol, endedBy: step } = by;
    const key = `${treatmentId} ${step ?? ""}`;
    const entry = found.get(key) ?? { treatmentId, protocol, step, topics: [] };
    entry.topics.push(topic);
    found.set(key, entry);
  }
  return [...found.values()];
}
