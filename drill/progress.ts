import { Presets, SingleBar } from "cli-progress";

/** Shows how far a drill is: a bar on a terminal, else a line for each stage. */
export interface Progress {
  begin(fault: string, reminders: number): void;
  stage(what: string): void;
  received(messages: number): void;
  end(): void;
}

/** Opens the view on standard error: standard output is for the table. */
export function openProgress(stream: NodeJS.WriteStream = process.stderr): Progress {
  let bar: SingleBar | null = null;
  let fault = "";
  return {
    begin(name, reminders) {
      fault = name;
      if (!stream.isTTY) return void stream.write(`drill: ${name}: starting\n`);
      bar = new SingleBar(
        {
          format: "{fault} {bar} {value}/{total} messages · {duration_formatted} · {stage}",
          stream,
          hideCursor: true,
          clearOnComplete: true,
        },
        Presets.shades_classic,
      );
      bar.start(reminders, 0, { fault: name, stage: "starting" });
    },
    stage(what) {
      if (bar === null) stream.write(`drill: ${fault}: ${what}\n`);
      else bar.update({ stage: what });
    },
    received(messages) {
      bar?.update(messages);
    },
    end() {
      bar?.stop();
      bar = null;
    },
  };
}

/** Shows nothing. */
export const NO_PROGRESS: Progress = { begin() {}, stage() {}, received() {}, end() {} };
