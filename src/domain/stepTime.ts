import { DAY_MS, instantShowing, parseLocalTime, startOfDay, wallClockAt } from "./localTime.ts";
import { addOffset, type Offset, parseOffset } from "./offset.ts";
import type { Step } from "./protocol.ts";

/**
 * The instant at which a step becomes true: its offset has passed since `performedAt` and, where it
 * has `at`, the clocks of `zone` next show that time.
 */
export function stepTrueAt(
  step: Pick<Step, "after" | "at">,
  performedAt: Date,
  zone: string,
): Date {
  const passed = addOffset(performedAt, offsetOf(step.after), zone);
  const minutes = step.at === undefined ? null : parseLocalTime(step.at);
  if (minutes === null) return passed;
  const floor = passed.getTime();
  const today = startOfDay(wallClockAt(floor, zone));
  for (let day = 0; ; day++) {
    const shown = instantShowing(today + day * DAY_MS + minutes * 60_000, zone, floor);
    if (shown >= floor) return new Date(shown);
  }
}

/** The offset that a protocol's text says; the schema has let nothing else through. */
export function offsetOf(text: string): Offset {
  const offset = parseOffset(text);
  if (offset === null) throw new Error(`not an offset: ${text}`);
  return offset;
}
