import { sql } from "kysely";
import type { ChannelName } from "../domain/channel.ts";
import {
  afterSign,
  type ChannelSign,
  type ChannelState,
  type Pause,
} from "../domain/channelState.ts";
import { addEvents } from "./events.ts";
import type { Queries } from "./ledger.ts";
import type { Tables } from "./tables.ts";

/** A channel of a clinic that began or ceased to be paused. */
export interface PauseChange {
  clinicId: string;
  channel: ChannelName;
  /** The pause that began; null where one ended. */
  pause: Pause | null;
}

/**
 * Lets a message's sign count for its channel, in a transaction. Returns what changed for the
 * clinic, or null. Every process that sends sees the pause at its next claim, and the dispatchers
 * at their next round.
 */
export async function noteSign(
  db: Queries,
  which: { clinicId: string; channel: ChannelName },
  sign: ChannelSign,
  now: Date,
): Promise<PauseChange | null> {
  const { clinicId, channel } = which;
  const before = await lockState(db, clinicId, channel, now);
  const after = afterSign(before, sign, now);
  if (after === null) {
    await db
      .deleteFrom("channel_states")
      .where("clinic_id", "=", clinicId)
      .where("channel", "=", channel)
      .execute();
  } else {
    const columns = { failures: after.failures, ...pauseColumns(after.pause), updated_at: now };
    await db
      .insertInto("channel_states")
      .values({ clinic_id: clinicId, channel, ...columns })
      .onConflict((conflict) => conflict.columns(["clinic_id", "channel"]).doUpdateSet(columns))
      .execute();
  }
  const pause = after?.pause ?? null;
  if (before.pause?.reason === pause?.reason) return null;
  await noteChange(db, { clinicId, channel, pause }, now);
  return { clinicId, channel, pause };
}

/** Lets a paused channel be tried at once, after a reminder that was to try it was not sent. */
export async function probeAgain(
  db: Queries,
  { clinicId, channel }: { clinicId: string; channel: ChannelName },
  now: Date,
): Promise<void> {
  await db
    .updateTable("channel_states")
    .set({ probe_at: now })
    .where("clinic_id", "=", clinicId)
    .where("channel", "=", channel)
    .where("paused_at", "is not", null)
    .execute();
}

/** The state of each of a clinic's channels that does not work as it should. */
export async function listChannelStates(
  db: Queries,
  clinicId: string,
): Promise<(ChannelState & { channel: ChannelName })[]> {
  const rows = await db
    .selectFrom("channel_states")
    .selectAll()
    .where("clinic_id", "=", clinicId)
    .execute();
  return rows.map((row) => ({ channel: row.channel, ...toState(row) }));
}

/** How many channels are paused, by channel, over all clinics. */
export async function countPaused(db: Queries): Promise<Record<ChannelName, number>> {
  const rows = await db
    .selectFrom("channel_states")
    .select(["channel", sql<number>`count(*)::int`.as("paused")])
    .where("paused_at", "is not", null)
    .groupBy("channel")
    .execute();
  const count = (name: ChannelName) => rows.find(({ channel }) => channel === name)?.paused ?? 0;
  return { sms: count("sms"), email: count("email") };
}

/** The state, made where there is none, so that two who note a sign do so one after the other. */
async function lockState(
  db: Queries,
  clinicId: string,
  channel: ChannelName,
  now: Date,
): Promise<ChannelState> {
  await db
    .insertInto("channel_states")
    .values({ clinic_id: clinicId, channel, failures: 0, ...pauseColumns(null), updated_at: now })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const row = await db
    .selectFrom("channel_states")
    .selectAll()
    .where("clinic_id", "=", clinicId)
    .where("channel", "=", channel)
    .forUpdate()
    .executeTakeFirst();
  // Another has deleted it since: its message arrived.
  return row === undefined ? { failures: 0, pause: null } : toState(row);
}

type StateColumns = Omit<
  Tables["channel_states"],
  "clinic_id" | "channel" | "probe_reminder_id" | "updated_at"
>;

function toState(row: StateColumns): ChannelState {
  const { failures, paused_at: since, reason, probe_at: probeAt } = row;
  if (since === null || reason === null || probeAt === null) return { failures, pause: null };
  const { code, detail, ended_by: endedBy, probes } = row;
  return {
    failures,
    pause: {
      since,
      reason,
      code: code ?? "",
      detail: detail ?? "",
      endedBy: endedBy ?? "answer",
      probes: probes ?? 0,
      probeAt,
    },
  };
}

function pauseColumns(pause: Pause | null): Omit<StateColumns, "failures"> {
  return {
    paused_at: pause?.since ?? null,
    reason: pause?.reason ?? null,
    code: pause?.code ?? null,
    detail: pause?.detail ?? null,
    ended_by: pause?.endedBy ?? null,
    probes: pause?.probes ?? null,
    probe_at: pause?.probeAt ?? null,
  };
}

function noteChange(db: Queries, change: PauseChange, now: Date): Promise<void> {
  const { clinicId, channel, pause } = change;
  const detail = pause && { reason: pause.reason, code: pause.code };
  return addEvents(db, [
    {
      clinicId,
      treatmentId: null,
      reminderId: null,
      type: pause === null ? "channel resumed" : "channel paused",
      actor: "worker",
      detail: { channel, ...detail },
      at: now,
    },
  ]);
}
