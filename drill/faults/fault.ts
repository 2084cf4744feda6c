import { until } from "../../tests/support/poll.ts";
import { REMINDERS_EACH } from "../enrolment.ts";
import type { Deployment, Installation } from "../installation.ts";

/** Something that goes wrong while messages flow. */
export interface Fault {
  name: string;
  /** What is done, in a sentence for the documentation. */
  about: string;
  /** Deployments to which it does not apply, each with the reason. */
  notOn?: Partial<Record<Deployment, string>>;
  /** Deployments on which enrolments may go unanswered, or be answered 503, meanwhile. */
  stopsApiOn?: readonly Deployment[];
  /** Done before the first enrolment. */
  prepare?: (installation: Installation) => Promise<void>;
  /** Done while messages flow; it resolves when nothing is wrong any more. */
  inject?: (installation: Installation) => Promise<void>;
}

/** As long as this, in milliseconds, a fault waits for messages that do not come. */
const STALLED_MS = 45_000;

/** Waits until this share of the messages, from 0 to 1, has arrived, or until they stay away. */
export async function arrived(installation: Installation, share: number): Promise<void> {
  const wanted = share * installation.enrolment.patients * REMINDERS_EACH;
  await until("messages arrive", () => installation.received() >= wanted, {
    deadlineMs: STALLED_MS,
  }).catch(() => {});
}
