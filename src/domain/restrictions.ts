import type { Protocol, Step } from "./protocol.ts";
import { stepTrueAt } from "./stepTime.ts";

/** A topic that a treatment restricts, from `performedAt` until the instant at which it is free. */
export interface Restriction {
  topic: string;
  from: Date;
  until: Date;
  /** The key of the permission step that ends it; null where no step permits the topic. */
  endedBy: string | null;
}

/** A restriction, and whose it is. */
export interface OwnRestriction extends Restriction {
  treatmentId: string;
}

/**
 * What a treatment restricts, in the order in which its protocol first speaks of each topic. A
 * topic is restricted until its own permission is true, the last one where there are several; one
 * that a caution names and no step permits is restricted until the last step of the protocol is
 * true. `protocol` has the treatment's overrides in it already.
 */
export function restrictionsOf(
  protocol: Protocol,
  performedAt: Date,
  timeZone: string,
): Restriction[] {
  const timed = protocol.steps
    .filter(({ kind }) => kind !== "retraction")
    .map((step) => ({ step, trueAt: stepTrueAt(step, performedAt, timeZone) }));
  const last = timed.reduce(
    (latest, { trueAt }) => (trueAt > latest ? trueAt : latest),
    performedAt,
  );
  const topics = timed.filter(({ step }) => restricts(step)).flatMap(({ step }) => step.topics);
  return [...new Set(topics)].map((topic) => {
    const [end] = timed
      .filter(({ step }) => step.kind === "permission" && step.topics.includes(topic))
      .toSorted((one, other) => other.trueAt.getTime() - one.trueAt.getTime());
    const until = end?.trueAt ?? last;
    return { topic, from: performedAt, until, endedBy: end?.step.key ?? null };
  });
}

function restricts({ kind }: Step): boolean {
  return kind === "caution" || kind === "permission";
}
