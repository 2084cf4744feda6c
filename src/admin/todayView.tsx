import { DateTime } from "luxon";
import type { ComponentChildren, VNode } from "preact";
import { CHANNELS, type ChannelName } from "../domain/channel.ts";
import type { Pause } from "../domain/channelState.ts";
import type { ReminderStatus } from "../domain/reminder.ts";
import type { Overdue } from "../ledger/today.ts";
import { type Bar, BarChart, ChartTable, type Series } from "./chart.tsx";
import { clinicPath } from "./paths.ts";
import { Badge, Empty, LocalTime, Notice, type Tone } from "./pieces.tsx";
import type { SeenDay } from "./seenDay.ts";

/** The parts of the page that change by themselves, under the names by which the browser asks for them. */
export const LIVE_PARTS = [
  "alerts",
  "figures",
  "channels",
  "hours",
  "hours-table",
  "coming",
  "coming-table",
] as const;

export type LivePart = (typeof LIVE_PARTS)[number];

const CHANNEL_WORDS: Record<ChannelName, string> = { sms: "Text messages", email: "Emails" };

/** Draws each part; what a viewer may do makes no difference to them. */
export function todayParts(day: SeenDay): Record<LivePart, VNode> {
  const hours = { title: "Sent and failed by hour of today", ...hoursOf(day) };
  const coming = { title: "Messages planned for the next 14 days", ...comingOf(day) };
  return {
    alerts: <Alerts day={day} />,
    figures: <Figures day={day} />,
    channels: <Channels day={day} />,
    hours: <BarChart {...hours} />,
    "hours-table": <ChartTable {...hours} what="Hour" />,
    coming: <BarChart {...coming} />,
    "coming-table": <ChartTable {...coming} what="Day" />,
  };
}

/** What somebody has to do something about. */
function Alerts({ day: { clinic, today, pauses } }: { day: SeenDay }) {
  const { alarms, untold, overdue } = today;
  const late = overdue.filter(({ channel }) => !pauses.has(channel));
  const behind = late.reduce((sum, { count }) => sum + count, 0);
  const [oldest] = late.map((each) => each.oldestDueAt).sort((a, b) => a.getTime() - b.getTime());
  return (
    <>
      {alarms > 0 && (
        <Notice tone="bad">
          <strong>
            {alarms === 1 ? "An alarming text is" : `${alarms} alarming texts are`} not handled yet.
          </strong>{" "}
          <a href={clinicPath(clinic.id, "inbox")}>Read the inbox</a>
        </Notice>
      )}
      {untold > 0 && (
        <Notice tone="bad">
          <strong>
            {untold === 1 ? "A correction" : `${untold} corrections`} did not reach the patient.
          </strong>{" "}
          <a href={clinicPath(clinic.id, "failures")}>See whom to call</a>
        </Notice>
      )}
      {[...pauses].map(([channel, pause]) => (
        <Notice key={channel} tone="bad">
          <strong>{CHANNEL_WORDS[channel]} are paused</strong> since{" "}
          <LocalTime at={pause.since} zone={clinic.timeZone} />. Nothing is lost: they wait.
        </Notice>
      ))}
      {oldest !== undefined && (
        <Notice tone="warn">
          <strong>
            {behind === 1 ? "A message is" : `${behind} messages are`} later than planned,
          </strong>{" "}
          the oldest since <LocalTime at={oldest} zone={clinic.timeZone} />. Where this does not go
          down within minutes, no worker is running: tell whoever looks after this installation.
        </Notice>
      )}
    </>
  );
}

