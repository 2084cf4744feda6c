import { postToClinic } from "../channels/clinicWebhook.ts";
import type { NoticeMailer, NoticeOutcome } from "../channels/notice.ts";
import type { Clock } from "../clock.ts";
import { describeError } from "../errors.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { endNotice, type Notice, takeNotices } from "../ledger/notices.ts";
import { type Loop, startLoop } from "./loop.ts";
import { noticeMail, noticePayload } from "./noticeText.ts";

/** Notices that one process has in flight at once. */
const BATCH = 20;

/** A notice that nobody took for a day. */
export interface LostNotice {
  noticeId: string;
  clinicId: string;
  inboundId: string;
  way: Notice["way"];
  code: string;
}

export interface NotifierOptions {
  ledger: Ledger;
  mailer: NoticeMailer;
  clock: Clock;
  /** How often it looks, in real milliseconds. */
  everyMs: number;
  /** Told when a notice is given up: somebody has to tell the clinic in another way. */
  onLost: (notice: LostNotice) => void;
  onError: (error: unknown) => void;
}

/** Tells clinics what their patients wrote: at once when poked, and again where nobody took it. */
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
  const { ledger, clock, onLost, onError } = options;
  try {
    const outcome = await tell(options.mailer, notice);
    if (outcome.kind === "sent") return await endNotice(ledger, notice.id, "sent", clock.now());
    if (!notice.last) return;
    await endNotice(ledger, notice.id, "failed", clock.now());
    const { id: noticeId, way, item } = notice;
    const { clinicId, id: inboundId } = item;
    onLost({ noticeId, clinicId, inboundId, way, code: outcome.code });
  } catch (error) {
    // Its next try has been set already; the others must not wait for it.
    onError(error);
  }
}

async function tell(mailer: NoticeMailer, notice: Notice): Promise<NoticeOutcome> {
  switch (notice.way) {
    case "email":
      if (notice.email === null) return { kind: "failed", code: "no_address" };
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
