import type { Asks } from "./dueReminders.ts";

/** From due to claimed and to recorded, in milliseconds. */
export interface Late {
  claimed: Float64Array;
  recorded: Float64Array;
}

/**
 * How late each reminder of the copies was claimed and recorded, in no order. Throws where one of them is lost,
 * doubled, failed or early.
 */
export async function lateOf(ledger: Asks, count: number, mark = ""): Promise<Late> {
  const { rows } = await ledger.query(
    `select r.id, a.status, coalesce(a.code, 'no code') as code, r.status as reminder,
       extract(epoch from a.started_at - r.due_at)::float8 * 1000 as began,
       extract(epoch from a.ended_at - r.due_at)::float8 * 1000 as ended
     from aftercare.reminders r
     join aftercare.treatments t on t.id = r.treatment_id and t.page_token like $1
     left join aftercare.attempts a on a.reminder_id = r.id`,
    [`token-${mark}%`],
  );
  const attempts = rows as AttemptRow[];
  const early = attempts.filter(({ began }) => began < 0).length;
  if (early > 0) throw new Error(`${early} of ${count} reminders were early`);
  const sent = attempts.filter((each) => isSent(each.status) && isSent(each.reminder));
  // One that says that nothing was sent yet is none too many: the machine was busy.
  const ofSent = new Set(sent);
  const others = attempts.filter((each) => !ofSent.has(each) && each.code !== "worker_stalled");
  const reminders = new Set(sent.map(({ id }) => id)).size;
  if (sent.length !== count || reminders !== count || others.length > 0) {
    const [status, code] = [others[0]?.status, others[0]?.code];
    throw new Error(
      `of ${count} reminders ${reminders} were sent, in ${sent.length} attempts; ${others.length} attempts are otherwise, such as ${status}, ${code}`,
    );
  }
  return {
    claimed: Float64Array.from(sent, ({ began }) => began),
    recorded: Float64Array.from(sent, ({ ended }) => ended),
  };
}

interface AttemptRow {
  id: string;
  /** Null where there was no attempt at all. */
  status: string | null;
  code: string;
  /** The status of the reminder itself. */
  reminder: string;
  began: number;
  ended: number;
}

const isSent = (status: string | null) => status === "sent" || status === "delivered";

/** What the provider saw: each number once, and none before its time. The last digits count the copies. */
export function checkArrivals(
  all: readonly [to: string, at: number][],
  due: Date,
  count: number,
  apartMs: number,
): void {
  const arrivals = all.filter(([, at]) => at >= due.getTime() - 60_000);
  const numbers = new Set(arrivals.map(([to]) => to));
  if (arrivals.length !== count || numbers.size !== count) {
    throw new Error(`${arrivals.length} messages to ${numbers.size} numbers, of ${count}`);
  }
  const first = Math.min(...[...numbers].map((to) => Number(to.slice(1))));
  const early = arrivals.filter(
    ([to, at]) => at < Math.floor(due.getTime() + (Number(to.slice(1)) - first) * apartMs),
  );
  if (early.length > 0) throw new Error(`${early.length} messages arrived before they were due`);
}