function Figures({ day }: { day: SeenDay }) {
  const { clinic } = day;
  const of = (...statuses: ReminderStatus[]) => totalOf(day, statuses);
  const waiting = of("scheduled", "queued", "sending");
  const failed = of("failed", "undelivered");
  const doubtful = of("unknown");
  const dropped = of("skipped", "cancelled");
  const due = waiting + of("sent", "delivered") + failed + doubtful;
  if (due + dropped === 0) {
    return (
      <Empty>
        Nothing is due today. <a href={clinicPath(clinic.id)}>Enrol a patient</a>, and what is to be
        sent shows here.
      </Empty>
    );
  }
  const failures = clinicPath(clinic.id, "failures");
  return (
    <div class="cards figures">
      <Figure name="Due today" count={due} />
      <Figure name="Waiting" count={waiting} note="each for its time" />
      <Figure name="Sent" count={of("sent")} note="no receipt yet, or none to come" />
      <Figure name="Delivered" count={of("delivered")} tone="good" />
      <Figure name="Failed" count={failed} tone={failed > 0 ? "bad" : undefined} href={failures} />
      {doubtful > 0 && (
        <Figure
          name="In doubt"
          count={doubtful}
          note="the provider is being asked"
          tone="warn"
          href={failures}
        />
      )}
      {dropped > 0 && <Figure name="Not sent" count={dropped} note="cancelled or skipped" />}
    </div>
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
  note?: string;
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

function Channels({ day: { clinic, providers, pauses, today } }: { day: SeenDay }) {
  return (
    <div class="columns">
      {CHANNELS.map((channel) => {
        const pause = pauses.get(channel);
        const waits = today.overdue.find((each) => each.channel === channel);
        return (
          <section key={channel} class="card" aria-labelledby={`channel-${channel}`}>
            <h3 id={`channel-${channel}`} class="channel">
              {CHANNEL_WORDS[channel]}{" "}
              {pause === undefined ? (
                <Badge tone="good">working</Badge>
              ) : (
                <Badge tone="bad">paused</Badge>
              )}
            </h3>
            {pause !== undefined && <Paused pause={pause} waits={waits} zone={clinic.timeZone} />}
            <p class="quiet">{providerWords(providers[channel])}</p>
          </section>
        );
      })}
    </div>
  );
}

function Paused({
  pause,
  waits,
  zone,
}: {
  pause: Pause;
  waits: Overdue | undefined;
  zone: string;
}) {
  const { since, code, probeAt } = pause;
  const { why, todo } = pauseWords(pause);
  return (
    <>
      <p>
        Since <LocalTime at={since} zone={zone} />. {why} <small>(Its code: {code}.)</small>
      </p>
      {waits !== undefined && (
        <p>
          {waits.count === 1 ? "One message waits" : `${waits.count} messages wait`}, the oldest
          since <LocalTime at={waits.oldestDueAt} zone={zone} />. What becomes out of date meanwhile
          is not sent.
        </p>
      )}
      <p>
        <strong>What to do:</strong> {todo} Sending goes on by itself as soon as a message gets
        through; the next one tries it at{" "}
        <time dateTime={probeAt.toISOString()}>{clockOf(probeAt, zone)}</time>.
      </p>
    </>
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

function providerWords(provider: string): string {
  switch (provider) {
    case "outbox":
      return "No provider is set up: messages are kept in the outbox, and nothing leaves this machine.";
    case "smtp":
      return "By the clinic's mail server.";
    case "twilio":
      return "By Twilio.";
    default:
      return `By ${provider}.`;
  }
}

function hoursOf({ today, from, to, clinic }: SeenDay): { series: Series[]; bars: Bar[] } {
  const length = Math.ceil((to.getTime() - from.getTime()) / 3_600_000);
  const bars = Array.from({ length }, (_, hour): Bar => {
    const at = new Date(from.getTime() + hour * 3_600_000);
    const of = (...statuses: ReminderStatus[]) =>
      today.counts
        .filter((each) => each.hour === hour && statuses.includes(each.status))
        .reduce((sum, { count }) => sum + count, 0);
    const name = clockOf(at, clinic.timeZone);
    const marked = hour % 4 === 0 && hour < length - 1;
    return {
      // The same hour twice, where the clocks go back: told apart by their order.
      name: hour > 0 && isRepeated(at, clinic.timeZone) ? `${name} again` : name,
      label: marked ? name : "",
      values: [of("sent", "delivered"), of("failed", "undelivered")],
    };
  });
  const series: Series[] = [
    { name: "sent", tone: "good" },
    { name: "failed", tone: "bad" },
  ];
  return { series, bars };
}

function comingOf({ coming, comingStarts, clinic }: SeenDay): { series: Series[]; bars: Bar[] } {
  const bars = coming.map(({ sms, email }, day): Bar => {
    const local = DateTime.fromJSDate(comingStarts[day] ?? new Date(0), { zone: clinic.timeZone });
    const said = local.setLocale("en-GB");
    return {
      name: said.toFormat("ccc d MMM"),
      label: day % 3 === 0 ? said.toFormat("d MMM") : "",
      values: [sms, email],
    };
  });
  const series: Series[] = [
    { name: "text messages", tone: "plain" },
    { name: "emails", tone: "warn" },
  ];
  return { series, bars };
}

function totalOf({ today }: SeenDay, statuses: readonly ReminderStatus[]): number {
  return today.counts
    .filter(({ status }) => statuses.includes(status))
    .reduce((sum, { count }) => sum + count, 0);
}

const clockOf = (at: Date, zone: string) => DateTime.fromJSDate(at, { zone }).toFormat("HH:mm");

const isRepeated = (at: Date, zone: string) =>
  clockOf(at, zone) === clockOf(new Date(at.getTime() - 3_600_000), zone);

/** One live part in its place. */
export function Live({ part, children }: { part: LivePart; children: ComponentChildren }) {
  return (
    <div id={`live-${part}`} sse-swap={part}>
      {children}
    </div>
  );
}
