import { MultiBar, Presets, type SingleBar } from "cli-progress";
import { DateTime } from "luxon";
import type { OutgoingMessage } from "../../channels/channel.ts";
import type { Clock } from "../../clock.ts";
import { say } from "../output.ts";

const WIDTH = 46;

/** The demo's view: messages as they arrive, and below them how far the treatment has come. */
export interface Screen {
  begin(total: number): void;
  show(message: OutgoingMessage): void;
  progress(settled: number): void;
  end(): void;
}

/** Opens the view; without a terminal the messages are printed and the bar is left out. */
export function openScreen(clock: Clock, timeZone: string): Screen {
  let bars: MultiBar | null = null;
  let bar: SingleBar | null = null;
  const localNow = () =>
    DateTime.fromJSDate(clock.now(), { zone: timeZone })
      .setLocale("en-GB")
      .toFormat("ccc d LLL yyyy, HH:mm");

  return {
    begin(total) {
      if (!process.stdout.isTTY) return;
      bars = new MultiBar(
        {
          format: "{bar} {value}/{total} messages · {now}",
          stream: process.stdout,
          hideCursor: true,
        },
        Presets.shades_classic,
      );
      bar = bars.create(total, 0, { now: localNow() });
    },
    show(message) {
      const frame = frameOf(message, localNow());
      if (bars === null) say(frame);
      else bars.log(`${frame}\n`);
    },
    progress(settled) {
      bar?.update(settled, { now: localNow() });
    },
    end() {
      bars?.stop();
      bars = null;
      bar = null;
    },
  };
}

/** A text message as a phone shows it; of an email, the line in the mailbox. */
function frameOf({ content, clinicName }: OutgoingMessage, at: string): string {
  if (content.channel === "email") return `\n  ✉  ${at}  ${clinicName}: ${content.subject}`;
  const line = (text: string) => `  │ ${text.padEnd(WIDTH)} │`;
  return [
    "",
    `  ╭─ Text message ─ ${at} `.padEnd(WIDTH + 5, "─") + "╮",
    ...wrap(content.text, WIDTH).map(line),
    `  ╰${"─".repeat(WIDTH + 2)}╯`,
  ].join("\n");
}

function wrap(text: string, width: number): string[] {
  const lines = [""];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1) ?? "";
    if (last === "") lines[lines.length - 1] = word;
    else if (last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
