import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type FakeTwilio, startFakeTwilio } from "../../support/fakeTwilio.ts";

/** The fields of Twilio's Message resource: https://www.twilio.com/docs/messaging/api/message-resource */
const MESSAGE_FIELDS = [
  "account_sid",
  "api_version",
  "body",
  "date_created",
  "date_sent",
  "date_updated",
  "direction",
  "error_code",
  "error_message",
  "from",
  "messaging_service_sid",
  "num_media",
  "num_segments",
  "price",
  "price_unit",
  "sid",
  "status",
  "subresource_uris",
  "to",
  "uri",
];

const RFC_2822 = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} \+0000$/;

let fake: FakeTwilio;

beforeEach(async () => {
  fake = await startFakeTwilio();
});

afterEach(() => fake.close());

async function ask(
  path: string,
  form?: Record<string, string>,
  token = fake.authToken,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const auth = Buffer.from(`${fake.accountSid}:${token}`).toString("base64");
  const response = await fetch(`${fake.url}/2010-04-01/Accounts/${path}`, {
    method: form ? "POST" : "GET",
    headers: { Authorization: `Basic ${auth}` },
    ...(form ? { body: new URLSearchParams(form) } : {}),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const send = (changes: Record<string, string> = {}) =>
  ask(`${fake.accountSid}/Messages.json`, {
    To: "+12125550123",
    From: "+12125550100",
    Body: "Hello",
    ...changes,
  });

describe("the fake of Twilio's Messages API", () => {
  it("answers a send with the whole Message resource", async () => {
    const { status, body } = await send();
    expect(status).toBe(201);
    expect(Object.keys(body).sort()).toEqual(MESSAGE_FIELDS);
    const uri = `/2010-04-01/Accounts/${fake.accountSid}/Messages/${String(body.sid)}`;
    expect(body).toMatchObject({
      sid: expect.stringMatching(/^SM[0-9a-f]{32}$/),
      status: "queued",
      direction: "outbound-api",
      date_created: expect.stringMatching(RFC_2822),
      date_sent: null,
      num_segments: "1",
      price: null,
      uri: `${uri}.json`,
      subresource_uris: { media: `${uri}/Media.json` },
    });
  });

  it("counts segments in GSM-7 and UCS-2", async () => {
    const texts = [
      "a".repeat(160),
      "a".repeat(161),
      "€".repeat(81),
      "✓".repeat(70),
      "✓".repeat(71),
    ];
    const counts = [];
    for (const Body of texts) counts.push((await send({ Body })).body.num_segments);
    expect(counts).toEqual(["1", "2", "2", "1", "2"]);
  });

  it("lists messages to a number by pages, the newest first", async () => {
    for (const n of [1, 2, 3, 4, 5]) await send({ Body: `text ${n}` });
    await send({ To: "+12125550124" });

    const listed: unknown[] = [];
    let path: string | null = `${fake.accountSid}/Messages.json?To=%2B12125550123&PageSize=2`;
    for (let pages = 0; path !== null && pages < 5; pages += 1) {
      const { body }: Awaited<ReturnType<typeof ask>> = await ask(path);
      expect(body).toMatchObject({ page: pages, page_size: 2, start: pages * 2 });
      listed.push(...(body.messages as { body: string }[]).map((message) => message.body));
      const next = body.next_page_uri as string | null;
      path = next && next.replace("/2010-04-01/Accounts/", "");
    }
    expect(listed).toEqual(["text 5", "text 4", "text 3", "text 2", "text 1"]);
  });

  it.each([
    ["a number that is none", { To: "12" }, 21211],
    ["no text", { Body: "" }, 21602],
    ["no sender", { From: "" }, 21603],
    ["too long a text", { Body: "a".repeat(1601) }, 21617],
    ["too long a validity", { ValidityPeriod: "36001" }, 21624],
    ["a callback that is no address", { StatusCallback: "/status" }, 21609],
  ])("refuses %s with Twilio's code", async (_what, changes: Record<string, string>, code) => {
    const { status, body } = await send(changes);
    expect(status).toBe(400);
    expect(body).toEqual({
      code,
      message: expect.any(String),
      more_info: `https://www.twilio.com/docs/errors/${code}`,
      status: 400,
    });
    expect(fake.messages).toHaveLength(0);
  });

  it("refuses another account and a wrong token", async () => {
    const own = `${fake.accountSid}/Messages.json`;
    expect(await ask(own, {}, "wrong")).toMatchObject({ status: 401, body: { code: 20003 } });
    const other = `AC${"0".repeat(32)}/Messages.json`;
    expect(await ask(other, {})).toMatchObject({ status: 404, body: { code: 20404 } });
  });

  it("strikes only the requests that a fault is for, and is well again once told so", async () => {
    fake.refuse({ status: 400, code: 21610, to: "+12125550124" });
    fake.refuse({ status: 400, code: 30007, body: "casino", times: 1 });
    expect((await send()).status).toBe(201);
    expect((await send({ To: "+12125550124" })).body.code).toBe(21610);
    expect((await send({ Body: "the casino" })).body.code).toBe(30007);
    expect((await send({ Body: "the casino" })).status).toBe(201);
    fake.heal();
    expect((await send({ To: "+12125550124" })).status).toBe(201);
    expect(fake.sends()).toBe(5);
  });
});
