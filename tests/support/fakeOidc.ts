import { createSign, generateKeyPairSync, randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** An OpenID Connect provider on a socket, at which one person is signed in. */
export interface FakeOidc {
  issuer: string;
  /** Who is signed in there. */
  person: { sub: string; email: string; email_verified: boolean; name: string };
  close(): Promise<void>;
}

/** Starts it, for a client with this id. Whoever is sent to it comes back with a code at once. */
export async function startFakeOidc(clientId: string): Promise<FakeOidc> {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const jwk = { ...publicKey.export({ format: "jwk" }), kid: "one", alg: "RS256", use: "sig" };
  const nonces = new Map<string, string | null>();
  const fake: Omit<FakeOidc, "close"> = {
    issuer: "",
    person: { sub: "p-1", email: "", email_verified: true, name: "Robin Vale" },
  };
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", fake.issuer);
    const json = (body: unknown) =>
      response.setHeader("content-type", "application/json").end(JSON.stringify(body));
    switch (url.pathname) {
      case "/.well-known/openid-configuration":
        return json({
          issuer: fake.issuer,
          authorization_endpoint: `${fake.issuer}/authorize`,
          token_endpoint: `${fake.issuer}/token`,
          userinfo_endpoint: `${fake.issuer}/userinfo`,
          jwks_uri: `${fake.issuer}/jwks`,
          response_types_supported: ["code"],
          subject_types_supported: ["public"],
          id_token_signing_alg_values_supported: ["RS256"],
        });
      case "/jwks":
        return json({ keys: [jwk] });
      case "/authorize": {
        const code = randomUUID();
        nonces.set(code, url.searchParams.get("nonce"));
        const back = new URL(url.searchParams.get("redirect_uri") ?? "");
        back.searchParams.set("code", code);
        back.searchParams.set("state", url.searchParams.get("state") ?? "");
        return response.writeHead(302, { location: back.href }).end();
      }
      case "/token": {
        let body = "";
        request.on("data", (chunk: Buffer) => {
          body += chunk.toString();
        });
        request.on("end", () => {
          const code = new URLSearchParams(body).get("code") ?? "";
          const nonce = nonces.get(code);
          if (nonce === undefined) return response.writeHead(400).end();
          const now = Math.floor(Date.now() / 1_000);
          const claims = {
            ...fake.person,
            iss: fake.issuer,
            aud: clientId,
            iat: now,
            exp: now + 300,
          };
          const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
          const head = part({ alg: "RS256", kid: "one", typ: "JWT" });
          const signed = `${head}.${part({ ...claims, ...(nonce !== null && { nonce }) })}`;
          const mark = createSign("RSA-SHA256").update(signed).sign(privateKey, "base64url");
          return json({
            access_token: randomUUID(),
            token_type: "Bearer",
            expires_in: 300,
            id_token: `${signed}.${mark}`,
          });
        });
        return;
      }
      case "/userinfo":
        return json(fake.person);
      default:
        return response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  fake.issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return Object.assign(fake, {
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  });
}
