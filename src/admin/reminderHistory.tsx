import { CHANNEL_WORDS } from "../domain/channel.ts";
import { actorWords, historyWords } from "./eventWords.ts";
import { LocalTime, Status } from "./pieces.tsx";
import type { Followed } from "./reminderPauses.ts";

/** Each try to send it, with what the provider said of it later. */
export function Attempts({ attempts, reminder: { status, timeZone: zone } }: Followed) {
  const over = status === "skipped" || status === "cancelled";
  return (
    <section aria-labelledby="attempts">
      <h2 id="attempts">Tries</h2>
      {attempts.length === 0 && (
        <p class="muted">{over ? "Nothing was tried." : "Nothing has been tried yet."}</p>
      )}
      <ol class="history">
        {attempts.map((attempt) => (
          <li key={attempt.id}>
            <LocalTime at={attempt.startedAt} zone={zone} />: {CHANNEL_WORDS[attempt.channel].one}{" "}
            by {attempt.provider} <Status status={attempt.status} />
            {attempt.code !== null && ` code ${attempt.code}`}
            {attempt.detail !== null && (
              <small class="muted">
                {" "}
                <bdi>{attempt.detail}</bdi>
              </small>
            )}
            {attempt.providerId !== null && (
              <small class="muted"> the provider's id {attempt.providerId}</small>
            )}
            {attempt.receipts.length > 0 && (
              <ul>
                {attempt.receipts.map((receipt) => (
                  <li key={`${receipt.status} ${receipt.code}`}>
                    <LocalTime at={receipt.receivedAt} zone={zone} />: the provider said{" "}
                    {receipt.status}
                    {receipt.code !== null && `, code ${receipt.code}`}
                  </li>
                ))}
              </ul>
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}

/** What else happened to it. */
export function History({
  events,
  names,
  reminder,
}: Followed & { names: ReadonlyMap<string, string> }) {
  return (
    <section aria-labelledby="history">
      <h2 id="history">History</h2>
      {events.length === 0 && <p class="muted">Nothing but what the tries tell.</p>}
      <ul class="history">
        {events.map((event, index) => (
          <li key={`${index} ${event.type}`}>
            <LocalTime at={event.at} zone={reminder.timeZone} />, {actorWords(event.actor, names)}:{" "}
            <bdi>{historyWords(event, reminder.timeZone)}</bdi>
          </li>
        ))}
      </ul>
    </section>
  );
}
