import { DateTime } from "luxon";
import { type ComponentChildren, cloneElement, createContext, toChildArray } from "preact";
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

/**
 * The name of a column. Numbers stand to the right, and so does the name above them; what can be
 * pressed says by itself what it is.
 */
export type Column = string | { name: string; holds: "numbers" | "acts" };

const Columns = createContext<readonly Column[]>([]);

/**
 * A table of rows. Where the screen is narrow each row is a block, and each cell says of which column
 * it is. The roles are those that the elements have anyway, and would lose where they are no table
 * to the eye.
 */
export function Table({
  label,
  caption,
  head,
  children,
}: {
  label: string;
  caption?: ComponentChildren;
  head: readonly Column[];
  children: ComponentChildren;
}) {
  return (
    <section class="scroll" aria-label={label} tabIndex={0}>
      <table class="rows" role="table">
        {caption !== undefined && <caption>{caption}</caption>}
        <thead role="rowgroup">
          <tr role="row">
            {head.map((column) => (
              <th
                key={nameOf(column)}
                scope="col"
                role="columnheader"
                class={holds(column, "numbers") ? "number" : undefined}
              >
                {nameOf(column)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          <Columns.Provider value={head}>{children}</Columns.Provider>
        </tbody>
      </table>
    </section>
  );
}

/** A row of a table: its cells are `th` and `td`, one for each column. */
export function Row({ children }: { children: ComponentChildren }) {
  const cells = toChildArray(children).filter((cell) => typeof cell === "object");
  return (
    <Columns.Consumer>
      {(head) => (
        <tr role="row">
          {cells.map((cell, index) => {
            const column = head[index] ?? "";
            const role = cell.type === "th" ? "rowheader" : "cell";
            return cloneElement(
              cell,
              holds(column, "acts") ? { role } : { role, "data-label": nameOf(column) },
            );
          })}
        </tr>
      )}
    </Columns.Consumer>
  );
}

function holds(column: Column, what: "numbers" | "acts"): boolean {
  return typeof column !== "string" && column.holds === what;
}

function nameOf(column: Column): string {
  return typeof column === "string" ? column : column.name;
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
