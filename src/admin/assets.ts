import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { FastifyPluginCallback } from "fastify";

const require = createRequire(import.meta.url);

/** Where each file that the pages load is: of a package, or beside this one. */
const FILES = {
  "pico.css": { file: require.resolve("@picocss/pico/css/pico.min.css"), type: "text/css" },
  "htmx.js": { file: require.resolve("htmx.org/dist/htmx.min.js"), type: "text/javascript" },
  "sse.js": { file: require.resolve("htmx-ext-sse/sse.js"), type: "text/javascript" },
  "admin.css": { file: new URL("./assets/admin.css", import.meta.url), type: "text/css" },
  "admin.js": { file: new URL("./assets/admin.js", import.meta.url), type: "text/javascript" },
  "icon.svg": { file: new URL("./assets/icon.svg", import.meta.url), type: "image/svg+xml" },
} as const;

type AssetName = keyof typeof FILES;

const names = Object.keys(FILES) as AssetName[];
const loaded = new Map(
  names.map((name) => {
    const { file, type } = FILES[name];
    const body = readFileSync(file);
    const mark = createHash("sha256").update(body).digest("base64url").slice(0, 12);
    return [name, { body, type, mark }] as const;
  }),
);

/** The address of a file; it changes with what is in it, so that browsers may keep it for ever. */
export function addressOf(name: AssetName): string {
  return `/admin/assets/${name}?${loaded.get(name)?.mark}`;
}

/** The files that the pages for staff load. */
export const assetRoutes: FastifyPluginCallback = (server, _options, done) => {
  for (const [name, { body, type }] of loaded) {
    server.route({
      method: "GET",
      url: `/assets/${name}`,
      config: { staff: "anyone" },
      handler: (_request, reply) =>
        reply
          .header("cache-control", "public, max-age=31536000, immutable")
          .type(`${type}; charset=utf-8`)
          .send(body),
    });
  }
  done();
};
