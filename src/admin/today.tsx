import type { FastifyPluginCallbackZod } from "fastify-type-provider-zod";
import { DateTime } from "luxon";
import { type Place, placeOf } from "./guard.ts";
import { Page } from "./layout.tsx";
import type { AdminParts } from "./parts.ts";
import { clinicPath } from "./paths.ts";
import { LiveOff } from "./pieces.tsx";
import { type SeenDay, seeDay } from "./seenDay.ts";
import { sendPage } from "./send.ts";
import { todayFeed } from "./todayFeed.ts";
import { openStreams } from "./todayLive.ts";
import { Live, todayParts } from "./todayView.tsx";

/** The clinic's day: what is due, sent and failed, whether the channels work, and what is coming. */
export const todayRoutes: FastifyPluginCallbackZod<AdminParts> = (server, parts, done) => {
  const streams = openStreams(todayFeed(parts), parts);
  // Before the server waits for what is open: these would never end by themselves.
  server.addHook("preClose", (closed) => {
    streams.close();
    closed();
  });

  server.route({
    method: "GET",
    url: "/:clinicId/today",
    config: { staff: "front_desk" },
    async handler(request, reply) {
      const place = placeOf(request);
      const day = await seeDay(parts, place.clinic, parts.clock.now());
      return sendPage(reply, <TodayPage place={place} day={day} />);
    },
  });

  server.route({
    method: "GET",
    url: "/:clinicId/today/live",
    // It would have no reader, and no end.
    exposeHeadRoute: false,
    config: { staff: "front_desk", polled: true },
    handler: (request, reply) => streams.open(request, reply),
  });

  done();
};

function TodayPage({ place, day }: { place: Place; day: SeenDay }) {
  const { clinic, visitor } = place;
  const drawn = todayParts(day);
  const date = DateTime.fromJSDate(day.from, { zone: clinic.timeZone }).setLocale("en-GB");
  return (
    <Page title="Today" place={place} visitor={visitor} current="today">
      <div hx-ext="sse" sse-connect={clinicPath(clinic.id, "today/live")} data-live="">
        <p class="quiet">
          {date.toFormat("cccc d LLLL yyyy")}, {clinic.timeZone} time.{" "}
          <span class="live-on">This page keeps itself up to date.</span>
          <LiveOff />
          <noscript>Load the page again to see what has changed.</noscript>
        </p>
        <Live part="alerts">{drawn.alerts}</Live>
        <Live part="figures">{drawn.figures}</Live>
        <h2>Channels</h2>
        <Live part="channels">{drawn.channels}</Live>
        <div class="columns">
          <section aria-labelledby="by-hour">
            <h2 id="by-hour">By hour of today</h2>
            <Live part="hours">{drawn.hours}</Live>
            <details>
              <summary>As a table</summary>
              <Live part="hours-table">{drawn["hours-table"]}</Live>
            </details>
          </section>
          <section aria-labelledby="coming">
            <h2 id="coming">Coming in the next 14 days</h2>
            <Live part="coming">{drawn.coming}</Live>
            <details>
              <summary>As a table</summary>
              <Live part="coming-table">{drawn["coming-table"]}</Live>
            </details>
          </section>
        </div>
      </div>
    </Page>
  );
}
