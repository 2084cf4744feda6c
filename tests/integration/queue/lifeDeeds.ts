import { meaningOfTwilioStatus } from "../../../src/channels/twilioOutcome.ts";
import type { ChannelName } from "../../../src/domain/channel.ts";
import { type ActionName, act } from "../../../src/ledger/actions.ts";
import { actOnMatching } from "../../../src/ledger/bulkActions.ts";
import { cancelTreatment } from "../../../src/ledger/cancel.ts";
import { optOut } from "../../../src/ledger/optingOut.ts";
import { addReceipt } from "../../../src/ledger/receipts.ts";
import { ENDS, type Life } from "./lifeModel.ts";
import type { Send } from "./lifeProvider.ts";

/** One of a list by a number that outlives its shrinking. */
export function pick<T>(list: readonly T[], n: number): T {
  const item = list[n % list.length];
  if (item === undefined) throw new Error("there is nothing to pick");
  return item;
}

const asked = (life: Life) => ({
  clinicId: life.house.clinic.id,
  reason: "a life",
  actor: "key:1",
});

export async function actOnOne(life: Life, action: ActionName, n: number): Promise<void> {
  const known = pick(life.known, n);
  const request = { ...asked(life), action, id: known.id };
  const acted = await act(life.house.ledger, request, life.now);
  if (acted?.refusal !== null) return;
  life.count(`${action} done`);
  if (action === "cancel") known.cancelledIn = life.step;
  if (action === "replay") known.replayedIn = life.step;
}

export async function cancelOneTreatment(life: Life, n: number): Promise<void> {
  const { treatmentId: id } = pick(life.known, n);
  const answer = await cancelTreatment(life.house.ledger, { ...asked(life), id }, life.now);
  if (!life.cancelled.has(id)) life.cancelled.set(id, life.step);
  for (const reminder of answer?.reminders ?? []) {
    const known = life.known.find((each) => each.id === reminder.id);
    if (known && reminder.status === "cancelled") known.cancelledIn ??= life.step;
  }
}

export async function optOutOne(life: Life, n: number, channel: ChannelName): Promise<void> {
  const { patientId, visit: of } = pick(life.known, n);
  const request = { patientId, channel, source: "a life" };
  await optOut(life.house.ledger, request, life.now);
  life.optOuts.push({ channel, home: of.home, step: life.step });
}

/** What a provider's receipt can be about: texts that it took. */
export const receivable = (life: Life): Send[] =>
  life.provider.sends.filter(({ taken, channel }) => taken && channel === "sms");

export interface Word {
  status: "queued" | "sent" | "delivered" | "undelivered";
  code: string | null;
}

export async function receive(life: Life, send: Send, { status, code }: Word): Promise<void> {
  const meaning = meaningOfTwilioStatus(status, code);
  const receipt = { attemptId: send.attemptId, status, code, meaning };
  const result = await addReceipt(life.house.ledger, receipt, life.now, 0.5);
  if (!result.known) throw new Error("a receipt for an attempt that is not there");
  if (meaning !== null) life.provider.tell(send, meaning.status);
}

export async function bulk(life: Life, action: ActionName): Promise<void> {
  const request = { ...asked(life), action, filter: {}, dryRun: false, limit: 1_000, cursor: null };
  const before = new Map(life.known.map(({ id, status }) => [id, status]));
  await actOnMatching(life.house.ledger, request, life.delivery.clock);
  if (action !== "replay") return;
  const { db } = life.house.ledger;
  const rows = await db.selectFrom("reminders").select(["id", "status"]).execute();
  const back = rows.filter(
    ({ id, status }) => status === "scheduled" && ENDS.includes(before.get(id) ?? "scheduled"),
  );
  for (const known of life.known) {
    if (back.some(({ id }) => id === known.id)) known.replayedIn = life.step;
  }
}

export function skip(life: Life, by: { byMs: number } | { to: string; offMs: number }): void {
  const now = life.now.getTime();
  if ("byMs" in by) {
    life.now = new Date(now + by.byMs);
    return;
  }
  const instants = life.known
    .filter(({ status }) => !ENDS.includes(status))
    .map(({ dueAt, sendUntil, enrolled: { expiresAt } }) => ({ dueAt, sendUntil, expiresAt }))
    .map((each) => each[by.to as keyof typeof each].getTime() + by.offMs)
    .filter((instant) => instant > now);
  life.now = new Date(instants.length > 0 ? Math.min(...instants) : now + 60_000);
}

export type Rival =
  | "cancel"
  | "treatment"
  | "opt-out"
  | "replay"
  | "send-now"
  | "receipt"
  | "rescue";

export function rival(life: Life, kind: Rival, n: number): Promise<void> {
  switch (kind) {
    case "cancel":
    case "replay":
    case "send-now":
      return actOnOne(life, kind, n);
    case "treatment":
      return cancelOneTreatment(life, n);
    case "opt-out":
      return optOutOne(life, n, "sms");
    case "receipt": {
      const sends = receivable(life);
      if (sends.length === 0) return Promise.resolve();
      return receive(life, pick(sends, n), { status: "delivered", code: null });
    }
    case "rescue":
      return life.rescue();
  }
}
