import { createHash } from "node:crypto";

/** The one queue of those who have not split it. */
const QUEUE_NAME = "deliver";

/**
 * The names of the queues that deliveries are split over. In a Redis Cluster the braces make all keys of
 * one queue stay together, as BullMQ needs it, and let the queues be on different nodes
 * (docs.bullmq.io/patterns/redis-cluster, redis.io/docs/reference/cluster-spec).
 */
export function queueNames(shards: number): string[] {
  if (shards === 1) return [QUEUE_NAME];
  return Array.from({ length: shards }, (_, index) => `{${QUEUE_NAME}-${index}}`);
}

/**
 * Which of so many queues a clinic's deliveries are in: always the same one, in every process. Where the
 * number changes most clinics move, and what is in a queue that nobody reads is found by the rescuer.
 */
export function shardOf(clinicId: string, shards: number): number {
  if (shards === 1) return 0;
  return createHash("sha256").update(clinicId).digest().readUInt32BE(0) % shards;
}
