// Loaded with `node --import skewClock.mjs?ms=…`: the process then lives so many milliseconds ahead,
// every library in it included. Timers run as before.
const ahead = Number(new URL(import.meta.url).searchParams.get("ms"));
const RealDate = Date;
const now = () => RealDate.now() + ahead;

globalThis.Date = new Proxy(RealDate, {
  construct: (target, args, as) => Reflect.construct(target, args.length > 0 ? args : [now()], as),
  apply: () => new RealDate(now()).toString(),
  get: (target, name) => (name === "now" ? now : Reflect.get(target, name)),
});
