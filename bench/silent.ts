// The built program, `serve` or `worker`, with an outbox that does not show what it takes: a line on the
// terminal for each message would cost more than all else.
import type * as app from "../src/app.ts";
import type * as config from "../src/config.ts";
import type * as log from "../src/log.ts";

const built = (file: string) => import(new URL(`../dist/${file}`, import.meta.url).href);
const { startApp } = (await built("app.js")) as typeof app;
const { loadConfig } = (await built("config.js")) as typeof config;
const { openLog } = (await built("log.js")) as typeof log;

const settings = loadConfig();
const api = process.argv[2] === "serve";
const running = await startApp({
  config: settings,
  log: openLog(settings.logLevel),
  api,
  worker: true,
  showOutbox: () => {},
  showNotice: () => {},
});
process.once("SIGTERM", () => void running.close().then(() => process.exit(0)));
const ready = api
  ? `Aftercare listens on ${await running.listen()}`
  : "Aftercare's worker is running";
process.stdout.write(`${ready}\n`);
