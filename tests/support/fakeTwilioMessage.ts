import { randomBytes } from "node:crypto";

/** A message that the fake took: what came in, and what became of it. */
export interface TakenMessage {
  sid: string;
  /** The form fields, as they were posted. */
  params: Readonly<Record<string, string>>;
  /** The user of the basic auth. */
  user: string;
  contentType: string;
  /** When it was taken, sent, and last changed, in milliseconds of the fake's clock. */
  at: number;
  sentAt: number | null;
  updatedAt: number;
  status: MessageStatus;
  errorCode: number | null;
}

/** https://www.twilio.com/docs/messaging/api/message-resource#message-status-values */
export type MessageStatus =
  | "accepted"
  | "queued"
  | "sending"
  | "sent"
  | "delivered"
  | "undelivered"
  | "failed";

export function takeMessage(
  params: Readonly<Record<string, string>>,
  from: { user: string; contentType: string; at: number },
): TakenMessage {
  return {
    sid: `SM${randomBytes(16).toString("hex")}`,
    params,
    ...from,
    sentAt: null,
    updatedAt: from.at,
    // A messaging service accepts first and picks a sender afterwards.
    status: params.MessagingServiceSid ? "accepted" : "queued",
    errorCode: null,
  };
}

export function changeStatus(
  message: TakenMessage,
  status: MessageStatus,
  errorCode: number | null,
  at: number,
): void {
  message.status = status;
  message.errorCode = errorCode;
  message.updatedAt = at;
  if (status === "sent" || status === "delivered") message.sentAt ??= at;
}

/** The Message resource as Twilio's Messages API shows it. */
export function messageResource(message: TakenMessage, accountSid: string): object {
  const uri = `/2010-04-01/Accounts/${accountSid}/Messages/${message.sid}`;
  const service = message.params.MessagingServiceSid;
  const body = message.params.Body ?? "";
  const waits = message.status === "accepted";
  return {
    account_sid: accountSid,
    api_version: "2010-04-01",
    body,
    date_created: rfc2822(message.at),
    date_sent: message.sentAt === null ? null : rfc2822(message.sentAt),
    date_updated: rfc2822(message.updatedAt),
    direction: "outbound-api",
    error_code: message.errorCode,
    error_message: null,
    from: message.params.From ?? (waits ? null : "+15005550006"),
    messaging_service_sid: service ?? null,
    num_media: "0",
    num_segments: waits ? "0" : String(segments(body)),
    price: null,
    price_unit: "USD",
    sid: message.sid,
    status: message.status,
    subresource_uris: { media: `${uri}/Media.json` },
    to: message.params.To ?? "",
    uri: `${uri}.json`,
  };
}

/** One page of Twilio's list of messages, the newest first; `query` is that of the request. */
export function messagePage(
  newestFirst: readonly TakenMessage[],
  query: URLSearchParams,
  accountSid: string,
): object {
  const matching = newestFirst.filter((message) => matches(message, query));
  const size = Math.min(Math.max(Number(query.get("PageSize") ?? 50), 1), 1000);
  const page = Number(query.get("Page") ?? 0);
  const shown = matching.slice(page * size, (page + 1) * size);
  const uri = (number: number) => {
    const of = new URLSearchParams(query);
    of.set("PageSize", String(size));
    of.set("Page", String(number));
    return `/2010-04-01/Accounts/${accountSid}/Messages.json?${of.toString()}`;
  };
  return {
    end: page * size + Math.max(shown.length - 1, 0),
    first_page_uri: uri(0),
    messages: shown.map((message) => messageResource(message, accountSid)),
    next_page_uri: (page + 1) * size < matching.length ? uri(page + 1) : null,
    page,
    page_size: size,
    previous_page_uri: page > 0 ? uri(page - 1) : null,
    start: page * size,
    uri: uri(page),
  };
}

/** Twilio filters by day of GMT, and by the day of sending: an unsent message has none. */
function matches(message: TakenMessage, query: URLSearchParams): boolean {
  const is = (name: string, value: string | undefined) =>
    !query.has(name) || query.get(name) === value;
  const sent = message.sentAt === null ? null : new Date(message.sentAt).toISOString().slice(0, 10);
  const day = (name: string, ok: (sent: string, asked: string) => boolean) => {
    const asked = query.get(name)?.slice(0, 10);
    return asked === undefined || (sent !== null && ok(sent, asked));
  };
  return (
    is("To", message.params.To) &&
    is("From", message.params.From) &&
    day("DateSent", (sentDay, asked) => sentDay === asked) &&
    day("DateSent>", (sentDay, asked) => sentDay >= asked) &&
    day("DateSent<", (sentDay, asked) => sentDay <= asked)
  );
}

/** GSM 03.38, its basic table and its extension, whose characters count double. */
const GSM7 = /^[@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ -#¤%-?¡A-ZÄÖÑÜ§¿a-zäöñüà^{}\\[~\]|€]*$/;
const GSM7_EXTENSION = /[\^{}\\[~\]|€]/g;

function segments(body: string): number {
  const gsm = GSM7.test(body);
  const units = body.length + (gsm ? (body.match(GSM7_EXTENSION)?.length ?? 0) : 0);
  const [alone, each] = gsm ? [160, 153] : [70, 67];
  return units <= alone ? 1 : Math.ceil(units / each);
}

function rfc2822(ms: number): string {
  return new Date(ms).toUTCString().replace("GMT", "+0000");
}
