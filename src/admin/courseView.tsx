import type { Content } from "../content/content.ts";
import { addOffset, type Offset, parseOffset } from "../domain/offset.ts";
import type { Step } from "../domain/protocol.ts";
import { stepTrueAt } from "../domain/stepTime.ts";
import { waitWords } from "./careWords.ts";
import { Badge } from "./pieces.tsx";
import { KIND_WORDS, topicsInWords, whenInWords, windowInWords } from "./stepWords.ts";

/** A treatment to reckon from: any will do, because only what has passed since counts. */
const TREATED = new Date("2026-03-02T10:00:00Z");

/** What the lines behind the bars stand for. */
const MARKS: readonly Offset[] = [
  { amount: 1, unit: "h" },
  { amount: 1, unit: "d" },
  { amount: 1, unit: "w" },
  { amount: 1, unit: "mo" },
];

/** Steps on a line of time, each with a bar from when it becomes true to when it is stale. */
export function Course({
  content,
  called,
  steps,
}: {
  content: Content;
  /** What staff call a message, by its step. */
  called: (step: string) => string;
  steps: readonly Step[];
}) {
  const spans = steps.map((step) => ({ step, ...spanOf(step) }));
  const longest = Math.max(1, ...spans.map(({ to }) => to));
  return (
    <ol class="course">
      {spans.map(({ step, from, to }) => (
        <li key={step.key} class={KIND_WORDS[step.kind].tone}>
          <p class="time">{whenInWords(step)}</p>
          <p class="what">
            <Badge tone={KIND_WORDS[step.kind].tone}>{KIND_WORDS[step.kind].word}</Badge>{" "}
            <a href={`#step-${step.key}`}>{called(step.key)}</a>{" "}
            <code class="muted">{step.key}</code>
          </p>
          <Bar from={from} to={to} longest={longest} />
          <p class="rules">
            {topicsInWords(content, step.topics)} · {channelsInWords(step)} ·{" "}
            {windowInWords(step.window)} · not sent any more after {waitWords(step.expires)}
          </p>
        </li>
      ))}
    </ol>
  );
}

/** How to read the bars. */
export function Legend() {
  return (
    <p class="legend">
      A bar begins when its message becomes true and ends when that is too old to be sent. Behind it
      are lines for 1 hour, 1 day, 1 week and 1 month after the treatment, as far as they are in
      reach; early hours are drawn wider.
    </p>
  );
}

/** The words beside it say the same, so that it is there for the eye only. */
function Bar({ from, to, longest }: { from: number; to: number; longest: number }) {
  const x = (hours: number) => Math.round((1000 * Math.log1p(hours)) / Math.log1p(longest)) / 10;
  return (
    <svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
      <rect class="rail" x="0" y="1.6" width="100" height="0.8" />
      {MARKS.map((mark) => hoursAfter(addOffset(TREATED, mark, "UTC")))
        .filter((hours) => hours <= longest)
        .map((hours) => (
          <rect key={hours} class="mark" x={x(hours)} y="0" width="0.3" height="4" />
        ))}
      <rect class="span" x={x(from)} y="0.5" width={Math.max(0.8, x(to) - x(from))} height="3" />
    </svg>
  );
}

/** From when and until when a step can be sent, in hours after the treatment. */
function spanOf(step: Step): { from: number; to: number } {
  const trueAt = stepTrueAt(step, TREATED, "UTC");
  const expires = parseOffset(step.expires);
  const stale = expires === null ? trueAt : addOffset(trueAt, expires, "UTC");
  return { from: hoursAfter(trueAt), to: hoursAfter(stale) };
}

function hoursAfter(at: Date): number {
  return (at.getTime() - TREATED.getTime()) / 3_600_000;
}

const CHANNEL_WORDS = { sms: "text", email: "email" } as const;

function channelsInWords({ channels, send }: Step): string {
  const words = channels.map((channel) => CHANNEL_WORDS[channel]);
  return words.join(send === "all" ? " and " : ", else ");
}
