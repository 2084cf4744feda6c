import { DateTime } from "luxon";
import type { ComponentChildren } from "preact";
import type { ReminderStatus } from "../domain/reminder.ts";

/** What is good to know, done, in doubt, or wrong. */
export type Tone = "plain" | "good" | "warn" | "bad";

/** A sentence that stands out; `bad` and `warn` are read out at once. */
export function Notice({ tone, children }: { tone: Tone; children: ComponentChildren }) {
  const role = tone === "bad" || tone === "warn" ? "alert" : "status";
  return (
    <div role={role} class={`notice ${tone}`}>
      {children}
    </div>
  );
}

/** What a page that keeps itself up to date says where it cannot; it is seen in `data-live="off"` only. */
export function LiveOff() {
  return (
    <strong class="live-off" role="status">
      Not up to date: the connection is lost. It is tried again; load the page anew where this
      stays.
    </strong>
  );
}

/** What stands where a list is empty, and what to do about it. */
export function Empty({ children }: { children: ComponentChildren }) {
  return <p class="empty">{children}</p>;
}

/** A word in a small frame. */
export function Badge({ tone, children }: { tone: Tone; children: ComponentChildren }) {
  return <span class={`badge ${tone}`}>{children}</span>;
}

/** How staff read each status. */
export const STATUS_WORDS: Record<ReminderStatus, { word: string; tone: Tone }> = {
  scheduled: { word: "planned", tone: "plain" },
  queued: { word: "about to go", tone: "plain" },
  sending: { word: "being sent", tone: "plain" },
  sent: { word: "sent", tone: "good" },
  delivered: { word: "delivered", tone: "good" },
  undelivered: { word: "not delivered", tone: "bad" },
  unknown: { word: "being looked into", tone: "warn" },
  failed: { word: "failed", tone: "bad" },
  cancelled: { word: "cancelled", tone: "plain" },
  skipped: { word: "skipped", tone: "plain" },
};

/** The status of a reminder. */
export function Status({ status }: { status: ReminderStatus }) {
  const { word, tone } = STATUS_WORDS[status];
  return <Badge tone={tone}>{word}</Badge>;
}

/** An instant as the clocks of `zone` show it: `Wed 25 Nov 2026, 15:30`. */
export function LocalTime({ at, zone }: { at: Date; zone: string }) {
  return (
    <time dateTime={at.toISOString()} title={zone}>
      {localText(at, zone)}
    </time>
  );
}

/** The same as text. */
export function localText(at: Date, zone: string): string {
  return DateTime.fromJSDate(at, { zone }).setLocale("en-GB").toFormat("ccc d MMM yyyy, HH:mm");
}

/** A name, number or text of somebody, in whatever direction it is written. */
export function Given({ children }: { children: string | null }) {
  return children === null ? <span class="none">none</span> : <bdi>{children}</bdi>;
}

/** Facts under their names. */
export function Facts({ facts }: { facts: readonly { name: string; value: ComponentChildren }[] }) {
  return (
    <dl class="facts">
      {facts.map(({ name, value }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** A table that scrolls sideways where the screen is narrow. */
export function Table({
  label,
  head,
  children,
}: {
  label: string;
  head: readonly string[];
  children: ComponentChildren;
}) {
  return (
    <section class="scroll" aria-label={label} tabIndex={0}>
      <table>
        <thead>
          <tr>
            {head.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </section>
  );
}

/** A form that is one button. */
export function Press({
  action,
  label,
  fields = {},
  tone = "secondary",
}: {
  action: string;
  label: string;
  fields?: Record<string, string>;
  tone?: "primary" | "secondary" | "danger";
}) {
  return (
    <form method="post" action={action} class="press">
      {Object.entries(fields).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      <button type="submit" class={tone}>
        {label}
      </button>
    </form>
  );
}
