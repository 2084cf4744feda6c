import type { ComponentChildren } from "preact";
import { Badge, LocalTime, STATUS_WORDS } from "./pieces.tsx";
import { goesOut, movedWords, type Names, type PlanRow, whyNot } from "./planWords.ts";

interface PlanProps {
  rows: readonly PlanRow[];
  protocol: string;
  /** The patient's zone, in which times are told, and the clinic's. */
  zone: string;
  clinicZone: string;
  now: Date;
  names: Names;
  /** Whether it is stored: then each message has come somewhere. */
  stored?: boolean;
}

/** The messages of a treatment by time, and what is not sent and why. */
export function PlanList({ rows, protocol, zone, clinicZone, now, names, stored }: PlanProps) {
  const sent = rows.filter(goesOut).toSorted((a, b) => a.dueAt.getTime() - b.dueAt.getTime());
  const unsent = rows.filter((row) => !goesOut(row));
  const last = sent.at(-1);
  return (
    <>
      <p class="plan-sum">
        {last === undefined ? (
          <strong>No message.</strong>
        ) : (
          <>
            <strong>{sent.length === 1 ? "1 message" : `${sent.length} messages`}</strong>, the last
            on <LocalTime at={last.dueAt} zone={zone} />.
          </>
        )}{" "}
        <small>
          {zone === clinicZone
            ? `Times are the clinic’s (${zone}).`
            : `Times are the patient’s (${zone}), not the clinic’s.`}
        </small>
      </p>
      {sent.length > 0 && (
        <ol class="plan">
          {sent.map((row) => (
            <li key={`${row.step} ${row.channel}`}>
              <When at={row.dueAt} zone={zone} atOnce={!stored && row.dueAt <= now} />
              <span>
                {names.message(protocol, row.step)}{" "}
                <small class="way">{row.channel === "sms" ? "text" : "email"}</small>
                {stored && (
                  <span class="no-print">
                    {" "}
                    <Badge tone={STATUS_WORDS[row.status].tone}>
                      {STATUS_WORDS[row.status].word}
                    </Badge>
                  </span>
                )}
                <Note>{movedWords(row, names)}</Note>
              </span>
            </li>
          ))}
        </ol>
      )}
      {unsent.length > 0 && (
        <div class="no-print">
          <h3>Not sent</h3>
          <ul class="unsent">
            {byReason(unsent, names).map(({ why, of }) => (
              <li key={why}>
                {of.length === rows.length && rows.length > 1
                  ? "All of them"
                  : of.map((row) => names.message(protocol, row.step)).join(", ")}
                : <em>{why}</em>
              </li>
            ))}
          </ul>
        </div>
      )}
    </>
  );
}

function When({ at, zone, atOnce }: { at: Date; zone: string; atOnce: boolean }) {
  return atOnce ? <strong>At once</strong> : <LocalTime at={at} zone={zone} />;
}

function Note({ children }: { children: ComponentChildren }) {
  return children === null ? null : <small class="note no-print">{children}</small>;
}

/** What is not sent for the same reason, together. */
function byReason(rows: readonly PlanRow[], names: Names) {
  const found = new Map<string, PlanRow[]>();
  for (const row of rows) {
    const why = whyNot(row, names);
    found.set(why, [...(found.get(why) ?? []), row]);
  }
  return [...found].map(([why, of]) => ({ why, of }));
}
