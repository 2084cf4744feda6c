import { setTimeout as pause } from "node:timers/promises";
import type { ScaledClock } from "../../clock.ts";
import { type DemoClinic, type ReminderDetail, reminderDetail, remindersOf } from "./clinic.ts";

/** How the demo drives time while it watches. */
export interface WatchOptions {
  clock: ScaledClock;
  /** How long before a message is due time slows down again, in milliseconds of demo time. */
  leadMs: number;
  onProgress: (settled: number) => void;
}

/** The real time after which something is stuck, and in which a quiet stretch is crossed. */
const PATIENCE_MS = 90_000;
const CROSSING_MS = 700;

const PENDING = new Set(["scheduled", "queued", "sending"]);

/**
 * Lets time run until every reminder of the treatment has ended, hurrying over the stretches in
 * which nothing is due. Returns the reminders that were planned to be sent, with their attempts.
 */
export async function watchTreatment(
  clinic: DemoClinic,
  treatmentId: string,
  { clock, leadMs, onProgress }: WatchOptions,
): Promise<ReminderDetail[]> {
  const planned = (await remindersOf(clinic, treatmentId)).filter(
    (each) => each.status !== "skipped",
  );
  const deadline = performance.now() + PATIENCE_MS;

  while (performance.now() < deadline) {
    const reminders = await remindersOf(clinic, treatmentId);
    const pending = reminders.filter(({ status }) => PENDING.has(status));
    onProgress(planned.length - pending.length);
    if (pending.length === 0) break;
    const nextDue = Math.min(...pending.map(({ dueAt }) => dueAt.getTime()));
    const quietUntil = nextDue - leadMs;
    if (quietUntil > clock.now().getTime()) {
      clock.hurryTo(new Date(quietUntil), CROSSING_MS);
      await pause(CROSSING_MS);
    } else {
      await pause(50);
    }
  }
  return Promise.all(planned.map(({ id }) => reminderDetail(clinic, id)));
}
