import type { Step } from "./protocol.ts";
import type { Superseding, Told, Wait } from "./reminder.ts";
import type { OwnRestriction } from "./restrictions.ts";

/** A restriction of another active treatment of the same patient. */
export interface Other extends OwnRestriction {
  /** Name of its protocol. */
  protocol: string;
  /** Whether the patient hears of its end: its permission goes out, or has. */
  speaks: boolean;
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
 * are, or where nobody speaks at the end of the other, it waits until all of them are free, because
 * nobody else would tell the patient of the rest. What the patient has `heard` since it was true is
 * not said again.
 */
export function heldBack(
  step: Pick<Step, "kind" | "topics">,
  own: Date,
  others: readonly Other[],
  heard: readonly Told[],
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
    restricted.every(({ by }) => by.endedBy === null || by.speaks);
  if (covered) return standingBehind(own, restricted);

  const latest = Math.max(own.getTime(), ...restricted.map(({ by }) => by.until.getTime()));
  const trueAt = new Date(latest);
  const said = step.topics.flatMap((topic) => {
    const by = heard.find(({ topics, at }) => topics.includes(topic) && at >= trueAt);
    return by === undefined ? [] : [{ topic, by: { ...by, endedBy: by.step } }];
  });
  if (said.length === step.topics.length) return standingBehind(trueAt, said);

  const waits = restricted.map(({ topic, by: { treatmentId, protocol, until } }) => {
    return { treatmentId, protocol, topic, until: until.toISOString() };
  });
  return { trueAt, waits, supersededBy: [] };
}

/** Of those that end together, one whose end is told speaks first; then any fixed order. */
function longestFirst(one: Other, other: Other): number {
  const longer = other.until.getTime() - one.until.getTime();
  const says = Number(other.speaks) - Number(one.speaks);
  return longer || says || (one.treatmentId < other.treatmentId ? -1 : 1);
}

/** A topic, and what speaks of it instead: its permission step, or none where silence does. */
interface Speaker {
  topic: string;
  by: { treatmentId: string; protocol: string; endedBy: string | null };
}

/** One entry for each step that speaks instead, with the topics that it speaks of. */
function standingBehind(trueAt: Date, speakers: readonly Speaker[]): Standing {
  const found = new Map<string, Superseding>();
  for (const { topic, by } of speakers) {
    const { treatmentId, protocol, endedBy: step } = by;
    const key = `${treatmentId} ${step ?? ""}`;
    const entry = found.get(key) ?? { treatmentId, protocol, step, topics: [] };
    entry.topics.push(topic);
    found.set(key, entry);
  }
  return { trueAt, waits: [], supersededBy: [...found.values()] };
}
