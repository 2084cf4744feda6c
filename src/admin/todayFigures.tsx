import type { ReminderStatus } from "../domain/reminder.ts";
import type { HourCount } from "../ledger/today.ts";
import { countWords } from "./careWords.ts";
import { clinicPath } from "./paths.ts";
import { Empty, type Tone } from "./pieces.tsx";
import type { SeenDay } from "./seenDay.ts";

/**
 * What has become of the messages of a day, in the words of its figures and its chart. Each message
 * is in one of them, so that they come to what is due.
 */
export const FATES = ["sent", "failed", "being looked into", "planned"] as const;

export type Fate = (typeof FATES)[number] | "not sent" | "called off";

const FATE_OF: Record<ReminderStatus, Fate> = {
  scheduled: "planned",
  queued: "planned",
  sending: "planned",
  sent: "sent",
  delivered: "sent",
  failed: "failed",
  undelivered: "failed",
  unknown: "being looked into",
  skipped: "not sent",
  cancelled: "called off",
};

/** What has become of those that a count is of. */
export function fateOf({ status, replaced }: Pick<HourCount, "status" | "replaced">): Fate {
  return replaced ? "called off" : FATE_OF[status];
}

/** The day in figures: what is due on it, and what has become of that. */
export function Figures({ day: { clinic, providers, today } }: { day: SeenDay }) {
  const total = (isMeant: (count: HourCount) => boolean) =>
    today.counts.filter(isMeant).reduce((sum, { count }) => sum + count, 0);
  const of = (fate: Fate) => total((count) => fateOf(count) === fate);
  const calledOff = of("called off");
  const due = total(() => true) - calledOff;
  if (due + calledOff === 0) {
    return (
      <Empty>
        Nothing is due today. <a href={clinicPath(clinic.id)}>Enrol a patient</a>, and what is to be
        sent shows here.
      </Empty>
    );
  }
  const failures = clinicPath(clinic.id, "failures");
  const sent = of("sent");
  const delivered = total(({ status }) => status === "delivered");
  const kept = Object.values(providers).every((provider) => provider === "outbox");
  const failed = of("failed");
  const doubtful = of("being looked into");
  return (
    <>
      <div class="cards figures">
        <Figure name="Due today" count={due} note="in all" />
        <Figure name="Planned" count={of("planned")} note="still to go" />
        <Figure
          name="Sent"
          count={sent}
          note={
            sent === 0 ? undefined : kept ? "kept in the outbox" : `${delivered} delivered so far`
          }
          tone={sent > 0 ? "good" : undefined}
        />
        <Figure
          name="Failed"
          count={failed}
          tone={failed > 0 ? "bad" : undefined}
          href={failures}
        />
        {doubtful > 0 && (
          <Figure
            name="Being looked into"
            count={doubtful}
            note="the provider is being asked"
            tone="warn"
            href={failures}
          />
        )}
        <Figure
          name="Not sent"
          count={of("not sent")}
          note="out of date, stopped or not agreed to"
          href={failures}
        />
      </div>
      {calledOff > 0 && (
        <p class="quiet">
          Besides, {countWords(calledOff, "message")} of today {calledOff === 1 ? "was" : "were"}{" "}
          cancelled, or another message says the same.
        </p>
      )}
    </>
  );
}

function Figure({
  name,
  count,
  note,
  tone,
  href,
}: {
  name: string;
  count: number;
  note?: string | undefined;
  tone?: Tone | undefined;
  href?: string;
}) {
  return (
    <div class="card">
      <span class={`figure ${tone ?? ""}`}>{count}</span>{" "}
      {href === undefined || count === 0 ? name : <a href={href}>{name}</a>}
      {note !== undefined && <small> {note}</small>}
    </div>
  );
}
