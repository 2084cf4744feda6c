import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Bench, Case, Report } from "../bench.ts";
import { inRounds } from "../rounds.ts";
import { amount, median, spread } from "../statistics.ts";

const NAMES = {
  sms: "Aftercare, text message",
  liquidSms: "LiquidJS, the same template",
  email: "Aftercare, email with HTML and text part",
  liquidEmail:
    "LiquidJS, the same templates in HTML that MJML made once, no Markdown, no text part",
  mjmlEmail: "LiquidJS and MJML for each email, no Markdown, no text part",
};

type Kind = keyof typeof NAMES;

export const render: Case = { name: "render", title: "Rendering", run };

async function run(bench: Bench): Promise<Report> {
  const kinds = Object.keys(NAMES) as Kind[];
  const forMs = bench.quick ? 200 : 4_000;
  const results = await inRounds<number>(
    bench,
    "render",
    kinds.map((kind) => ({ name: kind, run: () => rateOf(kind, forMs) })),
  );
  const rates = (kind: Kind) => results.get(kind) ?? [];
  const ratio = (one: Kind, other: Kind) => amount(median(rates(one)) / median(rates(other)));
  return {
    about: [
      "The first message of the micro needling protocol in English, by one process that does nothing else. What Aftercare does beyond the bare libraries: it makes every value harmless, turns Markdown into HTML and text, and refuses unknown variables.",
    ],
    tables: [
      {
        head: ["", "messages a second"],
        rows: kinds.map((kind) => [NAMES[kind], spread(rates(kind))]),
      },
      {
        head: ["ratio of the medians", "measured"],
        rows: [
          ["text message / LiquidJS", ratio("sms", "liquidSms")],
          ["email / LiquidJS", ratio("email", "liquidEmail")],
          ["email / LiquidJS and MJML", ratio("email", "mjmlEmail")],
        ],
      },
    ],
    plots: [],
    targets: [],
    figures: kinds.map((kind) => ({ name: kind, unit: "1/s", values: rates(kind) })),
  };
}

async function rateOf(kind: Kind, forMs: number): Promise<number> {
  const script = fileURLToPath(new URL("../render.ts", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [
    "--import",
    "tsx",
    script,
    kind,
    String(forMs),
  ]);
  return (JSON.parse(stdout) as { perSecond: number }).perSecond;
}
