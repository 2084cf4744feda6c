import type { Caller } from "../tests/support/appCaller.ts";
import type { FullReminder, ReminderDetail } from "../tests/support/clinic.ts";
import { until } from "../tests/support/poll.ts";

/** The statuses of a reminder that is still on its way. */
export const UNSETTLED: ReadonlySet<string> = new Set([
  "scheduled",
  "queued",
  "sending",
  "unknown",
]);

/** Requests side by side. */
const READERS = 8;

/** How many reminders that are due before `before` are still on their way. */
export async function countUnsettled(clinic: Caller, before: Date): Promise<number> {
  let count = 0;
  for (const status of UNSETTLED) {
    for await (const page of pages(clinic, { status, to: before.toISOString() })) {
      count += page.length;
    }
  }
  return count;
}

/** All reminders that are due before `before`, or have moved since they were planned. */
export async function readLedger(clinic: Caller, before: Date): Promise<ReminderDetail[]> {
  const ids: string[] = [];
  for await (const page of pages(clinic, {})) {
    const within = page.filter(
      ({ status, dueAt }) =>
        new Date(dueAt) < before || !["scheduled", "cancelled", "skipped"].includes(status),
    );
    ids.push(...within.map(({ id }) => id));
  }
  const details: ReminderDetail[] = [];
  const reader = async () => {
    for (let id = ids.pop(); id !== undefined; id = ids.pop()) {
      details.push(await read<ReminderDetail>(clinic, `/v1/reminders/${id}`));
    }
  };
  await Promise.all(Array.from({ length: READERS }, reader));
  return details;
}

async function* pages(
  clinic: Caller,
  filter: Record<string, string>,
): AsyncGenerator<FullReminder[]> {
  let cursor: string | null = null;
  do {
    const query = new URLSearchParams({ ...filter, limit: "200", ...(cursor && { cursor }) });
    const page: Page = await read<Page>(clinic, `/v1/reminders?${query.toString()}`);
    yield page.items;
    cursor = page.nextCursor;
  } while (cursor !== null);
}

interface Page {
  items: FullReminder[];
  nextCursor: string | null;
}

/** Reads until it is answered: a connection that the server closes meanwhile is no answer. */
function read<T>(clinic: Caller, path: string): Promise<T> {
  return until(
    `the ledger answers ${path}`,
    async () => {
      const answer = await clinic.get<T>(path);
      if (answer.status !== 200) throw new Error(`answered ${answer.status}: ${answer.text}`);
      return answer.body;
    },
    { deadlineMs: 20_000, everyMs: 500 },
  );
}
