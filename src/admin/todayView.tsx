import { DateTime } from "luxon";
import type { ComponentChildren, VNode } from "preact";
import { clockText } from "./careWords.ts";
import { type Bar, BarChart, ChartTable, type Series } from "./chart.tsx";
import { clinicPath } from "./paths.ts";
import { LocalTime, Notice } from "./pieces.tsx";
import type { SeenDay } from "./seenDay.ts";
import { Channels, PauseNotice, TurnNotice } from "./todayChannels.tsx";
import { FATES, type Fate, Figures, fateOf } from "./todayFigures.tsx";

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

/** Draws each part; what a viewer may do makes no difference to them. */
export function todayParts(day: SeenDay): Record<LivePart, VNode> {
  const hours = { title: "Sent, failed and planned by hour of today", ...hoursOf(day) };
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
function Alerts({ day }: { day: SeenDay }) {
  const { clinic, today, pauses, paced } = day;
  const { alarms, untold, overdue } = today;
  const waiting = overdue.filter(({ channel }) => !pauses.has(channel));
  const late = waiting.filter(({ channel }) => !paced.has(channel));
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
      {[...pauses.keys()].map((channel) => (
        <PauseNotice key={channel} day={day} channel={channel} />
      ))}
      {waiting.map(
        (each) =>
          paced.has(each.channel) && <TurnNotice key={each.channel} day={day} waiting={each} />,
      )}
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

const SERIES: Record<(typeof FATES)[number], Series> = {
  sent: { name: "sent", tone: "good" },
  failed: { name: "failed", tone: "bad" },
  "being looked into": { name: "being looked into", tone: "warn" },
  planned: { name: "planned", tone: "to come" },
};

function hoursOf({ today, from, to, clinic }: SeenDay): { series: Series[]; bars: Bar[] } {
  const length = Math.ceil((to.getTime() - from.getTime()) / 3_600_000);
  const counted = today.counts.map((each) => ({ ...each, fate: fateOf(each) }));
  // What is in doubt is rare, and has no place in the chart of a day without it.
  const shown = FATES.filter(
    (fate) => fate !== "being looked into" || counted.some((each) => each.fate === fate),
  );
  const bars = Array.from({ length }, (_, hour): Bar => {
    const at = new Date(from.getTime() + hour * 3_600_000);
    const of = (fate: Fate) =>
      counted
        .filter((each) => each.hour === hour && each.fate === fate)
        .reduce((sum, { count }) => sum + count, 0);
    const name = clockText(at, clinic.timeZone);
    const marked = hour % 4 === 0 && hour < length - 1;
    return {
      // The same hour twice, where the clocks go back: told apart by their order.
      name: hour > 0 && isRepeated(at, clinic.timeZone) ? `${name} again` : name,
      label: marked ? name : "",
      values: shown.map(of),
    };
  });
  return { series: shown.map((fate) => SERIES[fate]), bars };
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

const isRepeated = (at: Date, zone: string) =>
  clockText(at, zone) === clockText(new Date(at.getTime() - 3_600_000), zone);

/** One live part in its place. */
export function Live({ part, children }: { part: LivePart; children: ComponentChildren }) {
  return (
    <div id={`live-${part}`} sse-swap={part}>
      {children}
    </div>
  );
}
