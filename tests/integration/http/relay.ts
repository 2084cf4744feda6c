import { once } from "node:events";
import net, { type AddressInfo, type Socket } from "node:net";

/** A wire between the program and a server, which a test can cut. */
export interface Relay {
  /** The server's URL, by way of the wire. */
  url: string;
  /** Lets nothing through any more, in either direction, and says nothing about it. */
  hang(): void;
  /** Closes every connection, and every new one at once. */
  cut(): void;
  /** Lets everything through again, what was held back first. */
  mend(): void;
  close(): Promise<void>;
}

/** Opens a wire to the server at `url`. */
export async function openRelay(url: string): Promise<Relay> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  let state: "whole" | "hanging" | "cut" = "whole";

  const server = net.createServer((near) => {
    if (state === "cut") return void near.destroy();
    const far = net.connect(Number(target.port), target.hostname);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on("data", (bytes) => to.write(bytes));
      from.on("end", () => to.end());
      from.on("error", () => to.destroy());
      from.on("close", () => {
        sockets.delete(from);
        to.destroy();
      });
      if (state === "hanging") from.pause();
    }
    return undefined;
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const relayed = new URL(url);
  relayed.hostname = "127.0.0.1";
  relayed.port = String((server.address() as AddressInfo).port);

  const closeAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: relayed.href,
    hang() {
      state = "hanging";
      for (const socket of sockets) socket.pause();
    },
    cut() {
      state = "cut";
      closeAll();
    },
    mend() {
      state = "whole";
      for (const socket of sockets) socket.resume();
    },
    async close() {
      closeAll();
      server.close();
      await once(server, "close");
    },
  };
}
