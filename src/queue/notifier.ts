import { postToClinic } from "../channels/clinicWebhook.ts";
import type { NoticeMailer, NoticeOutcome } from "../channels/notice.ts";
import type { Clock } from "../clock.ts";
import { alarmWays } from "../domain/alarmWays.ts";
import { describeError } from "../errors.ts";
import { type Notice, takeNotices } from "../ledger/dueNotices.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { endNotice } from "../ledger/notices.ts";
import { type Loop, startLoop } from "./loop.ts";
import { noticeMail, noticePayload } from "./noticeText.ts";

/** Notices that one process has in flight at once. */
const BATCH = 20;

/** A notice that nobody took. */
export interface UntakenNotice {
  noticeId: string;
  clinicId: string;
  kind: Notice["matter"]["kind"];
  /** What it is of: a message of the inbox, or a retraction. */
  inboundId?: string;
  reminderId?: string;
  way: Notice["way"];
  code: string;
}

export interface NotifierOptions {
  ledger: Ledger;
  /** Null where real texts are sent and no mail is configured: then no clinic is told by email. */
  mailer: NoticeMailer | null;
  clock: Clock;
  /** How often it looks, in real milliseconds. */
  everyMs: number;
  /** Told at once of something urgent that has no way to its clinic: somebody has to call there. */
  onStuck: (notice: UntakenNotice) => void;
  /** Told when a notice is given up after a day: somebody has to tell the clinic in another way. */
  onLost: (notice: UntakenNotice) => void;
  onError: (error: unknown) => void;
}

/**
 * Tells clinics what their patients wrote, and which corrections reached nobody: at once when poked,
 * and again where nobody took it.
 */
export function startNotifier(options: NotifierOptions): Loop {
  const { ledger, clock } = options;
  const round = async (isStopping: () => boolean) => {
    let taken: number;
    do {
      const notices = await takeNotices(ledger, BATCH, clock.now());
      taken = notices.length;
      await Promise.all(notices.map((notice) => notify(options, notice)));
    } while (taken === BATCH && !isStopping());
  };
  return startLoop(round, options.everyMs, options.onError);
}

async function notify(options: NotifierOptions, notice: Notice): Promise<void> {
  const { ledger, mailer, clock, onStuck, onLost, onError } = options;
  try {
    const outcome = await tell(mailer, notice);
    if (outcome.kind === "sent") return await endNotice(ledger, notice.id, "sent", clock.now());
    const untaken = untakenOf(notice, outcome.code);
    const stuck = isUrgent(notice) && alarmWays(notice, mailer !== null).length === 0;
    if (stuck && notice.first) onStuck(untaken);
    if (!notice.last) return;
    await endNotice(ledger, notice.id, "failed", clock.now());
    onLost(untaken);
  } catch (error) {
    // Its next try has been set already; the others must not wait for it.
    onError(error);
  }
}

function isUrgent({ matter }: Notice): boolean {
  return matter.kind === "correction" || matter.item.alarm;
}

function untakenOf({ id: noticeId, clinicId, way, matter }: Notice, code: string): UntakenNotice {
  const of =
    matter.kind === "message"
      ? { inboundId: matter.item.id }
      : { reminderId: matter.correction.reminderId };
  return { noticeId, clinicId, kind: matter.kind, ...of, way, code };
}

async function tell(mailer: NoticeMailer | null, notice: Notice): Promise<NoticeOutcome> {
  switch (notice.way) {
    case "email":
      if (notice.email === null) return { kind: "failed", code: "no_address" };
      if (mailer === null) return { kind: "failed", code: "no_mailer" };
      return mailer.sendNotice(noticeMail(notice, notice.email)).catch(failed);
    case "webhook": {
      const { webhookUrl: url, webhookSecret: secret } = notice;
      if (url === null || secret === null) return { kind: "failed", code: "no_address" };
      return postToClinic({ url, secret }, noticePayload(notice));
    }
  }
}

/** A channel answers with values; what it throws is a fault of its own. */
const failed = (error: unknown): NoticeOutcome => ({ kind: "failed", code: describeError(error) });
