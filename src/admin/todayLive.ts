import { PassThrough } from "node:stream";
import type { FastifyReply, FastifyRequest } from "fastify";
import { isStillWelcome, placeOf, type SessionParts } from "./guard.ts";
import { PageProblem } from "./pageProblem.ts";
import { keepPrivate } from "./send.ts";
import type { TodayFeed } from "./todayFeed.ts";
import type { LivePart } from "./todayView.tsx";

/** The most pages that are kept up to date by one process. */
export const MOST_STREAMS = 200;

/** How often it is looked whether somebody may still watch, in milliseconds. */
const CHECK_EVERY_MS = 20_000;

/** Who takes nothing any more is let go after this many bytes. */
const MOST_UNREAD_BYTES = 512 * 1024;

/** The streams of a process. */
export interface Streams {
  open(request: FastifyRequest, reply: FastifyReply): FastifyReply;
  close(): void;
}

/**
 * Keeps pages up to date by server-sent events (HTML, section 9.2). The session is looked at again
 * while a page is open: whoever has signed out, or works there no more, gets nothing further.
 */
export function openStreams(feed: TodayFeed, options: SessionParts): Streams {
  const open = new Set<PassThrough>();
  return {
    open(request, reply) {
      if (open.size >= MOST_STREAMS) {
        const advice = "The page stays as it is: load it again to see what has changed.";
        throw new PageProblem(503, "Too many pages are open", advice);
      }
      const { clinic } = placeOf(request);
      const stream = new PassThrough();
      open.add(stream);
      const say = (words: string) => {
        if (!stream.writable) return;
        if (stream.readableLength + stream.writableLength > MOST_UNREAD_BYTES) stream.destroy();
        else stream.write(words);
      };
      const leave = feed.watch(clinic, (changed) => {
        for (const [part, html] of changed) say(eventOf(part, html));
      });
      const check = setInterval(() => {
        isStillWelcome(request, options).then(
          // A word now and then tells both ends whether the other is there.
          (welcome) => (welcome ? say(": \n\n") : stream.end()),
          // Who cannot be checked is not trusted; the browser comes back by itself.
          () => stream.end(),
        );
      }, CHECK_EVERY_MS);
      stream.once("close", () => {
        clearInterval(check);
        leave();
        open.delete(stream);
      });
      // The headers leave with the first byte.
      say("retry: 3000\n\n");
      return keepPrivate(reply)
        .header("x-accel-buffering", "no")
        .type("text/event-stream; charset=utf-8")
        .send(stream);
    },
    close() {
      for (const stream of open) stream.end();
      feed.close();
    },
  };
}

function eventOf(part: LivePart, html: string): string {
  const data = html.split("\n").map((line) => `data: ${line}\n`);
  return `event: ${part}\n${data.join("")}\n`;
}
