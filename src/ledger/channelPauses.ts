import { sql } from "kysely";
import type { ChannelName } from "../domain/channel.ts";
import type { PastPause } from "../domain/channelState.ts";
import type { Queries } from "./ledger.ts";

/**
 * When a channel of a clinic was paused between two instants, earliest first, as its history tells.
 * A pause whose reason changed counts as two. Read from the partial index of such events alone,
 * whose condition on the type stands here word for word.
 */
export async function listPauses(
  db: Queries,
  { clinicId, channel, from, to }: { clinicId: string; channel: ChannelName; from: Date; to: Date },
): Promise<PastPause[]> {
  const { rows } = await sql<PastPause>`
    select since, until, reason, code from (
      select type, at as since, lead(at) over (order by at, id) as until,
        detail->>'reason' as reason, detail->>'code' as code
      from aftercare.events
      where clinic_id = ${clinicId} and type in ('channel paused', 'channel resumed')
        and detail->>'channel' = ${channel}
    ) changes
    where type = 'channel paused' and since < ${to} and (until is null or until > ${from})
    order by since`.execute(db);
  return rows;
}
