import type { Content } from "../content/content.ts";
import type { FailedReminder, FailureGroup } from "../ledger/failures.ts";
import type { UntoldCorrection } from "../ledger/untoldCorrections.ts";
import { causeOf, causePath, causeWord } from "./causes.ts";
import { WhenDue } from "./causeView.tsx";
import type { Place } from "./guard.ts";
import { Page } from "./layout.tsx";
import { clinicPath } from "./paths.ts";
import { Badge, Empty, Given, Status } from "./pieces.tsx";
import { type Names, namesFor } from "./planWords.ts";
import { UntoldList } from "./untoldView.tsx";

/** Whom to call, and what did not reach its patient since a local date, by cause. */
export function FailuresPage({
  place,
  content,
  untold,
  groups,
  since,
}: {
  place: Place;
  content: Content;
  untold: readonly UntoldCorrection[];
  groups: readonly FailureGroup[];
  since: string;
}) {
  const all = groups.reduce((sum, { count }) => sum + count, 0);
  return (
    <Page title="Failures" place={place} visitor={place.visitor} current="failures">
      {untold.length > 0 && <UntoldList place={place} content={content} untold={untold} />}
      <p class="quiet">
        Messages of the last 30 days that did not reach their patients, or may not have, by cause.
      </p>
      {place.role === "admin" && (
        <p class="actions">
          <a href={bulkPath(place, "replay", null, since)} role="button" class="secondary outline">
            Replay many…
          </a>
          <a href={bulkPath(place, "cancel")} role="button" class="secondary outline">
            Cancel many…
          </a>
        </p>
      )}
      {groups.length === 0 ? (
        <Empty>
          Nothing failed in the last 30 days. What fails is listed here, with its cause and what to
          do.
        </Empty>
      ) : (
        <>
          <p>
            {all === 1 ? "1 message" : `${all} messages`},{" "}
            {groups.length === 1 ? "1 cause" : `${groups.length} causes`}.
          </p>
          {groups.map((group, index) => (
            <Group
              key={`${group.status} ${group.reason}`}
              place={place}
              names={namesFor(content, place.clinic)}
              group={group}
              since={since}
              id={`cause-${index}`}
            />
          ))}
        </>
      )}
    </Page>
  );
}

function Group({
  place,
  names,
  group,
  since,
  id,
}: {
  place: Place;
  names: Names;
  group: FailureGroup;
  since: string;
  id: string;
}) {
  const { status, reason, count, newest } = group;
  const { title, meaning, advice, replay } = causeOf(status, reason);
  const press = count === 1 ? "Replay it…" : `Replay these ${count}…`;
  return (
    <section class="card cause" aria-labelledby={id}>
      <h2 id={id}>
        <span class="figure">{count}</span> {title}
      </h2>
      <p class="quiet">
        <Status status={status} />{" "}
        {reason !== null && (
          <>
            its code: <code>{reason}</code>
          </>
        )}
      </p>
      <p>{meaning}</p>
      <p>
        <strong>What to do:</strong> {advice}
      </p>
      <h3>{newest.length < count ? "The newest" : "The messages"}</h3>
      <ul class="newest">
        {newest.map((reminder) => (
          <Newest
            key={reminder.id}
            place={place}
            names={names}
            reminder={reminder}
            reason={reason}
          />
        ))}
      </ul>
      {newest.length < count && (
        <p>
          <a
            href={causePath(place.clinic.id, status, reason)}
            aria-label={`Show all ${count}: ${title}`}
          >
            Show all {count}
          </a>
        </p>
      )}
      {place.role === "admin" && replay && (
        <p class="actions">
          <a
            href={bulkPath(place, "replay", causeWord(status, reason), since)}
            role="button"
            class="secondary outline"
            aria-label={`${press}: ${title}`}
          >
            {press}
          </a>
        </p>
      )}
    </section>
  );
}

function Newest({
  place,
  names,
  reminder,
  reason,
}: {
  place: Place;
  names: Names;
  reminder: FailedReminder;
  reason: string | null;
}) {
  const { id, firstName, protocol, step, channel } = reminder;
  return (
    <li>
      <a href={clinicPath(place.clinic.id, `reminders/${id}`)}>
        <Given>{firstName}</Given>: {names.message(protocol, step)}
      </a>{" "}
      <Badge tone="plain">{channel === "sms" ? "text" : "email"}</Badge>{" "}
      <span class="quiet">
        <WhenDue place={place} reminder={reminder} reason={reason} />
      </span>
    </li>
  );
}

/** The form of an act on many, with the choice of a cause filled in; codes and dates only. */
function bulkPath(
  { clinic }: Place,
  action: "replay" | "cancel",
  cause: string | null = null,
  from: string | null = null,
): string {
  const query = new URLSearchParams({
    action,
    ...(cause !== null && { cause }),
    ...(from !== null && { from }),
  });
  return `${clinicPath(clinic.id, "failures/bulk")}?${query}`;
}
