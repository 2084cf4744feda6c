import { once } from "node:events";
import { readFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import net, { type AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";

/** A server on a port that the system chose, which can say how many connections came in. */
export interface Listening {
  port: number;
  connections(): number;
  /** Cuts what is open, and stops. */
  close(): Promise<void>;
}

const fixture = (name: string) =>
  fileURLToPath(new URL(`../../support/tls/${name}`, import.meta.url));

/** A certificate that signs itself, for localhost and 127.0.0.1, and its file. */
export const CERTIFICATE_FILE = fixture("localhost.crt");

/** Listens at 127.0.0.1. */
export async function listen(server: net.Server): Promise<Listening> {
  const sockets = new Set<net.Socket>();
  let connections = 0;
  server.on("connection", (socket: net.Socket) => {
    connections += 1;
    sockets.add(socket.on("error", () => undefined));
    socket.once("close", () => sockets.delete(socket));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => connections,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((closed) => server.close(closed));
    },
  };
}

/** Answers over TLS, each request after it has come in whole. */
export function listenSecurely(answer: http.RequestListener): Promise<Listening> {
  const tls = { key: readFileSync(fixture("localhost.key")), cert: readFileSync(CERTIFICATE_FILE) };
  return listen(https.createServer(tls, whole(answer)));
}

/** Answers over plain HTTP, each request after it has come in whole. */
export function listenPlainly(answer: http.RequestListener): Promise<Listening> {
  return listen(http.createServer(whole(answer)));
}

/** Answers that the message was taken. */
export function taken(_request: http.IncomingMessage, response: http.ServerResponse): void {
  response.writeHead(201, { "Content-Type": "application/json" });
  response.end(JSON.stringify({ sid: `SM${"0".repeat(32)}`, status: "queued" }));
}

/** A proxy that speaks CONNECT; `heard` is all that it was told, before any tunnel. */
export interface Proxy extends Listening {
  heard(): string;
}

/** Tunnels to wherever it is asked, or answers each CONNECT with `refusal`. */
export async function listenAsProxy(refusal?: string): Promise<Proxy> {
  let heard = "";
  const server = net.createServer((socket) => {
    let head = "";
    const hear = (bytes: Buffer) => {
      head += bytes.toString("latin1");
      heard += bytes.toString("latin1");
      if (!head.includes("\r\n\r\n")) return;
      if (refusal !== undefined) {
        head = "";
        return void socket.write(refusal);
      }
      socket.off("data", hear);
      const port = Number(/^CONNECT [^ ]+:(\d+) /.exec(head)?.[1]);
      const onward = net.connect(port, "127.0.0.1", () => {
        socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
        socket.pipe(onward).pipe(socket);
      });
      onward.on("error", () => socket.destroy());
      socket.once("close", () => onward.destroy());
    };
    socket.on("data", hear);
  });
  return { ...(await listen(server)), heard: () => heard };
}

function whole(answer: http.RequestListener): http.RequestListener {
  return (request, response) => {
    request.resume().once("end", () => answer(request, response));
  };
}
