import { CHANNEL_WORDS, CHANNELS, type ChannelName } from "../domain/channel.ts";
import type { Pause } from "../domain/channelState.ts";
import type { ReachedCap } from "../ledger/senders.ts";
import type { Overdue } from "../ledger/today.ts";
import { clockText, countWords } from "./careWords.ts";
import { causePath } from "./causes.ts";
import { clinicPath } from "./paths.ts";
import { Badge, LocalTime, Notice } from "./pieces.tsx";
import type { SeenDay } from "./seenDay.ts";

/** Whether a channel works, in a word. What goes to the outbox reaches nobody. */
function ChannelBadge(props: { provider: string; isPaused: boolean; isCapped: boolean }) {
  const { provider, isPaused, isCapped } = props;
  if (isPaused) return <Badge tone="bad">paused</Badge>;
  if (provider === "outbox") return <Badge tone="warn">not set up</Badge>;
  if (isCapped) return <Badge tone="warn">limit reached</Badge>;
  return <Badge tone="good">working</Badge>;
}

/** That a channel is paused, how many messages wait for it, and how many were lost by it. */
export function PauseNotice({ day, channel }: { day: SeenDay; channel: ChannelName }) {
  const { clinic, pauses, stale, today } = day;
  const pause = pauses.get(channel);
  if (pause === undefined) return null;
  const waiting = today.overdue.find((each) => each.channel === channel)?.count ?? 0;
  const lost = stale.get(channel) ?? 0;
  return (
    <Notice tone="bad">
      <strong>{CHANNEL_WORDS[channel].first} are paused</strong> since{" "}
      <LocalTime at={pause.since} zone={clinic.timeZone} />.{" "}
      {waiting > 0 && (waiting === 1 ? "1 message waits. " : `${waiting} messages wait. `)}
      {lost === 0 ? (
        "What goes out of date meanwhile is not sent."
      ) : (
        <>
          {countWords(lost, "message")} {lost === 1 ? "has" : "have"} gone out of date meanwhile and{" "}
          {lost === 1 ? "is" : "are"} not sent:{" "}
          <a href={causePath(clinic.id, "skipped", "expired")}>see whom to tell</a>.
        </>
      )}
    </Notice>
  );
}

/** How many messages of a channel wait because their sender may send only so much. */
export function TurnNotice({ day, waiting }: { day: SeenDay; waiting: Overdue }) {
  const { clinic, caps } = day;
  const { channel, count, oldestDueAt } = waiting;
  const name = CHANNEL_WORDS[channel];
  return (
    <Notice tone="warn">
      <strong>
        {countWords(count, name.one)} {count === 1 ? "waits" : "wait"} for a turn,
      </strong>{" "}
      the oldest since <LocalTime at={oldestDueAt} zone={clinic.timeZone} />:{" "}
      {caps.has(channel)
        ? "the sender's limit for 24 hours is reached."
        : "the sender may send only so many a second."}{" "}
      What goes out of date meanwhile is not sent.
    </Notice>
  );
}

/** Each channel: whether it works, what carries it, and what to do where it is paused or has to wait. */
export function Channels({ day: { clinic, providers, pauses, caps } }: { day: SeenDay }) {
  return (
    <div class="columns">
      {CHANNELS.map((channel) => {
        const pause = pauses.get(channel) ?? null;
        const cap = caps.get(channel);
        return (
          <section key={channel} class="card" aria-labelledby={`channel-${channel}`}>
            <h3 id={`channel-${channel}`} class="channel">
              {CHANNEL_WORDS[channel].first}{" "}
              <ChannelBadge
                provider={providers[channel]}
                isPaused={pause !== null}
                isCapped={cap !== undefined}
              />
            </h3>
            {pause !== null && <Paused pause={pause} zone={clinic.timeZone} />}
            {cap !== undefined && <Capped cap={cap} zone={clinic.timeZone} />}
            <p class="quiet">
              <Carrier provider={providers[channel]} clinicId={clinic.id} />
            </p>
          </section>
        );
      })}
    </div>
  );
}

function Paused({ pause, zone }: { pause: Pause; zone: string }) {
  const { since, code, probeAt } = pause;
  const { why, todo } = pauseWords(pause);
  return (
    <>
      <p>
        Since <LocalTime at={since} zone={zone} />. {why} <small>(Its code: {code}.)</small>
      </p>
      <p>
        <strong>What to do:</strong> {todo} Sending goes on by itself as soon as a message gets
        through; the next one tries it at{" "}
        <time dateTime={probeAt.toISOString()}>{clockText(probeAt, zone)}</time>.
      </p>
    </>
  );
}

function Capped({ cap: { perDay, goesOnAt }, zone }: { cap: ReachedCap; zone: string }) {
  return (
    <p>
      <strong>Limit reached:</strong> all clinics here together have sent the {perDay} messages that
      their sender may in 24 hours. What is due goes on at <LocalTime at={goesOnAt} zone={zone} />,
      as far as it is not out of date by then. Whoever looks after this installation can raise the
      limit.
    </p>
  );
}

function pauseWords({ reason, endedBy }: Pause): { why: string; todo: string } {
  switch (reason) {
    case "account_fault":
      return {
        why:
          endedBy === "receipt"
            ? "The carriers refuse the clinic's sender, so no text arrives."
            : "The provider refuses the clinic's account or sender.",
        todo: "whoever looks after the provider's account signs in there and mends what its code names: credentials, credit, or the sender's registration.",
      };
    case "provider_down":
      return {
        why: "The provider cannot be reached, or failed several times in a row.",
        todo: "nothing at first. Where it lasts for more than an hour, look at the provider's status page, and tell patients yourself where it matters.",
      };
  }
}

function Carrier({ provider, clinicId }: { provider: string; clinicId: string }) {
  switch (provider) {
    case "outbox":
      return (
        <>
          Nothing is sent: messages are kept in the{" "}
          <a href={clinicPath(clinicId, "outbox")}>outbox</a>, and nothing leaves this machine.
        </>
      );
    case "smtp":
      return "By the clinic's mail server.";
    case "twilio":
      return "By Twilio.";
    default:
      return `By ${provider}.`;
  }
}
